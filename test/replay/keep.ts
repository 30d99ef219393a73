// Keeps histories as files of the repository, without what only the machine that recorded them knows.
import { realpathSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { execa } from 'execa';
import { findTemporalBinary } from '../../temporal/embedded/find-binary.js';

/** They may be another checkout's, to which a link leads. */
const MODULES = realpathSync('node_modules');
/** In the memo of a batch that a client started. */
const HOST = JSON.stringify(hostname());
const FOLDER = join(import.meta.dirname, 'histories');
/** The version that writes them: 0.1 from the patch `submit-in-groups` on. */
const VERSION = 'v0.1-groups';

export type KeepChain = (workflowId: string, firstRun: string, name: string) => Promise<void>;

export function keeper({ address }: { address: string }): KeepChain {
  /** As the command line shows it: the form the SDK replays. */
  async function show(workflowId: string, runId: string): Promise<string> {
    const binary = await findTemporalBinary(process.env, () => undefined);
    const which = ['--workflow-id', workflowId, '--run-id', runId];
    const args = ['workflow', 'show', ...which, '--output', 'json', '--address', address];
    return (await execa(binary, args)).stdout;
  }

  /** Every run of an execution chain. */
  return async (workflowId, firstRun, name) => {
    await mkdir(FOLDER, { recursive: true });
    let runId: string | undefined = firstRun;
    for (let run = 1; runId !== undefined; run++) {
      const history = await show(workflowId, runId);
      runId = /"newExecutionRunId": *"([^"]+)"/.exec(history)?.[1];
      await writeFile(
        join(FOLDER, `${VERSION}-${name}-${run}.json.gz`),
        await promisify(gzip)(cleaned(history), { level: 9 }),
      );
    }
  };
}

/** Process and host names of whoever records have no place in a repository, nor have their folders. */
function cleaned(history: string): string {
  return withoutFolders(history)
    .replaceAll(/"identity": *"[^"]*"/g, '"identity": "recorder"')
    .replaceAll(/"\d+@[^"]*-([0-9a-f]{32})"/g, '"recorder-$1"') // sticky task queues
    .replaceAll(/"data": *"([^"]*)"/g, (_, data: string) => {
      const given = Buffer.from(data, 'base64').toString('latin1');
      const payload = given === HOST ? '"recorder"' : withoutFolders(given);
      return `"data": "${Buffer.from(payload, 'latin1').toString('base64')}"`;
    });
}

function withoutFolders(text: string): string {
  return text
    .replaceAll(MODULES, '/reelscore/node_modules')
    .replaceAll(process.cwd(), '/reelscore')
    .split(join(tmpdir(), 'reelscore-'))
    .map((part, n) => (n === 0 ? part : part.replace(/^[a-z]+-\w{6}/, '/recorder')))
    .join('');
}
