/** The parameter table: its columns, and its rows as they were sorted and filtered. */
import type { MaybeStats, TensorLine } from '../../worker/inspector_protocol.ts';
import { bytes, wholeNumber } from '../state/numbers.ts';
import { shapeWords } from './words.ts';

/** One tensor; `stats` is undefined until it was looked at, and null where its values cannot be told apart. */
export interface Row extends TensorLine {
  readonly stats: MaybeStats | undefined;
}

export interface Column {
  readonly name: string;
  readonly title: string;
  /** What the column means, where its title does not say it. */
  readonly about?: string;
  /** What rows are sorted by; undefined comes last in either direction. */
  readonly order: (row: Row) => number | string | undefined;
  readonly text: (row: Row) => string;
}

/** Three digits are enough to compare tensors by; small and large values with an exponent. */
function brief(value: number): string {
  const size = Math.abs(value);
  const text = size !== 0 && (size < 1e-3 || size >= 1e4) ? value.toExponential(1) : String(Number(value.toPrecision(3)));
  return text.replaceAll('-', '−');
}

type Statistic = 'min' | 'max' | 'mean' | 'std';

const statistic = (name: Statistic, about: string): Column => ({
  name,
  title: name,
  about,
  order: ({ stats }) => stats?.[name],
  text: ({ stats }) => (stats === undefined ? '…' : stats === null ? '–' : brief(stats[name])),
});

/** Columns behind the name, which heads each row. */
export const NAME: Column = { name: 'name', title: 'Tensor', order: ({ name }) => name, text: ({ name }) => name };

export const COLUMNS: readonly Column[] = [
  { name: 'dtype', title: 'dtype', order: ({ dtype }) => dtype, text: ({ dtype }) => dtype },
  { name: 'shape', title: 'Shape', about: 'sorted by the number of values', order: ({ values }) => values, text: ({ shape }) => shapeWords(shape) },
  { name: 'bytes', title: 'Bytes', order: (row) => row.bytes, text: (row) => bytes(row.bytes) },
  statistic('min', 'least finite value'),
  statistic('max', 'greatest finite value'),
  statistic('mean', 'mean of the finite values'),
  statistic('std', 'standard deviation of the finite values'),
  { name: 'nonFinite', title: 'Not finite', about: 'values that are NaN or infinite', order: ({ stats }) => stats?.nonFinite, text: ({ stats }) => (stats === undefined ? '…' : stats === null ? '–' : wholeNumber(stats.nonFinite)) },
];

export interface Sorting {
  readonly column: string;
  readonly descending: boolean;
}

const byName = new Intl.Collator('en', { numeric: true });

/** The rows whose name holds the text, in the order of a column; in the file's order without one. */
export function arranged(rows: readonly Row[], filter: string, sorting: Sorting | undefined): readonly Row[] {
  const wanted = filter.trim().toLowerCase();
  const found = wanted === '' ? rows : rows.filter(({ name }) => name.toLowerCase().includes(wanted));
  const column = [NAME, ...COLUMNS].find(({ name }) => name === sorting?.column);
  if (!column) return found;
  const direction = sorting?.descending ? -1 : 1;
  return [...found].sort((a, b) => compared(column.order(a), column.order(b), direction));
}

function compared(a: number | string | undefined, b: number | string | undefined, direction: number): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return direction * (typeof a === 'number' && typeof b === 'number' ? a - b : byName.compare(String(a), String(b)));
}

/** The sorting after a click on a column's title: up, down, then the file's order again. */
export function nextSorting(column: string, sorting: Sorting | undefined): Sorting | undefined {
  if (sorting?.column !== column) return { column, descending: false };
  return sorting.descending ? undefined : { column, descending: true };
}

/** Tensors, values and bytes in all, with the dtypes, as one line. */
export function totals(rows: readonly TensorLine[]): string {
  const sum = (of: 'values' | 'bytes') => rows.reduce((all, row) => all + row[of], 0);
  const dtypes = [...new Set(rows.map(({ dtype }) => dtype))].join(', ');
  return `${wholeNumber(rows.length)} tensor${rows.length === 1 ? '' : 's'}, ${wholeNumber(sum('values'))} values, ${bytes(sum('bytes'))}${dtypes ? ` (${dtypes})` : ''}`;
}
