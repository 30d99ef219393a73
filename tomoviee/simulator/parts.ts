// Puts the parts of a simulator together. Opens nothing and starts nothing.
import { Clips, PACKAGE_CLIPS } from './clips.js';
import { Credentials } from './credentials.js';
import { FaultPlan } from './fault-plan.js';
import { parseFaults } from './faults.js';
import { fetchClip } from './fetch-clip.js';
import { Gateway } from './gateway.js';
import { SignedLinks } from './signed-links.js';
import { CallbackSender } from './callback-sender.js';
import { limitsOf, type SimulatedLimits, type ResolvedSimulatorOptions } from './options.js';
import { Processing } from './processing.js';
import { Results } from './results.js';
import type { SimulatorState } from './state.js';
import { Timers } from './timers.js';

export interface SimulatorParts {
  state: SimulatorState;
  credentials: Credentials;
  plan: FaultPlan;
  timers: Timers;
  notifier: CallbackSender;
  processing: Processing;
  gateway: Gateway;
  clips: Clips;
  results: Results;
  /** The limits of the moment. */
  current: { limits: SimulatedLimits };
  setKeysRevoked: (revoked: boolean) => void;
}

/** @param baseUrl of the links it hands out; asked when a link is made. */
export function assemble(
  options: ResolvedSimulatorOptions,
  state: SimulatorState,
  baseUrl: () => string,
): SimulatorParts {
  const { ledger, journal } = state;
  const { appKey: key, appSecret: secret } = options;
  const credentials = new Credentials(
    key === undefined || secret === undefined ? undefined : { key, secret },
  );
  credentials.revoked = state.keysRevoked;
  const setKeysRevoked = (revoked: boolean): void => {
    credentials.revoked = revoked;
    journal.append({ e: 'keys', revoked });
  };

  const plan = new FaultPlan(parseFaults(options.faults), options.seed, journal);
  for (const [fault, counter] of state.counters) plan.restore(fault, counter);

  const current = { limits: limitsOf(options) };
  const limits = (): SimulatedLimits => current.limits;
  const timers = new Timers();
  const links = new SignedLinks(
    () => options.resultUrl?.replace(/\/+$/, '') ?? baseUrl(),
    state.signingKey,
    options.result,
    options.resultTtlMs,
  );
  const notifier = new CallbackSender(ledger, plan, links, timers, options);
  const processing = new Processing({
    ledger,
    notifier,
    timers,
    limits,
    ...(options.fetchClips ? { fetchClip } : {}),
  });
  const clips = new Clips(options.clipsDir === undefined ? PACKAGE_CLIPS : [options.clipsDir]);
  const gateway = new Gateway({
    credentials,
    ledger,
    journal,
    plan,
    processing,
    links,
    timers,
    limits,
    seed: options.seed,
    revokeKeys: () => setKeysRevoked(true),
  });
  const results = new Results(ledger, plan, links, clips, options);
  return {
    state,
    credentials,
    plan,
    timers,
    notifier,
    processing,
    gateway,
    clips,
    results,
    current,
    setKeysRevoked,
  };
}
