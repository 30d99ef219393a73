// What a simulator knows when it starts: nothing, or what its state directory holds.
import { noJournal, openJournal, type SimulatorJournal, type SimulatorRecord } from './journal.js';
import { TaskList } from './task-list.js';

export interface SimulatorState {
  journal: SimulatorJournal;
  ledger: TaskList;
  /** Counters of faults, by key. */
  counters: Map<string, { seen: number; struck: number }>;
  keysRevoked: boolean;
  signingKey: string;
}

/**
 * Reads the state directory, if one is given, and opens it for writing.
 * @param newSigningKey used, and kept, when there is none yet.
 * @throws Error when the directory cannot be used.
 */
export async function openState(
  stateDir: string | undefined,
  newSigningKey: string,
): Promise<SimulatorState> {
  // The ledger needs the journal, which is opened by reading into the ledger.
  const writing: { journal: SimulatorJournal } = { journal: noJournal };
  const journal: SimulatorJournal = {
    append: (record) => writing.journal.append(record),
    written: () => writing.journal.written(),
    close: () => writing.journal.close(),
  };
  const ledger = new TaskList(journal);
  const state: SimulatorState = {
    journal,
    ledger,
    counters: new Map(),
    keysRevoked: false,
    signingKey: '',
  };
  if (stateDir !== undefined) {
    writing.journal = await openJournal(stateDir, (record) => replay(state, record));
  }
  if (state.signingKey === '') {
    state.signingKey = newSigningKey;
    journal.append({ e: 'open', version: 1, signingKey: newSigningKey });
  }
  return state;
}

function replay(state: SimulatorState, record: SimulatorRecord): void {
  if (record.e === 'open') state.signingKey = record.signingKey;
  else if (record.e === 'keys') state.keysRevoked = record.revoked;
  else if (record.e === 'strike') {
    state.counters.set(record.key, { seen: record.seen, struck: record.struck });
  } else state.ledger.replay(record);
}
