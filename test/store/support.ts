import fs from 'node:fs';
import { mkdtemp, open, readdir, readlink, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { openLocalStore } from '../../store/local-store.js';
import type { Store } from '../../store/store.js';

/** A folder that is gone when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'reelscore-store-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A store in a folder of its own, which does not exist yet. */
export async function temporaryStore(): Promise<Store> {
  return openLocalStore(join(await temporaryFolder(), 'batch'));
}

/** The prototype of all file handles, which Node does not export. */
export async function fileHandles(): Promise<FileHandle> {
  const handle = await open('/');
  await handle.close();
  return Object.getPrototypeOf(handle) as FileHandle;
}

/** Paths of all files and folders brought to disk from now on, in order. Linux only. */
export async function recordSyncs(): Promise<string[]> {
  const synced: string[] = [];
  const note = async (fd: number): Promise<void> => {
    synced.push(await readlink(`/proc/self/fd/${fd}`));
  };
  const handles = await fileHandles();
  for (const method of ['sync', 'datasync'] as const) {
    const original: () => Promise<void> = Reflect.get(handles, method);
    vi.spyOn(handles, method).mockImplementation(async function (this: FileHandle) {
      await original.call(this);
      await note(this.fd);
    });
  }
  const { fsync } = fs;
  vi.spyOn(fs, 'fsync').mockImplementation((fd, done) => {
    fsync(fd, (error) => void note(fd).then(() => done(error)));
  });
  onTestFinished(() => void vi.restoreAllMocks());
  return synced;
}

/**
 * Holds the first sync of a folder from now on until it is released, or failed with an error. `syncs`
 * has, for each sync of the folder, the names there when it began. Linux only.
 */
export async function holdSyncs(
  folder: string,
): Promise<{ syncs: string[][]; release: (error?: Error) => void }> {
  const syncs: string[][] = [];
  let release: (error?: Error) => void = () => undefined;
  const released = new Promise<Error | undefined>((resolve) => (release = resolve));
  const handles = await fileHandles();
  const original: () => Promise<void> = Reflect.get(handles, 'sync');
  vi.spyOn(handles, 'sync').mockImplementation(async function (this: FileHandle) {
    if ((await readlink(`/proc/self/fd/${this.fd}`)) === folder) {
      const first = syncs.length === 0;
      syncs.push((await readdir(folder)).sort());
      const error = first && (await released);
      if (error) throw error;
    }
    await original.call(this);
  });
  onTestFinished(() => void vi.restoreAllMocks());
  return { syncs, release };
}
