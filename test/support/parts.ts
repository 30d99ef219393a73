// The parts of the product as processes that can be killed at any moment and started again.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { execa } from 'execa';
import { distFile } from '../../config/paths.js';
import { clips, type ManifestRow } from './rig.js';

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

/**
 * Starts a batch of clips of its own by `reelscore start`, without probing.
 * @param name of its manifest and of its folder of results, both in `folder`
 */
export async function startByCommand(of: {
  env: NodeJS.ProcessEnv;
  folder: string;
  simulator: { url: string };
  name: string;
  count: number;
  /** More of the command. */
  how: string[];
  /** Default: this process's. */
  cwd?: string;
}): Promise<{ batch: string; out: string; rows: ManifestRow[] }> {
  const { env, folder, name, cwd } = of;
  const rows = clips(of.count).map((row) => ({
    ...row,
    file_link: `${of.simulator.url}/clips/load/${name}-${row.id}.mp4`,
  }));
  const manifest = join(folder, `${name}.csv`);
  await writeFile(manifest, stringify(rows, { header: true }));
  const out = join(folder, name);
  const args = ['start', manifest, '--again', '--no-probe', ...of.how, '--out', out, '--json'];
  const { stdout } = await execa(process.execPath, [distFile('cli/main.js'), ...args], {
    ...{ env, extendEnv: false, ...(cwd !== undefined && { cwd }) },
  });
  return { ...(JSON.parse(stdout) as { batch: string }), out, rows };
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
