/** A table of examples, whatever file it came from: columns by name, rows in batches, every value as text. */
import { FormatError } from './format_error.ts';
import { showValue } from './text.ts';

export type TableFormat = 'tsv' | 'csv' | 'json' | 'jsonl' | 'parquet';

/** The asked columns of one row, in the order they were asked for. */
export interface GoodRow {
  /** 1-based: the line in a text file, its header included; the row in JSON and Parquet. */
  readonly line: number;
  readonly values: readonly string[];
}

/** A row that could not be read; the rows after it can be. */
export interface BrokenRow {
  readonly line: number;
  readonly fault: FormatError;
}

export type TableRow = GoodRow | BrokenRow;

export interface Table {
  /** The file, for messages. */
  readonly where: string;
  readonly format: TableFormat;
  readonly columns: readonly string[];
  /**
   * The rows with the values of the named columns, which must be among `columns`; can be asked for once.
   * Throws FormatError where the rest of the file cannot be read.
   */
  batches(wanted: readonly string[]): AsyncIterable<readonly TableRow[]>;
}

export interface TableOptions {
  /** Rows are to be looked at: what one has no text or number for is shown in words, and breaks no row. */
  readonly isShown?: boolean;
  /** Columns of a file without a header line; it is recognised by their number, and by fewer than two of the names in its first line. */
  readonly withoutHeader?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Bytes of the file so far and in all; packed ones where it is packed. */
  readonly onBytes?: ((done: number, total: number) => void) | undefined;
}

/** Most characters of one row: more is no table, but would have to be held at once. */
export const MAX_ROW = 2 ** 24;

/** Whether a row could not be read. */
export function isBroken(row: TableRow): row is BrokenRow {
  return 'fault' in row;
}

/** A row that is not as the others, as a row of the table. */
export function brokenRow(where: string, line: number, expected: string, got: string, remedy: string): BrokenRow {
  return { line, fault: new FormatError('BadRow', `${where}, row ${line}`, expected, got, remedy) };
}

/** The error for a file without anything in it. */
export function emptyFile(where: string): FormatError {
  return new FormatError('EmptyFile', where, 'a table of examples', 'an empty file', 'Give the whole file.');
}

/** The error for a row of more than `MAX_ROW` characters. */
export function rowTooLong(where: string, line: number): FormatError {
  return new FormatError('TooLarge', `${where}, row ${line}`, `at most ${MAX_ROW} characters in a row`, 'more', 'Check that this is a table with one example a row.');
}

/** Where the wanted columns stand; the second of a name asked for twice is its second column. */
export function placesOf(wanted: readonly string[], columns: readonly string[]): number[] {
  const places: number[] = [];
  for (const name of wanted) {
    const place = columns.findIndex((column, at) => column === name && !places.includes(at));
    places.push(place < 0 ? columns.indexOf(name) : place);
  }
  return places;
}

/** The place of a table's columns, for messages. */
function headOf({ where, format }: Pick<Table, 'where' | 'format'>): string {
  return format === 'tsv' || format === 'csv' ? `${where}, row 1` : where;
}

/** The error for a column that a table has more than once. */
export function ambiguousColumn(table: Pick<Table, 'where' | 'columns' | 'format'>, name: string): FormatError {
  const count = table.columns.filter((column) => column === name).length;
  return new FormatError('DuplicateName', headOf(table), `one column ${showValue(name)}`, `${count} of that name`, 'Rename all but the one that is meant.');
}

/** The error for columns that a table does not have; it names those that it has. */
export function missingColumns(table: Pick<Table, 'where' | 'columns' | 'format'>, wanted: readonly string[], remedy: string): FormatError {
  const names = (columns: readonly string[]) => `the columns ${columns.map((name) => showValue(name)).slice(0, 20).join(', ')}`;
  return new FormatError('MissingColumn', headOf(table), names(wanted), table.columns.length === 0 ? 'no column of one value a row' : names(table.columns), remedy);
}
