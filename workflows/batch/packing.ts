// The state of a batch in fewer bytes: objects with the same fields become tables, whose columns hold differences.
// Pure, and knows no field but `row`, so that new fields need nothing here.
import type { CarriedState, Column, PackedState, Table } from '../../contract/carried.js';

type Fields = Record<string, unknown>;

/** Beyond this, a difference of two could be rounded. */
const MOST_WHOLE = 2 ** 52;

export function pack(state: CarriedState): PackedState {
  const { clips, unrecorded, joins, ...rest } = state;
  return {
    ...rest,
    packed: {
      clips: tablesOf(clips),
      unrecorded: tablesOf(unrecorded),
      joins: stepsOf(joins ?? []),
    },
  };
}

/** What was packed; clips and outcomes are in the order of their rows. */
export function unpack({ packed, ...rest }: PackedState): CarriedState {
  const joins = numbersOf(packed.joins);
  return {
    ...rest,
    clips: objectsOf(packed.clips),
    unrecorded: objectsOf(packed.unrecorded),
    ...(joins.length > 0 && { joins }),
  };
}

export function isPacked(state: CarriedState | PackedState): state is PackedState {
  return 'packed' in state;
}

function tablesOf(objects: readonly { row: number }[]): Table[] {
  const tables = new Map<string, Fields[]>();
  for (const object of objects.toSorted((a, b) => a.row - b.row)) {
    const fields = Object.entries<unknown>(object)
      .filter(([, value]) => value !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    const names = fields.map(([name]) => name).join();
    const alike = tables.get(names) ?? [];
    alike.push(Object.fromEntries(fields));
    tables.set(names, alike);
  }
  return [...tables.values()].map(tableOf);
}

function tableOf(objects: Fields[]): Table {
  const table: Table = { count: objects.length, same: {}, columns: {} };
  for (const name of Object.keys(objects[0] ?? {})) {
    const values = objects.map((object) => object[name]);
    const first = JSON.stringify(values[0]);
    if (values.every((value) => JSON.stringify(value) === first)) table.same[name] = values[0];
    else table.columns[name] = columnOf(values);
  }
  return table;
}

function columnOf(values: unknown[]): Column {
  if (values.every((value) => typeof value === 'number')) return { steps: stepsOf(values) };
  if (!values.every((value) => typeof value === 'string')) return { values };
  const places = new Map<string, number>();
  for (const value of values) if (!places.has(value)) places.set(value, places.size);
  if (places.size * 2 > values.length) return { values };
  return {
    texts: [...places.keys()],
    steps: stepsOf(values.map((value) => places.get(value) ?? 0)),
  };
}

function stepsOf(values: readonly number[]): (number | string)[] {
  let last = 0;
  return values.map((value) => {
    if (!Number.isInteger(value) || Math.abs(value) > MOST_WHOLE) return String(value);
    const step = value - last;
    last = value;
    return step;
  });
}

function objectsOf<Row extends { row: number }>(tables: readonly Table[]): Row[] {
  const objects = tables.flatMap(({ count, same, columns }) => {
    const values = Object.entries(columns).map(
      ([name, column]) => [name, valuesOf(column)] as const,
    );
    return Array.from({ length: count }, (_, at) => ({
      ...same,
      ...Object.fromEntries(values.map(([name, list]) => [name, list[at]])),
    }));
  }) as unknown as Row[]; // checked by wire.ts
  return objects.sort((a, b) => a.row - b.row);
}

function valuesOf(column: Column): readonly unknown[] {
  if ('values' in column) return column.values;
  const numbers = numbersOf(column.steps);
  return 'texts' in column ? numbers.map((at) => column.texts[at]) : numbers;
}

function numbersOf(steps: readonly (number | string)[]): number[] {
  let last = 0;
  return steps.map((step) => (typeof step === 'string' ? Number(step) : (last += step)));
}
