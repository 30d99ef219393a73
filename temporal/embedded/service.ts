// Owns one child process: starts it, keeps it running on the same ports, ends it.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './ports.js';
import { identifyProcess, type ProcessIdentity } from './process-identity.js';
import type { Ports, ServiceSpec } from './protocol.js';
import { isReady } from './readiness.js';
import { limitLog, logTail, withLog } from './service-log.js';

/** A server with a large database, on a slow disk, is given this long to answer. */
const READY_TIMEOUT_MS = 60_000;
const READY_POLL_MS = 20;
/** A first start is tried again, on other ports, in case another program took one in between. */
const START_ATTEMPTS = 3;
const RESTART_FIRST_MS = 100;
const RESTART_MAX_MS = 5_000;
/** A child that lived this long did not die of how it was started. */
const SETTLED_MS = 10_000;
const STOP_GRACE_MS = 5_000;
const LOG_CHECK_MS = 30_000;

export interface ServiceOptions {
  spec: ServiceSpec;
  /** Absolute path of its log. */
  log: string;
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** Ports it had last time. */
  keptPorts: Ports;
  /** Called at once after each start and end, with what is to be remembered. */
  remember: (ports: Ports, process: ProcessIdentity | undefined) => void;
}

export class Service {
  readonly #options: ServiceOptions;
  #ports: Ports = {};
  #child: ChildProcess | undefined;
  readonly #stop = new AbortController();
  #keeping: Promise<void> | undefined;

  /** Resolves with the ports once the service answers; rejects when it cannot be started. */
  readonly ready: Promise<Ports>;

  constructor(options: ServiceOptions) {
    this.#options = options;
    this.ready = this.#start();
    this.ready.catch(() => undefined); // reported to callers that await `ready`
  }

  /** Ends the child (SIGTERM, then SIGKILL after 5 s) and returns once it is gone. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#end();
    await this.ready.catch(() => undefined);
    await this.#keeping;
  }

  async #start(): Promise<Ports> {
    const { spec, keptPorts, log } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      for (const name of spec.ports) this.#ports[name] = await this.#portFor(name, keptPorts);
      const child = this.#spawn();
      if (await this.#becomesReady(child)) {
        this.#keeping = this.#keepRunning(child);
        return this.#ports;
      }
      await this.#end();
      if (this.#stopped()) throw new Error(`${spec.name}: stopped before it was ready`);
      if (attempt === START_ATTEMPTS) {
        throw new Error(
          `${spec.name} does not start (see ${log}); its last lines:\n${logTail(log)}`,
        );
      }
    }
  }

  /** Two services, or two ports of one, must not be given the same free port. */
  async #portFor(name: string, kept: Ports): Promise<number> {
    const taken = new Set(Object.entries(this.#ports).map(([of, port]) => of !== name && port));
    for (let port = await freePort(kept[name]); ; port = await freePort(undefined)) {
      if (!taken.has(port)) return port;
    }
  }

  #spawn(): ChildProcess {
    const { spec, log, cwd, env, remember } = this.#options;
    const args = spec.args.map((arg) =>
      arg.replace(/\{port:([a-z]+)\}/, (_, name: string) => String(this.#ports[name])),
    );
    const child = withLog(log, (fd) =>
      spawn(spec.command, args, { cwd, env, stdio: ['ignore', fd, fd] }),
    );
    child.once('error', () => undefined); // a command that cannot be run has no pid; see #becomesReady
    remember(this.#ports, child.pid === undefined ? undefined : identifyProcess(child.pid));
    this.#child = child;
    return child;
  }

  async #becomesReady(child: ChildProcess): Promise<boolean> {
    const deadline = Date.now() + READY_TIMEOUT_MS;
    while (isAlive(child) && !this.#stopped() && Date.now() < deadline) {
      if ((await isReady(this.#options.spec, this.#ports)) && isAlive(child)) return true;
      await delay(READY_POLL_MS);
    }
    return false;
  }

  /** Clients are bound to the ports by now, so a child that dies comes back on the same ones. */
  async #keepRunning(first: ChildProcess): Promise<void> {
    const logWatch = setInterval(() => limitLog(this.#options.log), LOG_CHECK_MS).unref();
    let backoff = RESTART_FIRST_MS;
    for (let child = first; ; child = this.#spawn()) {
      const since = Date.now();
      if (await this.#becomesReady(child)) {
        if (isAlive(child)) await once(child, 'exit');
      } else {
        await this.#end(); // it hangs, or everything is being stopped
      }
      if (Date.now() - since >= SETTLED_MS) backoff = RESTART_FIRST_MS;
      await delay(backoff, undefined, { signal: this.#stop.signal }).catch(() => undefined);
      if (this.#stopped()) break;
      backoff = Math.min(backoff * 2, RESTART_MAX_MS);
    }
    clearInterval(logWatch);
  }

  #stopped(): boolean {
    return this.#stop.signal.aborted;
  }

  async #end(): Promise<void> {
    const child = this.#child;
    if (child !== undefined && isAlive(child)) {
      const exit = once(child, 'exit');
      child.kill('SIGTERM');
      const kill = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
      await exit;
      clearTimeout(kill);
    }
    this.#options.remember(this.#ports, undefined);
  }
}

function isAlive(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}
