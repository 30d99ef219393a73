// Whoever asks for /health, and however often, costs the server behind it one question a second.
import { expect, test } from 'vitest';
import { sharedCheck } from '../../../tomoviee/callbacks/health.js';
import { receive } from './support.js';

/** A check that is settled by the test, on a clock of the test's. */
function settled() {
  const open: { accept: () => void; fail: (reason: Error) => void }[] = [];
  let now = 0;
  const check = sharedCheck(
    () => new Promise((accept, fail) => open.push({ accept, fail })),
    () => now,
  );
  return { open, check, pass: (ms: number) => (now += ms) };
}

test('those who ask while it is looked share the answer, however long that takes', async () => {
  const { open, check, pass } = settled();
  const asked = [check(), check()];
  pass(60_000);
  asked.push(check());
  expect(open).toHaveLength(1);
  open[0]?.accept();
  await Promise.all(asked);
});

test('an answer holds for a second, a good one as a bad one', async () => {
  const { open, check, pass } = settled();
  const bad = check();
  open[0]?.fail(new Error('down'));
  await expect(bad).rejects.toThrow('down');
  pass(999);
  await expect(check()).rejects.toThrow('down');
  expect(open).toHaveLength(1);
  pass(1);
  const good = check();
  expect(open).toHaveLength(2);
  open[1]?.accept();
  await good;
  pass(999);
  await check();
  expect(open).toHaveLength(2);
});

test('hundreds at once are few questions', async () => {
  let asked = 0;
  let open = (): void => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  const { origin } = await receive({
    checkHealth: () => {
      asked += 1;
      return gate;
    },
  });
  const waiting = Array.from({ length: 300 }, async () => (await fetch(`${origin}/health`)).status);
  await expect.poll(() => asked, { timeout: 10_000 }).toBe(1);
  open();
  expect(new Set(await Promise.all(waiting))).toEqual(new Set([200]));
  // One a second at the most: those that a slow machine let through later ask again.
  expect(asked).toBeLessThan(100);
});
