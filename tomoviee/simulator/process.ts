// The simulator as a process of its own.
import { simulatorHelp } from './help.js';
import { resolveSimulatorOptions, type SimulatorOptions } from './options.js';
import { startSimulator } from './simulator.js';

/** Options as JSON in the environment; the place for `appKey` and `appSecret`. */
export const OPTIONS_VARIABLE = 'REELSCORE_SIMULATOR_OPTIONS';

/**
 * Runs a simulator until SIGTERM, SIGINT or, if asked, the end of stdin (so that it never outlives
 * the process that holds the other end). Prints `{"url":...,"port":...}` on one line when it is
 * ready to be used.
 * @throws Error as `startSimulator`.
 */
export async function serveSimulator(
  options: SimulatorOptions,
  { stopWithStdin = false }: { stopWithStdin?: boolean } = {},
): Promise<void> {
  const simulator = await startSimulator(options);
  const stopped = new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
    if (stopWithStdin) process.stdin.once('close', resolve).resume();
  });
  process.stdout.write(JSON.stringify({ url: simulator.url, port: simulator.port }) + '\n');
  await stopped;
  if (stopWithStdin) process.stdin.destroy();
  await simulator.close();
}

/**
 * What `main.ts` does: `[--stop-with-stdin] [OPTIONS AS JSON]`, or `--help`. Options on the command
 * line come before those in the environment.
 * @throws Error on arguments that cannot be understood, and as `startSimulator`.
 */
export async function runSimulatorProcess(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(simulatorHelp() + '\n');
    return;
  }
  const [json, ...others] = args.filter((arg) => arg !== '--stop-with-stdin');
  if (others.length > 0) {
    throw new Error(
      `too many arguments: ${others.join(' ')} (give all options in one JSON object)`,
    );
  }
  const fromLine = parseOptions(json ?? '{}', 'the argument');
  if ('appKey' in fromLine || 'appSecret' in fromLine) {
    throw new Error(`keys do not belong on a command line (put them into ${OPTIONS_VARIABLE})`);
  }
  const fromEnv = parseOptions(env[OPTIONS_VARIABLE] ?? '{}', OPTIONS_VARIABLE);
  const options = { ...fromEnv, ...fromLine };
  resolveSimulatorOptions(options);
  await serveSimulator(options, { stopWithStdin: args.includes('--stop-with-stdin') });
}

function parseOptions(json: string, place: string): object {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (cause) {
    throw new Error(`${place} is not JSON (write an object such as {"taskMs":0})`, { cause });
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new Error(`${place} is not a JSON object (write an object such as {"taskMs":0})`);
  }
  return parsed;
}
