/** Parquet tables, read by byte ranges: the footer, then one group of rows after another and only the asked columns. */
import type { AsyncBuffer, FileMetaData } from 'hyparquet';
import { FormatError } from './format_error.ts';
import { brokenRow, type Table, type TableOptions, type TableRow } from './table.ts';
import { showValue } from './text.ts';

/** Most rows of a group: they are held at once. */
const MAX_GROUP = 2 ** 22;
/** Rows handed on at once. */
const BATCH = 1000;
/** Bytes at the end of a file that are read with its footer. */
const FOOTER = 2 ** 16;
const CODECS: readonly string[] = ['UNCOMPRESSED', 'SNAPPY', 'GZIP'];
const REMEDY = 'Download or export the file again, compressed with Snappy or not at all.';

/** Whether the first bytes are those of a Parquet file. */
export function isParquet(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x41 && bytes[2] === 0x52 && bytes[3] === 0x31;
}

/** Bytes that can be asked for in parts, e.g. a file, or one on a host that gives ranges. */
export interface ByteRanges {
  readonly size: number;
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

/**
 * Opens a Parquet file by its footer; its columns are those of one value a row.
 *
 * Throws FormatError BadParquet for a damaged or cut file, UnsupportedFormat for a compression that is not read here,
 * TooLarge for a group of more than 2²² rows.
 */
export async function openParquet(bytes: ByteRanges, where: string, { signal, onBytes, isShown = false }: TableOptions = {}): Promise<Table> {
  const { parquetMetadataAsync, parquetReadObjects, parquetSchema } = await import('hyparquet');
  const file: AsyncBuffer = { byteLength: bytes.size, slice: (start, end = bytes.size) => bytes.slice(start, end).arrayBuffer() };
  const metadata = await guarded(where, () => parquetMetadataAsync(file, { initialFetchSize: FOOTER }));
  const columns = await guarded(where, async () => parquetSchema(metadata).children.filter(({ children }) => children.length === 0).map(({ element }) => element.name));
  check(metadata, where);
  const compressors = { GZIP: (await import('fflate')).gunzipSync };
  return {
    where,
    format: 'parquet',
    columns,
    async *batches(wanted) {
      let rowStart = 0;
      for (const group of metadata.row_groups) {
        signal?.throwIfAborted();
        const rowEnd = rowStart + Number(group.num_rows);
        const rows = await guarded(where, () => parquetReadObjects({ file, metadata, columns: [...wanted], rowStart, rowEnd, compressors }));
        for (let at = 0; at < rows.length; at += BATCH) yield rows.slice(at, at + BATCH).map((row, i) => toRow(row, rowStart + at + i + 1, wanted, where, isShown));
        rowStart = rowEnd;
        onBytes?.(Math.round((bytes.size * rowStart) / Math.max(1, Number(metadata.num_rows))), bytes.size);
      }
    },
  };
}

function check({ row_groups }: FileMetaData, where: string): void {
  for (const { num_rows, columns } of row_groups) {
    if (num_rows < 0n || num_rows > MAX_GROUP) throw new FormatError('TooLarge', where, `at most ${MAX_GROUP} rows in a group`, `${num_rows}`, 'Write the file with smaller row groups.');
    const codec = columns.map(({ meta_data }) => meta_data?.codec).find((name) => name !== undefined && !CODECS.includes(name));
    if (codec !== undefined) throw new FormatError('UnsupportedFormat', where, `columns compressed as ${CODECS.join(', ')}`, codec, REMEDY);
  }
}

/** The library tells of damage by whatever error it runs into. */
async function guarded<T>(where: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof FormatError || (error instanceof Error && error.name === 'AbortError')) throw error;
    const got = error instanceof Error ? error.message : String(error);
    throw new FormatError('BadParquet', where, 'a whole Parquet file', got, REMEDY);
  }
}

function toRow(row: Readonly<Record<string, unknown>>, line: number, wanted: readonly string[], where: string, isShown: boolean): TableRow {
  const values: string[] = [];
  for (const name of wanted) {
    const value = textOf(row[name]) ?? (isShown ? 'another value' : undefined);
    if (value === undefined) return brokenRow(where, line, `a text or a number as ${showValue(name)}`, 'another value', 'Choose a column of texts or numbers.');
    values.push(value);
  }
  return { line, values };
}

function textOf(value: unknown): string | undefined {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' ? String(value) : undefined;
}
