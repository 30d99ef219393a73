// Scores clips from a program, shows how it goes on, and lists what did not succeed.
// Needs a worker that runs: reelscore serve
import { Reelscore, ReelscoreError, type BatchProgress } from 'reelscore';

const library = {
  name: 'trailers',
  defaults: { prompt: '{{mood}} strings, slow' },
  clips: [
    { id: 'sunrise', file_link: 'http://127.0.0.1:8788/clips/sunrise.mp4', mood: 'Calm' },
    { id: 'arcade', file_link: 'http://127.0.0.1:8788/clips/arcade.avi', mood: 'Bright' },
    { id: 'outtake', file_link: 'http://127.0.0.1:8788/clips/outtake.mp4', mood: 'Sad' },
  ],
};

function show(progress: BatchProgress | undefined): void {
  if (!progress) {
    console.log('no worker answers (start one: reelscore serve)');
  } else {
    const { state, waiting, counts } = progress;
    console.log(
      `${state}: ${counts.succeeded} of ${counts.total} scored, ${waiting} at the vendor`,
    );
  }
}

async function score(reelscore: Reelscore): Promise<void> {
  // The same clips are the same batch: a second start attaches to it, or finds how it ended.
  const { batch, how, total, wait, results } = await reelscore.start(library);
  console.log(`${batch}: ${how}, ${total} clips`);
  const { summary } = await wait({ onProgress: show, progressMs: 1000 });
  console.log(`${summary.counts.succeeded} of ${total} scored, ${summary.submissions} paid for`);
  for await (const { id, status, output, error_code, error_message } of await results()) {
    console.log(`  ${id}: ${status}, ${output ?? `${error_code}: ${error_message}`}`);
  }
}

try {
  const reelscore = await Reelscore.connect();
  await score(reelscore).finally(() => reelscore.close());
} catch (error) {
  if (!(error instanceof ReelscoreError)) throw error;
  console.error(`${error.code}: ${error.message}`); // docs/errors.md has every code
  process.exitCode = 1;
}
