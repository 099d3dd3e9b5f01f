/** Tab-separated text as GLUE writes it: one row a line, and quote characters are ordinary text. */
import { FormatError } from './format_error.ts';
import { decodeText, showValue } from './text.ts';

/** The wanted columns of one row, in the order they were asked for. */
export interface TsvRow {
  /** 1-based line in the file, the header included. */
  readonly line: number;
  readonly values: readonly string[];
}

export interface TsvLayout {
  /** Columns of a file without a header line; it is recognised by their number and by the wanted names not being there. */
  readonly withoutHeader?: readonly string[];
  /** Share of rows with another number of columns that is left out, not refused; 0 when absent. */
  readonly brokenShare?: number;
}

export interface Tsv {
  readonly rows: readonly TsvRow[];
  /** Lines of the rows that were left out as broken. */
  readonly broken: readonly number[];
}

/**
 * Reads the wanted columns of a table, in UTF-8 with or without a byte order mark, lines ended by LF or CRLF.
 *
 * Throws FormatError NotUtf8 (with the line), EmptyFile, MissingColumn (with the columns that came), or BadRow (with the
 * first row whose number of columns is not the header's).
 */
export function readTsv(bytes: Uint8Array, where: string, wanted: readonly string[], layout: TsvLayout = {}): Tsv {
  const lines = splitLines(decodeText(bytes, where));
  const first = lines[0];
  if (first === undefined) throw new FormatError('EmptyFile', where, 'a table of examples', 'an empty file', 'Give the whole file.');
  const { columns, firstRow } = readColumns(first.split('\t'), where, wanted, layout);
  if (lines.length <= firstRow) throw new FormatError('EmptyFile', where, 'rows below the header', 'only the header', 'Give the whole file.');
  const at = wanted.map((name) => columns.indexOf(name));
  const rows: TsvRow[] = [];
  const broken: number[] = [];
  for (let i = firstRow; i < lines.length; i++) {
    const fields = (lines[i] ?? '').split('\t');
    if (fields.length !== columns.length) {
      broken.push(i + 1);
      if (broken.length > (layout.brokenShare ?? 0) * lines.length) throw badRow(where, i + 1, columns.length, fields.length);
    } else {
      rows.push({ line: i + 1, values: at.map((column) => fields[column] ?? '') });
    }
  }
  return { rows, broken };
}

function splitLines(text: string): string[] {
  const lines = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  while (lines.at(-1) === '') lines.pop();
  return lines;
}

function readColumns(first: readonly string[], where: string, wanted: readonly string[], { withoutHeader }: TsvLayout) {
  if (wanted.every((name) => first.includes(name))) return { columns: first, firstRow: 1 };
  if (withoutHeader?.length === first.length) return { columns: withoutHeader, firstRow: 0 };
  const got = first.map((name) => showValue(name)).slice(0, 20).join(', ');
  const expected = `the columns ${wanted.map((name) => showValue(name)).join(', ')}`;
  throw new FormatError('MissingColumn', `${where}, row 1`, expected, `the columns ${got}`, 'Rename the columns, or choose the task that the file belongs to.');
}

function badRow(where: string, line: number, expected: number, got: number): FormatError {
  const remedy = 'Columns are separated by one tab each, and no field holds a tab or a line break.';
  return new FormatError('BadRow', `${where}, row ${line}`, `${expected} columns`, `${got}`, remedy);
}
