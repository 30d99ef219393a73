// Reads reelscore.yaml: strictly, with the line of every fault, and never with a secret in it.
import { readFileSync } from 'node:fs';
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { nearestName } from '../manifests/nearest.js';
import { SETTINGS, type SettingName } from './settings.js';

/** Values as YAML made them, each with its place (`reelscore.yaml:3: rate`). */
export interface ConfigFile {
  path: string;
  values: Map<SettingName, { raw: unknown; place: string }>;
  faults: string[];
}

const FILE_KEYS = (Object.keys(SETTINGS) as SettingName[]).filter(
  (name) => !('secret' in SETTINGS[name]),
);

/** Strict in its keys; the values are read by their settings, as those of the environment are. */
const fileSchema = z.strictObject(
  Object.fromEntries(FILE_KEYS.map((name) => [name, z.unknown().optional()])),
);

/** Keys that would hold a secret, however they are spelt. */
const SECRET_KEY = /secret|app[-_ ]?key|payload[-_ ]?keys?|password|passwd|token|credential/i;

/**
 * Reads a configuration file. Faults of its form come in `faults`.
 *
 * @param label name of the file in messages
 * @returns undefined if there is no such file
 */
export function readConfigFile(path: string, label: string): ConfigFile | undefined {
  const file: ConfigFile = { path, values: new Map(), faults: [] };
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    file.faults.push(`${label}: cannot be read: ${code ?? 'unknown error'} (check the file)`);
    return file;
  }

  const lines = new LineCounter();
  // prettyErrors would quote the file, and with it a secret someone put there.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  for (const error of document.errors) {
    const { line } = lines.linePos(error.pos[0]);
    file.faults.push(`${label}:${line}: not valid YAML: ${error.code} (correct the line)`);
  }
  if (file.faults.length > 0 || document.contents === null) return file;
  if (!isMap(document.contents)) {
    file.faults.push(`${label}: it is not a map (write lines such as rate: 2)`);
    return file;
  }

  const lineOf = new Map<string, number>();
  for (const { key } of document.contents.items) {
    if (isScalar(key)) lineOf.set(String(key.value), lines.linePos(key.range[0]).line);
  }
  const placeOf = (key: string) => `${label}:${lineOf.get(key) ?? 1}`;

  let content: Record<string, unknown>;
  try {
    content = document.toJS() as Record<string, unknown>;
  } catch {
    file.faults.push(`${label}: too many aliases (write the values out)`);
    return file;
  }
  for (const key of unknownKeys(content))
    file.faults.push(`${placeOf(key)}: ${keyFault(key, content[key])}`);
  for (const name of FILE_KEYS) {
    const raw = content[name];
    // `rate:` with nothing behind it is not given.
    if (raw === undefined || raw === null) continue;
    file.values.set(name, { raw, place: `${placeOf(name)}: ${name}` });
  }
  return file;
}

function unknownKeys(content: Record<string, unknown>): string[] {
  const issues = fileSchema.safeParse(content).error?.issues ?? [];
  return issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []));
}

function keyFault(key: string, value: unknown): string {
  const secret = [key, ...keysWithin(value)].find((name) => SECRET_KEY.test(name));
  if (secret !== undefined) {
    return `${secret}: secrets come only from the environment (set ${secretEnv(secret)} there and remove the line; change the secret if the file was shared)`;
  }
  const near = nearestName(key, FILE_KEYS);
  return `${key}: no such setting (${near ? `did you mean ${near}?` : `known are ${FILE_KEYS.join(', ')}`})`;
}

function keysWithin(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...keysWithin(inner)]);
}

function secretEnv(key: string): string {
  const names = [
    ...['TOMOVIEE_APP_KEY', 'TOMOVIEE_APP_SECRET', 'REELSCORE_CALLBACK_SECRET'],
    ...['REELSCORE_PAYLOAD_KEYS', 'REELSCORE_CODEC_TOKEN'],
  ];
  return (
    names.find((name) => nearestName(key, [name, name.replace(/^[A-Z]+_/, '')])) ??
    names.slice(0, 3).join(', ')
  );
}
