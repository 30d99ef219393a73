import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Runs a program to its end and returns its stdout; throws with the end of its stderr.
 * @param options.env all that it sees; see tool-env.ts
 */
export async function runTool(
  command: string,
  args: string[],
  options: { cwd?: string; env: NodeJS.ProcessEnv; timeoutMs?: number },
): Promise<string> {
  const { timeoutMs, ...rest } = options;
  try {
    const { stdout } = await run(command, args, {
      ...rest,
      maxBuffer: 64 * 1024 * 1024,
      ...(timeoutMs !== undefined && { timeout: timeoutMs }),
    });
    return stdout;
  } catch (cause) {
    const { stderr, message } = cause as Error & { stderr?: string };
    const said = stderr?.trim().split('\n').slice(-5).join('\n');
    throw new Error(said === undefined || said === '' ? message : said, { cause });
  }
}
