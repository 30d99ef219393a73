// Proxies: the silent copies that the vendor gets of clips that it would not take. They lie in the batch's store until
// their clips have their music; those of clips that failed are there for a retry.
import { hash } from 'node:crypto';
import { z } from 'zod';
import type { Clip } from '../../contract/clip.js';
import { isLocal } from '../../manifests/file-link.js';
import { fragmentOf } from '../../manifests/excerpt.js';
import { versionOf } from '../../manifests/local-file.js';
import { contentName, type BatchFiles } from '../batch-files.js';
import type { Store } from '../../store/store.js';

const FOLDER = 'proxies/';

const Note = z.object({
  /** The clip that it was made of. */
  of: z.string(),
  /** Of the proxy. */
  key: z.string(),
  /** What it is, in words. */
  what: z.string(),
});
export type ProxyNote = z.infer<typeof Note>;

/** Where a proxy is kept: the same content, cut alike, has the same. */
export function proxyKey(sha256: string, how: unknown): string {
  const name = hash('sha256', JSON.stringify([sha256, how]), 'hex').slice(0, 40);
  return `${FOLDER}${name}.mp4`;
}

/** For a clip that is fetched before it is fitted. */
export function sourceKey(row: number): string {
  return `${FOLDER}${row}.source`;
}

export async function noteProxy(
  store: Store,
  clip: Clip,
  proxy: Omit<ProxyNote, 'of'>,
): Promise<void> {
  await store.write(noteKey(clip.row), `${JSON.stringify({ of: digestOf(clip), ...proxy })}\n`);
}

/** Undefined if the clip has no proxy, or none of what it is now. */
export async function proxyOf(store: Store, clip: Clip): Promise<ProxyNote | undefined> {
  const text = await store.readText(noteKey(clip.row));
  if (text === undefined) return undefined;
  const note = Note.parse(JSON.parse(text));
  return note.of === digestOf(clip) && (await store.exists(note.key)) ? note : undefined;
}

/** What the vendor is to get: the proxy if the clip has one, else the clip itself. */
export async function sentClip(store: Store, clip: Clip): Promise<Clip> {
  const proxy = await proxyOf(store, clip);
  if (!proxy) return clip;
  const fileLink = store.linkOf(proxy.key);
  if (!isLocal(fileLink)) return { ...clip, fileLink };
  const found = await versionOf(fileLink);
  if ('fault' in found) throw new Error(`${store.location}: ${found.fault.fault}`);
  return { ...clip, fileLink, version: found.version };
}

/** The clip has its music. A proxy that other rows may have too stays to the end of the batch. */
export async function dropProxy(
  { store, sharedClips }: Pick<BatchFiles, 'store' | 'sharedClips'>,
  clip: Clip,
): Promise<void> {
  const proxy = await proxyOf(store, clip);
  if (!proxy) return;
  if (!(await sharedClips()).has(contentName(clip))) await store.remove(proxy.key);
  await store.remove(noteKey(clip.row));
}

/** At the end of a batch: what no clip needs any more. */
export async function clearProxies(store: Store): Promise<void> {
  const keys = await store.list(FOLDER);
  const kept = new Set<string>();
  for (const key of keys.filter((one) => one.endsWith('.json'))) {
    const text = await store.readText(key);
    if (text !== undefined) kept.add(Note.parse(JSON.parse(text)).key);
  }
  for (const key of keys) if (!key.endsWith('.json') && !kept.has(key)) await store.remove(key);
}

function noteKey(row: number): string {
  return `${FOLDER}${row}.json`;
}

/** A corrected manifest may have another clip in the row. */
function digestOf({ fileLink, version = '', excerpt }: Clip): string {
  const parts = [fileLink, version, fragmentOf(excerpt)];
  return hash('sha256', JSON.stringify(parts), 'base64url').slice(0, 22);
}
