// A page of a server: its clips come from there, and marks go there at once.
const waves = new Map();

async function askPeaks(row, n) {
  const response = await fetch(`peaks/${row}/${n}`);
  return response.ok ? ((await response.json()).peaks ?? undefined) : undefined;
}

const home = {
  clips: await (await fetch('clips.json')).json(),
  marks: [],
  told: '',
  action: ({ redo }) => (redo > 0 ? `Redo ${redo} marked` : undefined),
  async keep(mark) {
    const { said, kept } = await post('mark', mark);
    return { said, kept: kept ? 'batch' : 'nowhere' };
  },
  /** Asked for once: rows are drawn again and again. */
  peaks(clip, n) {
    const { file } = clip.takes[n];
    if (!waves.has(file)) waves.set(file, askPeaks(clip.row, n));
    return waves.get(file);
  },
  async act() {
    const ids = clips.filter((clip) => markOf(clip).decision === 'redo').map(({ id }) => id);
    const what = `${ids.length} ${ids.length === 1 ? 'clip' : 'clips'}`;
    if (!confirm(`Redo ${what}? Each costs a submission at least.`)) return '';
    return (await post('redo', { ids })).said;
  },
};
const { clips } = home;
