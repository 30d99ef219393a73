// A page of a server: its clips come from there, and marks go there at once.
const waves = new Map();
/** Few at a time: the others would keep marks and music waiting. */
const WAVES = 2;
let asking = 0;
const waiting = [];

async function askPeaks(row, n) {
  while (asking >= WAVES) await new Promise((resolve) => waiting.push(resolve));
  asking += 1;
  try {
    const response = await fetch(`peaks/${row}/${n}`);
    return response.ok ? ((await response.json()).peaks ?? undefined) : undefined;
  } catch {
    return undefined;
  } finally {
    asking -= 1;
    waiting.shift()?.();
  }
}

/** Without clips yet, the page waits until there are. */
async function askClips() {
  const response = await fetch('clips.json');
  const answer = await response.json();
  return response.ok ? { clips: answer, told: '' } : { clips: [], told: answer.error };
}

const home = {
  ...(await askClips()),
  marks: [],
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
