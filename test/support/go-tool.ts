// Programs that tests need and that are built from pinned Go modules.
import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { tryLock } from '../../temporal/embedded/file-lock.js';

export interface GoTool {
  /** Folder of go.mod and go.sum. */
  source: string;
  /** Import path of the program. */
  program: string;
  /** Where it is put, in the user's cache. */
  binary: string;
}

/** Built once, by whoever comes first. */
export async function builtTool({ source, program, binary }: GoTool): Promise<string> {
  await mkdir(dirname(binary), { recursive: true });
  while (!existsSync(binary)) {
    const lock = tryLock(`${binary}.lock`, 'go build');
    if (!lock) {
      await sleep(500);
      continue;
    }
    try {
      if (existsSync(binary)) break;
      const made = `${binary}.${process.pid}`;
      await execa('go', ['build', '-ldflags', '-s -w', '-o', made, program], {
        cwd: source,
        env: { CGO_ENABLED: '0', GOWORK: 'off' },
      });
      await rename(made, binary);
    } finally {
      lock.release();
    }
  }
  return binary;
}
