// CPU time of processes, where the operating system tells it (Linux).
import { readFileSync } from 'node:fs';

/** Linux counts in hundredths of a second on every architecture Node runs on. */
const TICKS_PER_SECOND = 100;

/** Milliseconds of CPU a process has used so far; undefined where that cannot be read. */
export function cpuMs(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the name in parentheses, which may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
  } catch {
    return undefined;
  }
}

/** Starts measuring; the function returned gives the milliseconds since, by name. */
export function measureCpu<Name extends string>(
  pids: Record<Name, number>,
): () => Partial<Record<Name, number>> {
  const names = Object.keys(pids) as Name[];
  const read = (name: Name): number | undefined => cpuMs(pids[name]);
  const before = new Map(names.map((name) => [name, read(name)]));
  return () => {
    const used: Partial<Record<Name, number>> = {};
    for (const name of names) {
      const [from, to] = [before.get(name), read(name)];
      if (from !== undefined && to !== undefined) used[name] = to - from;
    }
    return used;
  };
}
