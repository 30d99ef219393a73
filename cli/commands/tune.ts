// reelscore tune: changes the limits of an account in use.
import type { Tuning } from '../../contract/account.js';
import { SIMULATOR_ACCOUNT } from '../../contract/names.js';
import type { ConfigOptions } from '../../config/config.js';
import { tunedText } from '../account-lines.js';
import { readConfig } from '../config.js';
import { connect } from '../connect.js';
import { EXIT } from '../exit-codes.js';
import { createIo } from '../io.js';

export interface TuneFlags {
  rate?: string;
  burst?: string;
  maxInFlight?: string;
  simulate?: boolean;
  json?: boolean;
}

export async function tune(flags: TuneFlags): Promise<number> {
  const io = createIo(flags.json ?? false);
  const { rate, burst, maxInFlight } = flags;
  const options: ConfigOptions = { rate, burst, maxInFlight };
  if (Object.values(options).every((value) => value === undefined)) {
    throw new Error('nothing to tune (give --rate, --burst or --max-in-flight)');
  }
  const config = readConfig(options); // faults are reported as for other commands, before anything starts
  const tuning: Tuning = {
    ...(rate !== undefined && { ratePerSecond: config.pace.ratePerSecond }),
    ...(burst !== undefined && { burst: config.pace.burst }),
    ...(maxInFlight !== undefined && { maxInFlight: config.pace.maxInFlight }),
  };
  const api = await connect(io, { config });
  try {
    const account = flags.simulate ? SIMULATOR_ACCOUNT : config.account;
    const { before, limits } = await api.tune(tuning, account);
    io.say(`Account ${account}: ${tunedText(before, limits)}`);
    io.document({ account, before, limits });
    return EXIT.ok;
  } finally {
    await api.close();
  }
}
