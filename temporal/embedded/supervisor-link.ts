// The client's side of one connection to a home's supervisor.
import { spawn, type ChildProcess } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { ENVIRONMENT } from '../../config/environment.js';
import { distFile } from '../../config/paths.js';
import { readLock } from './file-lock.js';
import { supervisorLockPath } from './home-state.js';
import {
  PROTOCOL_VERSION,
  receive,
  replySchema,
  send,
  type Ports,
  type ServiceSpec,
} from './protocol.js';
import { logTail, serviceLogPath, withLog } from './service-log.js';
import { checkSocketDir } from './socket-path.js';
import { toolEnv } from '../../config/tool-env.js';

/** Starting a supervisor takes a tenth of a second; ending an earlier one's children, five at most. */
const CONNECT_TIMEOUT_MS = 30_000;
const CONNECT_POLL_MS = 20;

export interface SupervisorLink {
  /** Open for as long as the lease lasts. */
  socket: Socket;
  /** Ports by service name. */
  services: Record<string, Ports>;
}

/**
 * Connects to the home's supervisor, starting one if none runs, and waits until it has the services
 * ready. Throws when a service cannot be started.
 */
export async function linkToSupervisor(
  home: string,
  services: ServiceSpec[],
): Promise<SupervisorLink> {
  for (;;) {
    const socket = await findOrStart(home);
    const ready = await request(socket, services);
    if (ready !== undefined) return { socket, services: ready };
  }
}

async function findOrStart(home: string): Promise<Socket> {
  const deadline = Date.now() + CONNECT_TIMEOUT_MS;
  const log = serviceLogPath(home, 'supervisor');
  let starting: ChildProcess | undefined;
  let failure = 'no answer';
  while (Date.now() < deadline) {
    const path = readLock(supervisorLockPath(home));
    if (path !== undefined) {
      const socket = await tryConnect(path);
      if (socket !== undefined) return socket; // else it holds the lock and listens soon
    } else if (starting === undefined || starting.exitCode === 0) {
      starting = startSupervisor(home, log); // exit code 0: another had the lock, and ended since
      starting.once('error', (error) => (failure = error.message));
    } else if (starting.exitCode !== null || starting.pid === undefined) {
      failure = starting.pid === undefined ? failure : `exit code ${starting.exitCode}`;
      break;
    }
    await delay(CONNECT_POLL_MS);
  }
  throw new Error(
    `${home}: cannot start the supervisor of the embedded server: ${failure} (see ${log}); its last lines:\n${logTail(log)}`,
  );
}

/** Undefined when the supervisor went down before it answered. */
function request(
  socket: Socket,
  services: ServiceSpec[],
): Promise<Record<string, Ports> | undefined> {
  return new Promise((resolve, reject) => {
    const onClose = () => resolve(undefined);
    socket.once('close', onClose);
    receive(socket, replySchema, (reply) => {
      if (reply.event === 'ready') {
        socket.off('close', onClose);
        resolve(reply.services);
      } else if (reply.event === 'failed') {
        socket.off('close', onClose);
        socket.destroy();
        reject(new Error(reply.message));
      }
      // 'closing': wait until it has gone
    });
    send(socket, { op: 'acquire', version: PROTOCOL_VERSION, services });
  });
}

function tryConnect(path: string): Promise<Socket | undefined> {
  checkSocketDir(path);
  const socket = connect({ path });
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(socket));
    socket.on('error', () => resolve(undefined)); // a later error is followed by 'close'
  });
}

function startSupervisor(home: string, log: string): ChildProcess {
  const child = withLog(log, (fd) =>
    spawn(process.execPath, [distFile('temporal/embedded/supervisor-main.js'), home], {
      // A process group of its own: Ctrl-C in the terminal must not reach the server.
      detached: true,
      cwd: home,
      env: toolEnv(ENVIRONMENT),
      stdio: ['ignore', fd, fd],
    }),
  );
  child.unref();
  return child;
}
