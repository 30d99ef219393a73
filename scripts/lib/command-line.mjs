// What `npm start -- ARGUMENTS` means to the command line.

export const SAMPLE = 'examples/sample.csv';

/** A manifest alone stands for `run MANIFEST`; everything else is the command line's own. */
export function commandLine(args, now = new Date()) {
  if (args.length === 0) {
    return ['run', SAMPLE, '--simulate', '--again', '--rate', '5', '--batch', sampleId(now)];
  }
  return /\.(csv|tsv|ya?ml|jsonl?)$/i.test(args[0]) ? ['run', ...args] : args;
}

/** A new batch each time, and all of it: the same one would only show its results again. */
function sampleId(now) {
  const [date, time] = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').split('T');
  return `sample-${date}-${time}`;
}
