// Decides whether a fault strikes now. Owns the counters; knows nothing of what faults do.
import { createHash } from 'node:crypto';
import type { SimulatedFault, FaultName } from './faults.js';
import type { SimulatorJournal } from './journal.js';

/** Whose turn it is: a clip is known by its file_link, so that counts hold over its attempts. */
export interface ClipFaults {
  fileLink: string;
  /** The clip's own faults. */
  own: readonly SimulatedFault[];
}

/** A fault of a certain name. */
export type FaultOf<N extends FaultName> = SimulatedFault & { name: N };

interface Counter {
  seen: number;
  struck: number;
}

/** The simulator's faults and the counters of every fault. */
export class FaultPlan {
  readonly #counters = new Map<string, Counter>();

  /** @param seed decides, with clip and fault, which times `~probability` strikes. */
  constructor(
    private global: readonly SimulatedFault[],
    private readonly seed: number,
    private readonly journal: SimulatorJournal,
  ) {}

  /** Replaces the simulator's own faults. Counters of faults written the same way go on. */
  setGlobal(faults: readonly SimulatedFault[]): void {
    this.global = faults;
  }

  /** Takes a counter from the journal. */
  restore(key: string, counter: Counter): void {
    this.#counters.set(key, counter);
  }

  /** The first of these faults, in the order written, that strikes this clip now. */
  strike<N extends FaultName>(clip: ClipFaults, ...names: N[]): FaultOf<N> | undefined {
    const named = (fault: SimulatedFault): fault is FaultOf<N> =>
      (names as FaultName[]).includes(fault.name);
    return (
      clip.own.filter(named).find((fault) => this.#hits(fault, clip, true)) ??
      this.global.filter(named).find((fault) => this.#hits(fault, clip, false))
    );
  }

  #hits(fault: SimulatedFault, clip: ClipFaults, own: boolean): boolean {
    const { times, probability, nth } = fault;
    if (times === undefined && probability === undefined && nth === undefined) return true;
    // The nth time of a fault of all clips is counted over all clips.
    const overAll = nth !== undefined && !own;
    const key = `${own ? 'own' : 'all'} ${fault.text}${overAll ? '' : ` ${clip.fileLink}`}`;
    const counter = this.#count(key);
    if (times !== undefined && counter.struck >= times) return false;
    if (nth !== undefined && counter.seen !== nth) return false;
    if (probability !== undefined && this.#roll(key, counter.seen) >= probability) return false;
    counter.struck++;
    this.journal.append({ e: 'strike', key, ...counter });
    return true;
  }

  #count(key: string): Counter {
    let counter = this.#counters.get(key);
    if (counter === undefined) {
      counter = { seen: 0, struck: 0 };
      this.#counters.set(key, counter);
    }
    counter.seen++;
    return counter;
  }

  /** 0-1, the same for the same seed, fault, clip and time, whatever the order of arrival. */
  #roll(key: string, time: number): number {
    const digest = createHash('sha256').update(`${this.seed} ${time} ${key}`).digest();
    return digest.readUInt32BE(0) / 2 ** 32;
  }
}
