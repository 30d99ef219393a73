// A lease that survives its supervisor: when the connection is lost, it is taken again.
import { setTimeout as delay } from 'node:timers/promises';
import { send, type Ports, type ServiceSpec } from './protocol.js';
import { linkToSupervisor, type SupervisorLink } from './supervisor-link.js';

const RETAKE_FIRST_MS = 100;
const RETAKE_MAX_MS = 5_000;

export interface ServiceLease {
  /** Ports by service name. The supervisor comes back on the same ones unless another program took them. */
  services: Record<string, Ports>;
  /**
   * Gives the lease up. If it was the last, everything the home runs is gone when this returns. A
   * process that ends without calling it gives its lease up as well.
   */
  release(): Promise<void>;
}

export interface ServiceLeaseOptions {
  /** Real path of the home. */
  home: string;
  services: ServiceSpec[];
  /** Called when the supervisor was lost and could not be reconnected at once; it keeps trying. */
  onError: (error: Error) => void;
}

/** Throws when a service cannot be started. */
export async function leaseServices(options: ServiceLeaseOptions): Promise<ServiceLease> {
  let released = false;
  let link = await linkToSupervisor(options.home, options.services);
  let retaking: Promise<void> | undefined;
  watch(link);

  function watch(watched: SupervisorLink): void {
    // A forgotten lease must not keep its process alive.
    watched.socket.unref();
    watched.socket.once('close', () => {
      if (!released) retaking = retake();
    });
  }

  async function retake(): Promise<void> {
    for (let backoff = RETAKE_FIRST_MS; !released; backoff = Math.min(backoff * 2, RETAKE_MAX_MS)) {
      try {
        link = await linkToSupervisor(options.home, options.services);
        watch(link);
        return;
      } catch (error) {
        options.onError(error as Error);
        await delay(backoff, undefined, { ref: false });
      }
    }
  }

  return {
    services: link.services,
    async release() {
      if (released) return;
      released = true;
      await retaking;
      await giveUp(link);
    },
  };
}

function giveUp({ socket }: SupervisorLink): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) {
      resolve();
      return;
    }
    socket.ref();
    socket.once('close', () => resolve());
    send(socket, { op: 'release' });
  });
}
