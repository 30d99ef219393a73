// reelscore evict: puts a batch that does not answer out of its account.
import { SIMULATOR_ACCOUNT } from '../../contract/names.js';
import { readConfig } from '../config.js';
import { connect } from '../connect.js';
import { EXIT } from '../exit-codes.js';
import { createIo, plainText } from '../io.js';

export interface EvictFlags {
  simulate?: boolean;
  json?: boolean;
}

export async function evict(batch: string, flags: EvictFlags): Promise<number> {
  const io = createIo(flags.json ?? false);
  const config = readConfig();
  const api = await connect(io, { config });
  try {
    const account = flags.simulate ? SIMULATOR_ACCOUNT : config.account;
    const { slots } = await api.evict(batch, account);
    io.say(
      `Account ${account}: ${plainText(batch)} is put out; ${slots} tasks in flight are for others now. If it comes back, it joins anew.`,
    );
    io.document({ account, batch, slots });
    return EXIT.ok;
  } finally {
    await api.close();
  }
}
