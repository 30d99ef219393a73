import { runTool } from './run-tool.js';
import { toolEnv } from '../../config/tool-env.js';

/** Everything was measured and tested with server 1.31; an older minor version is not used. */
const OLDEST_SERVER = [1, 31] as const;

/** A tool that does not print its version by then does not start a server either. */
const VERSION_TIMEOUT_MS = 10_000;

export interface ToolVersion {
  /** Of the command line tool; `0.0.0-DEV` when built from the recipe. */
  tool: string;
  /** Of the server inside. */
  server: string;
}

/** Asks a `temporal` binary for its versions. Throws when it is something else, or does not run. */
export async function toolVersion(binary: string, env: NodeJS.ProcessEnv): Promise<ToolVersion> {
  const text = await runTool(binary, ['--version'], {
    timeoutMs: VERSION_TIMEOUT_MS,
    env: toolEnv(env),
  });
  const found = /temporal version (\S+) \(Server (\d+\.\d+\.\d+)/.exec(text);
  if (found?.[1] === undefined || found[2] === undefined) {
    throw new Error(`${binary} --version: expected "temporal version ...", got "${text.trim()}"`);
  }
  return { tool: found[1], server: found[2] };
}

/** Undefined if the server is recent enough, else what is wrong with it. */
export function tooOld({ server }: ToolVersion): string | undefined {
  const [major = 0, minor = 0] = server.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_SERVER;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return undefined;
  return `its server ${server} is older than ${OLDEST_SERVER.join('.')}`;
}
