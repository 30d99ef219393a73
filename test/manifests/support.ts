// A folder of its own for each test, and short ways to read what was written there.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { ReadOptions } from '../../manifests/read-options.js';
import type { Clip } from '../../contract/clip.js';
import { formatProblem, readManifest, type ManifestReport } from '../../manifests/index.js';

/** It is removed when the test ends. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'reelscore-manifests-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/** Writes a file and returns its path. */
export async function writeManifest(name: string, content: string | Uint8Array): Promise<string> {
  const file = path.join(await makeFolder(), name);
  await writeFile(file, content);
  return file;
}

export interface Read {
  clips: Clip[];
  report: ManifestReport;
  /** As people see them, without the folder. */
  problems: string[];
  warnings: string[];
}

/** Writes a manifest and reads it. */
export async function read(
  name: string,
  content: string | Uint8Array,
  options?: ReadOptions,
): Promise<Read> {
  const file = await writeManifest(name, content);
  const clips: Clip[] = [];
  const { report } = await readManifest(file, (some) => void clips.push(...some), options);
  const short = (problem: (typeof report.problems)[number]) =>
    formatProblem({ ...problem, file: path.basename(problem.file) });
  return {
    clips,
    report,
    problems: report.problems.map(short),
    warnings: report.warnings.map(short),
  };
}

export const LINK = 'https://cdn.example/a.mp4';
