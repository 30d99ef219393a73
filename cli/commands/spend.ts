// reelscore spend: what submissions have cost.
import { stringify } from 'csv-stringify/sync';
import type { Spend, SpendGroup, SpendOptions } from '../../client/spend/spend.js';
import { priceText } from '../../config/setting-values.js';
import { escapeFormulas } from '../../manifests/formula-cells.js';
import { readConfig } from '../config.js';
import { connect } from '../connect.js';
import { EXIT } from '../exit-codes.js';
import { createIo, plainText, type Io } from '../io.js';
import { table } from '../table.js';

export interface SpendFlags {
  by?: string;
  month?: string;
  format?: 'csv' | 'json';
  json?: boolean;
  simulate?: boolean;
}

export async function spend({ format, json = false, ...flags }: SpendFlags): Promise<number> {
  if (flags.month !== undefined && !/^\d{4}-(0[1-9]|1[0-2])$/.test(flags.month)) {
    throw new Error(`--month ${flags.month} is no month (write one such as 2026-11)`);
  }
  const asJson = json || format === 'json';
  const io = createIo(asJson);
  const options: SpendOptions = {
    ...(flags.by !== undefined && { by: flags.by }),
    ...(flags.month !== undefined && { month: flags.month }),
    ...(flags.simulate && { simulated: true }),
  };
  const api = await connect(io, { config: readConfig() });
  try {
    const found = await api.spend(options);
    io.document(found);
    if (asJson) return EXIT.ok;
    if (format === 'csv') process.stdout.write(csvOf(found));
    else showTable(io, found);
    return EXIT.ok;
  } finally {
    await api.close();
  }
}

const amountOf = ({ cost }: Pick<SpendGroup, 'cost'>): string => (cost ? priceText(cost) : '');

function showTable(io: Io, { by, month, groups, total, undated }: Spend): void {
  if (groups.length === 0) {
    io.say(`Nothing was submitted${month === undefined ? '' : ` in ${month}`}.`);
    return;
  }
  const priced = total.cost !== undefined;
  const line = (name: string, group: Omit<SpendGroup, 'value'>): string[] => [
    name,
    String(group.submissions),
    ...(total.unclear > 0 ? [String(group.unclear)] : []),
    ...(priced ? [amountOf(group)] : []),
  ];
  const head = [by.toUpperCase(), 'SUBMISSIONS', ...(total.unclear > 0 ? ['UNCLEAR'] : [])];
  const rows = groups.map((group) => line(plainText(group.value) || '-', group));
  for (const one of table([
    [...head, ...(priced ? ['COST'] : [])],
    ...rows,
    line('total', total),
  ])) {
    io.say(one);
  }
  if (total.unclear > 0) {
    io.say('Unclear: the answer was lost, and no task has turned up. They may have been paid for.');
  }
  if (month !== undefined && undated > 0) {
    io.say(`Of ${undated} more it is not known when they were made.`);
  }
  if (!priced) io.say('No price is set (pricePerClip), so costs are not told.');
}

function csvOf({ by, groups }: Spend): string {
  const rows = groups.map(({ value, submissions, unclear, cost }) => [
    ...[value, submissions, unclear, cost?.amount ?? '', cost?.currency ?? ''],
  ]);
  const columns = [by, 'submissions', 'unclear', 'cost', 'currency'];
  return stringify([columns, ...rows], { cast: { string: escapeFormulas } });
}
