// reelscore simulate: the simulator until it is stopped.
import { ENVIRONMENT } from '../../config/environment.js';
import { OPTIONS_VARIABLE } from '../../tomoviee/simulator/process.js';
import type { SimulatorOptions } from '../../tomoviee/simulator/options.js';
import { startSimulator } from '../../tomoviee/simulator/simulator.js';
import { ConfigError } from '../../config/config.js';
import { duration, listen, number } from '../../config/setting-values.js';
import { EXIT } from '../exit-codes.js';
import { Interrupts } from '../interrupts.js';
import { createIo } from '../io.js';

export interface SimulateFlags {
  listen: string;
  publicUrl?: string;
  faults?: string;
  taskTime?: string;
  rate?: string;
  burst?: string;
  maxInFlight?: string;
  workers?: string;
  result?: 'audio' | 'video';
  soundtrackSeconds?: string;
  resultTtl?: string;
  callbackDelay?: string;
  callbackRetries?: string;
  fetchClips?: boolean;
  clips?: string;
  state?: string;
  seed?: string;
  json?: boolean;
}

export async function simulate(flags: SimulateFlags): Promise<number> {
  const io = createIo(flags.json ?? false);
  const interrupts = new Interrupts();
  const simulator = await startSimulator({ ...optionsOfEnv(), ...optionsOf(flags) });
  interrupts.beginOrderly();
  io.say(`Simulator: listening on ${simulator.url}`);
  io.document({ url: simulator.url, port: simulator.port });
  await interrupts.happened();
  await simulator.close();
  interrupts.dispose();
  return EXIT.ok;
}

/** The place for keys, which do not belong on a command line. */
function optionsOfEnv(): SimulatorOptions {
  const text = ENVIRONMENT[OPTIONS_VARIABLE];
  if (!text) return {};
  try {
    return JSON.parse(text) as SimulatorOptions; // checked by the simulator
  } catch (cause) {
    throw new ConfigError([`${OPTIONS_VARIABLE}: it is not JSON (write an object)`], { cause });
  }
}

const count = number(0, 1e9, 'integer');
const time = duration('0ms', '24d');

/** @throws ConfigError with all faults */
function optionsOf(flags: SimulateFlags): SimulatorOptions {
  const faults: string[] = [];
  const read = <Value>(
    name: keyof SimulateFlags,
    into: string,
    reader: (raw: unknown) => Value,
  ): Record<string, Value> => {
    const raw = flags[name];
    if (raw === undefined) return {};
    try {
      return { [into]: reader(raw) };
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      faults.push(`option ${name}: ${error.message}`);
      return {};
    }
  };
  const { host, port } = read('listen', 'at', listen)['at'] ?? {};
  const options = {
    ...(host !== undefined && { host, port }),
    ...read('publicUrl', 'publicUrl', String),
    ...read('faults', 'faults', String),
    ...read('taskTime', 'taskMs', taskTime),
    ...read('rate', 'ratePerSecond', number(0, 1e6, 'real')),
    ...read('burst', 'burst', count),
    ...read('maxInFlight', 'maxInFlight', count),
    ...read('workers', 'workers', count),
    ...read('result', 'result', String),
    ...read('soundtrackSeconds', 'soundtrackSeconds', number(0.01, 600, 'real')),
    ...read('resultTtl', 'resultTtlMs', time),
    ...read('callbackDelay', 'callbackDelayMs', time),
    ...read('callbackRetries', 'callbackRetries', count),
    ...read('fetchClips', 'fetchClips', Boolean),
    ...read('clips', 'clipsDir', String),
    ...read('state', 'stateDir', String),
    ...read('seed', 'seed', number(-1e9, 1e9, 'integer')),
  };
  if (faults.length > 0) throw new ConfigError(faults);
  return options;
}

/** `2s`, or a range `1s-4s`. */
function taskTime(raw: unknown): number | [number, number] {
  const [min, max] = String(raw).split('-', 2);
  return max === undefined ? time(min) : [time(min), time(max)];
}
