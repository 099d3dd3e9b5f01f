/** Any table of examples: its format by the name of the file, else by its first characters. */
import { openCsv } from './csv.ts';
import { jsonForm, openJson, openJsonLines } from './json_rows.ts';
import { isParquet, openParquet } from './parquet.ts';
import { emptyFile, type Table, type TableFormat, type TableOptions } from './table.ts';
import { firstBytes, textParts } from './text_stream.ts';
import { openTsv } from './tsv.ts';

type Opener = (parts: AsyncGenerator<string>, where: string, options: TableOptions) => Promise<Table>;

const OPENERS: Readonly<Record<Exclude<TableFormat, 'parquet'>, Opener>> = { tsv: openTsv, csv: openCsv, json: openJson, jsonl: openJsonLines };

/** Endings of names, each also with `.gz` after it but for Parquet. */
const ENDINGS: ReadonlyMap<string, TableFormat> = new Map([['tsv', 'tsv'], ['csv', 'csv'], ['json', 'json'], ['jsonl', 'jsonl'], ['ndjson', 'jsonl'], ['parquet', 'parquet']]);

/** The format that a name tells; undefined when it tells none. */
export function formatOfName(name: string): TableFormat | undefined {
  return ENDINGS.get(/\.([a-z]+)(\.gz)?$/i.exec(name)?.[1]?.toLowerCase() ?? '');
}

/**
 * Opens a table as a stream of rows: tab-separated, comma-separated, JSON in its three forms, or Parquet; text also
 * packed with gzip.
 *
 * `where` is the file's name, for its format and for messages. Throws FormatError EmptyFile, NotUtf8, NotJson, TooLarge,
 * UnsupportedFormat or BadParquet; Fault `unreadable-file`.
 */
export async function openTable(blob: Blob, where: string, options: TableOptions = {}): Promise<Table> {
  const named = formatOfName(where);
  if (named === 'parquet' || isParquet(await firstBytes(blob, 4, where))) return openParquet(blob, where, options);
  const parts = textParts(blob, where, options);
  const head = await parts.next();
  if (head.done) throw emptyFile(where);
  const format = formatOfText(head.value, named, where);
  return OPENERS[format](resumed(head.value, parts), where, options);
}

/** The files of JSON rows are named alike, whatever their form. */
function formatOfText(head: string, named: TableFormat | undefined, where: string): Exclude<TableFormat, 'parquet'> {
  if (named === 'tsv' || named === 'csv') return named;
  if (named !== undefined || /^\s*[[{]/.test(head)) return named === 'jsonl' ? named : jsonForm(head, where);
  const line = head.split('\n', 1)[0] ?? '';
  return !line.includes('\t') && /[,;]/.test(line) ? 'csv' : 'tsv';
}

async function* resumed(head: string, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  yield head;
  yield* rest;
}
