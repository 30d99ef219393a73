import type { LedgerOptions } from '../contract/batch.js';
import { Ledger } from '../outcomes/ledger/ledger.js';
import type { OpenStore } from '../store/store.js';

/** The ledgers of one worker, kept open: a store repairs what its own failed append left behind. */
export class OpenLedgers {
  readonly #open = new Map<string, Ledger>();

  constructor(private readonly openStore: OpenStore) {}

  at({ location, kind }: Pick<LedgerOptions, 'location' | 'kind'>): Ledger {
    const key = `${kind} ${location}`;
    const ledger = this.#open.get(key) ?? new Ledger(this.openStore(location), kind);
    this.#open.set(key, ledger);
    return ledger;
  }
}
