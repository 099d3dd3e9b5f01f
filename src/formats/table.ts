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

/** The error for columns that a table does not have; it names those that it has. */
export function missingColumns({ where, columns, format }: Pick<Table, 'where' | 'columns' | 'format'>, wanted: readonly string[], remedy: string): FormatError {
  const got = columns.map((name) => showValue(name)).slice(0, 20).join(', ');
  const place = format === 'tsv' || format === 'csv' ? `${where}, row 1` : where;
  return new FormatError('MissingColumn', place, `the columns ${wanted.map((name) => showValue(name)).join(', ')}`, `the columns ${got}`, remedy);
}
