// Owns a home's services for as long as someone holds a lease on them. A lease is a connection: it
// ends when its holder says so, or dies. Knows nothing of what the services are.
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { readHomeState, writeHomeState, type HomeState } from './home-state.js';
import { endProcess } from './process-identity.js';
import {
  PROTOCOL_VERSION,
  receive,
  requestSchema,
  send,
  type Ports,
  type Request,
  type ServiceSpec,
} from './protocol.js';
import { Service } from './service.js';
import { serviceLogPath } from './service-log.js';

/** Back-to-back commands find the services still running. */
const LINGER_MS = 300;
/** A supervisor whose starter died before it connected does not stay for ever. */
const FIRST_LEASE_MS = 10_000;
const ORPHAN_GRACE_MS = 5_000;

export class Supervisor {
  readonly #home: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #server: Server;
  /** The services each lease needs. */
  readonly #leases = new Map<Socket, Set<string>>();
  readonly #services = new Map<string, Service>();
  readonly #stopping = new Map<string, Promise<void>>();
  #state: HomeState;
  #closing: Promise<void> | undefined;
  readonly #down: Promise<void>;
  #setDown: () => void = () => undefined;

  constructor(home: string, env: NodeJS.ProcessEnv) {
    this.#home = home;
    this.#env = env;
    this.#state = readHomeState(home);
    this.#server = createServer((socket) => this.#serve(socket));
    this.#down = new Promise((resolve) => (this.#setDown = resolve));
  }

  /** Ends what an earlier supervisor left running, then serves. Returns when everything is down. */
  async run(socketPath: string): Promise<void> {
    await this.#endOrphans();
    this.#server.listen(socketPath);
    setTimeout(() => void this.#settle(), FIRST_LEASE_MS).unref();
    await this.#down;
  }

  /** Takes everything down, also while leases are held. */
  close(): Promise<void> {
    return (this.#closing ??= this.#takeDown());
  }

  async #endOrphans(): Promise<void> {
    const orphans = Object.values(this.#state).flatMap((service) => service.process ?? []);
    await Promise.all(orphans.map((orphan) => endProcess(orphan, ORPHAN_GRACE_MS)));
  }

  #serve(socket: Socket): void {
    socket.on('error', () => undefined); // 'close' follows
    socket.once('close', () => {
      if (this.#leases.delete(socket)) void this.#settle();
    });
    receive(socket, requestSchema, (request) => void this.#answer(socket, request));
  }

  async #answer(socket: Socket, request: Request): Promise<void> {
    if (request.op === 'release') {
      this.#leases.delete(socket);
      await this.#settle();
      send(socket, { event: 'released' });
      // If it was the last, the connection closes with this process: then really nothing is left.
      if (this.#closing === undefined) socket.end();
      return;
    }
    if (this.#closing !== undefined) {
      send(socket, { event: 'closing' });
      return;
    }
    try {
      checkVersion(request.version);
      this.#leases.set(socket, new Set(request.services.map(({ name }) => name)));
      const ready = await Promise.all(
        request.services.map(async (spec) => [spec.name, await this.#ensure(spec)] as const),
      );
      send(socket, { event: 'ready', services: Object.fromEntries(ready) });
    } catch (error) {
      send(socket, { event: 'failed', message: (error as Error).message });
      socket.end();
    }
  }

  /** Starts the service unless it runs; a running one is shared as it is. */
  async #ensure(spec: ServiceSpec): Promise<Ports> {
    await this.#stopping.get(spec.name);
    let service = this.#services.get(spec.name);
    if (service === undefined) {
      service = new Service({
        spec,
        log: serviceLogPath(this.#home, spec.name),
        cwd: this.#home,
        env: this.#env,
        keptPorts: this.#state[spec.name]?.ports ?? {},
        remember: (ports, child) => {
          const known = child === undefined ? { ports } : { ports, process: child };
          this.#state = { ...this.#state, [spec.name]: known };
          writeHomeState(this.#home, this.#state);
        },
      });
      this.#services.set(spec.name, service);
    }
    try {
      return await service.ready;
    } catch (error) {
      if (this.#services.get(spec.name) === service) this.#services.delete(spec.name);
      throw error;
    }
  }

  /** After a lease has ended: stops what no other lease needs, and everything when none is left. */
  async #settle(): Promise<void> {
    if (this.#leases.size > 0 && this.#idleServices().length === 0) return;
    await delay(LINGER_MS);
    if (this.#leases.size === 0) return this.close();
    await Promise.all(this.#idleServices().map((name) => this.#stop(name)));
  }

  #idleServices(): string[] {
    const needed = new Set([...this.#leases.values()].flatMap((names) => [...names]));
    return [...this.#services.keys()].filter((name) => !needed.has(name));
  }

  #stop(name: string): Promise<void> {
    const service = this.#services.get(name);
    if (service === undefined) return this.#stopping.get(name) ?? Promise.resolve();
    this.#services.delete(name);
    const stopped = service.stop().finally(() => this.#stopping.delete(name));
    this.#stopping.set(name, stopped);
    return stopped;
  }

  async #takeDown(): Promise<void> {
    await Promise.all([...this.#services.keys()].map((name) => this.#stop(name)));
    await Promise.all(this.#stopping.values());
    this.#setDown();
  }
}

function checkVersion(version: number): void {
  if (version === PROTOCOL_VERSION) return;
  throw new Error(
    'another version of reelscore is using this REELSCORE_HOME (wait until its commands end, or set another REELSCORE_HOME)',
  );
}
