// The parts of the product as processes that can be killed at any moment and started again.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { distFile } from '../../config/paths.js';

/** The environment of worker, receiver and client that work together, and of nothing else. */
export function envOfParts(of: {
  folder: string;
  server: { address: string };
  simulator: { url: string };
  callbackPort: number;
}): NodeJS.ProcessEnv {
  const callbacks = `127.0.0.1:${of.callbackPort}`;
  return {
    PATH: process.env['PATH'],
    HOME: of.folder,
    REELSCORE_HOME: join(of.folder, 'home'),
    TEMPORAL_ADDRESS: of.server.address,
    TOMOVIEE_BASE_URL: of.simulator.url,
    TOMOVIEE_APP_KEY: 'test-key',
    TOMOVIEE_APP_SECRET: 'test-secret',
    REELSCORE_ALLOW_HOSTS: new URL(of.simulator.url).host,
    REELSCORE_CALLBACK_URL: `http://${callbacks}`,
    REELSCORE_CALLBACK_LISTEN: callbacks,
    REELSCORE_CALLBACK_GRACE: '3s',
    REELSCORE_POLL_INTERVAL: '1s',
  };
}

/** A long-running command, such as `reelscore worker`. */
export class Part {
  #child: ChildProcess | undefined;
  #output = '';
  kills = 0;

  constructor(
    private readonly args: string[],
    private readonly env: NodeJS.ProcessEnv,
    /** A text on stdout or stderr that says it is up. */
    private readonly ready: string,
    /** Default: this process's. */
    private readonly cwd?: string,
    /** The command's main file. */
    private readonly main = distFile('cli/main.js'),
  ) {}

  /** Resolves once it is up. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [this.main, ...this.args], {
      env: this.env,
      cwd: this.cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    let output = '';
    await new Promise<void>((resolve, reject) => {
      const look = (chunk: Buffer): void => {
        output += chunk.toString();
        this.#output += chunk.toString();
        if (output.includes(this.ready)) resolve();
      };
      child.stdout.on('data', look);
      child.stderr.on('data', look);
      child.once('exit', (code) =>
        reject(new Error(`${this.args.join(' ')} ended (${code}): ${output}`)),
      );
    });
  }

  /** All that it has printed and logged so far. */
  get output(): string {
    return this.#output;
  }

  /** SIGKILL; resolves when it is gone. */
  async kill(): Promise<void> {
    this.kills += 1;
    await this.#end('SIGKILL');
  }

  /** An orderly end. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }
}
