// A page in a file: its clips are in it, marks stay in this browser and are saved to a file for `reelscore retry`.
const home = (() => {
  const { batch, clips } = JSON.parse(byId('data').textContent);
  const key = `reelscore-marks:${batch}`;
  let marks = {};
  try {
    marks = JSON.parse(localStorage.getItem(key) ?? '{}');
  } catch {
    // Damaged, or this browser keeps nothing for files.
  }
  const states = new Map(clips.map((clip) => [clip.id, clip.state]));
  const known = Object.values(marks).filter((mark) => states.get(mark?.id) === mark?.takes);
  const old = Object.keys(marks).length - known.length;
  marks = Object.fromEntries(known.map((mark) => [mark.id, mark]));

  return {
    clips,
    marks: known,
    told: old > 0 ? `${old} marks were of earlier takes and do not count any more.` : '',
    action: ({ here }) => (here > 0 ? `Save marks (${here})` : undefined),
    keep(mark) {
      marks[mark.id] = mark;
      try {
        localStorage.setItem(key, JSON.stringify(marks));
        return { kept: 'here', said: '' };
      } catch {
        const said = 'This browser keeps no marks: save them before you close the page.';
        return { kept: 'here', said };
      }
    },
    peaks: (clip, n) => clip.takes[n].peaks,
    act() {
      const file = JSON.stringify({ version: 1, batch, marks: Object.values(marks) }, null, 2);
      const link = element('a', {
        href: URL.createObjectURL(new Blob([`${file}\n`], { type: 'application/json' })),
        download: 'marks.json',
      });
      link.click();
      URL.revokeObjectURL(link.href);
      return `Saved. Then: reelscore retry ${batch} --marks marks.json`;
    },
  };
})();
const { clips } = home;
