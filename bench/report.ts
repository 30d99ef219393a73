// What benchmarks found, for people and for programs.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import { PACKAGE_ROOT } from '../config/paths.js';
import { OUT } from './support/scratch.js';
import { TARGETS, type Target } from './targets.js';

/** One figure. `id` is its name for programs and for targets. */
export interface Measurement {
  id: string;
  what: string;
  value: number;
  unit: string;
  /** The single values a median was taken of. */
  samples?: number[];
}

interface Row extends Measurement {
  target?: string;
  reached?: boolean;
}

/** Prints a table and keeps the same as JSON; returns whether every target measured was reached. */
export async function report(measurements: Measurement[], options: object): Promise<boolean> {
  const rows = measurements.map(judge);
  const context = {
    date: new Date().toISOString(),
    options,
    machine: machine(),
    /** Above the number of cores, others worked here too and absolute figures say little. */
    load: loadavg()[0],
    versions: versions(),
  };
  const table = new Table({
    head: ['measured', 'value', 'unit', 'target', ''],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'right'],
  });
  for (const { what, value, unit, target = '', reached } of rows) {
    const verdict = reached === undefined ? '' : reached ? 'reached' : 'NOT REACHED';
    table.push([what, format(value), unit, target, verdict]);
  }
  const { cpu, cores, memoryGiB, system } = context.machine;
  console.log(table.toString());
  console.log(`${context.date}, ${cpu} (${cores} cores, ${memoryGiB} GiB), ${system}`);
  console.log(
    `load ${context.load?.toFixed(1)}; ${Object.entries(context.versions).flat().join(' ')}`,
  );

  const file = join(OUT, `${context.date.replaceAll(/[:.]/g, '-')}.json`);
  await mkdir(OUT, { recursive: true });
  await writeFile(file, `${JSON.stringify({ ...context, measurements: rows }, undefined, 2)}\n`);
  console.log(`kept in ${file}`);
  return rows.every(({ reached }) => reached !== false);
}

function judge(measurement: Measurement): Row {
  const target = TARGETS[measurement.id];
  if (!target) return measurement;
  return { ...measurement, target: words(target), reached: holds(target, measurement.value) };
}

function holds(target: Target, value: number): boolean {
  if ('atLeast' in target) return value >= target.atLeast;
  if ('atMost' in target) return value <= target.atMost;
  return value < target.under;
}

function words(target: Target): string {
  if ('atLeast' in target) return `at least ${target.atLeast}`;
  if ('atMost' in target) return `at most ${target.atMost}`;
  return `under ${target.under}`;
}

function format(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return value >= 100 ? String(Math.round(value)) : value.toFixed(value >= 10 ? 1 : 2);
}

function machine() {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()}`,
  };
}

function versions(): Record<string, string> {
  const versionIn = (folder: string): string =>
    (
      JSON.parse(readFileSync(join(PACKAGE_ROOT, folder, 'package.json'), 'utf8')) as {
        version: string;
      }
    ).version;
  return {
    reelscore: `${versionIn('.')}+${commit()}`,
    node: process.version,
    '@temporalio/worker': versionIn('node_modules/@temporalio/worker'),
  };
}

function commit(): string {
  try {
    const git = ['-C', PACKAGE_ROOT, 'describe', '--always', '--dirty'];
    return execFileSync('git', git, { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return 'unknown';
  }
}
