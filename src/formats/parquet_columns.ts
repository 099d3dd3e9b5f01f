/** Some columns of a Parquet file as a Parquet file of their own: which bytes it takes, and the footer that goes with them. */
import type { ColumnChunk, ColumnMetaData, FileMetaData, SchemaElement } from 'hyparquet';
import { joinBytes } from './bytes.ts';
import { isParquet } from './parquet.ts';

/** Bytes of the whole file, the end not included. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** The smaller file: bytes that are at hand, and spans of the whole file that are yet to be read, one after another. */
export interface ColumnsPlan {
  readonly columns: readonly string[];
  readonly parts: readonly (Uint8Array<ArrayBuffer> | Span)[];
  readonly size: number;
}

/** The columns that are wanted among those of a file; undefined for all of them. */
export type ChooseColumns = (columns: readonly string[]) => readonly string[] | undefined;

/** Bytes at the end of a file that are read with its footer. */
const TAIL = 2 ** 14;
const MAGIC = new TextEncoder().encode('PAR1');
/** Length of the footer, and the magic bytes behind it. */
const END = 8;

/**
 * Plans a file of the columns that `choose` picks among those of one value a row; `read` gives bytes of the whole file.
 *
 * Undefined where nothing would be saved: `choose` gives none or all of them, the file is little more than its footer, or it
 * is not of a kind that can be parted (encrypted, spread over files, damaged). Throws what `read` throws.
 */
export async function planColumns(size: number, read: (span: Span) => Promise<Uint8Array<ArrayBuffer>>, choose: ChooseColumns): Promise<ColumnsPlan | undefined> {
  if (size <= TAIL) return undefined;
  const end = await read({ start: size - TAIL, end: size });
  const length = new DataView(end.buffer, end.byteOffset).getUint32(end.length - END, true) + END;
  if (!isParquet(end.subarray(-MAGIC.length)) || length > size / 2) return undefined;
  const tail = length > end.length ? joinBytes([await read({ start: size - length, end: size - end.length }), end]) : end;
  const { parquetMetadata } = await import('hyparquet');
  try {
    return await planned(parquetMetadata(tail.slice().buffer), choose, { tail: tail.slice(), start: size - tail.length });
  } catch {
    // The library tells of damage by whatever error it runs into; reading the whole file will name it.
    return undefined;
  }
}

/** The end of the file, which is at hand. */
interface Held {
  readonly tail: Uint8Array<ArrayBuffer>;
  readonly start: number;
}

async function planned(file: FileMetaData, choose: ChooseColumns, held: Held): Promise<ColumnsPlan | undefined> {
  const [root, ...elements] = file.schema;
  const leaves = topLeaves(elements);
  const wanted = choose(leaves.map(({ name }) => name));
  const kept = leaves.filter(({ name }) => wanted?.includes(name));
  if (!root || kept.length === 0 || kept.length === elements.length) return undefined;
  const columns = kept.map(({ name }) => name);
  const moved = new Moved();
  const row_groups = file.row_groups.map(({ columns: all, num_rows, total_byte_size }) => ({ num_rows, total_byte_size, columns: columns.map((name) => moved.chunk(all, name)) }));
  const footer = await footerOf({ version: file.version, schema: [{ ...root, num_children: kept.length }, ...kept], num_rows: file.num_rows, row_groups, metadata_length: 0 });
  return { columns, parts: [MAGIC, ...joined(moved.spans).flatMap((span) => asFarAsHeld(span, held)), footer], size: moved.at + footer.length };
}

/** The footer with its length and the magic bytes behind it. */
async function footerOf(file: FileMetaData): Promise<Uint8Array<ArrayBuffer>> {
  const [{ writeMetadata }, { ByteWriter }] = await Promise.all([import('hyparquet-writer/src/metadata.js'), import('hyparquet-writer/src/bytewriter.js')]);
  const writer = new ByteWriter();
  writeMetadata(writer, file);
  return joinBytes([writer.getBytes(), MAGIC]).slice();
}

/** Lays the wanted columns of one group of rows after another behind each other. */
class Moved {
  readonly spans: Span[] = [];
  /** Where the next column begins in the smaller file. */
  at = MAGIC.length;

  /** A column's place in the smaller file; RangeError where it has none in the whole one. */
  chunk(all: readonly ColumnChunk[], name: string): ColumnChunk {
    const chunk = all.find(({ meta_data }) => meta_data?.path_in_schema.join('\0') === name);
    const start = Number(chunk?.meta_data?.dictionary_page_offset || chunk?.meta_data?.data_page_offset);
    const end = start + Number(chunk?.meta_data?.total_compressed_size);
    if (!chunk?.meta_data || chunk.file_path !== undefined || chunk.crypto_metadata || !(start >= MAGIC.length && end > start)) throw new RangeError(`no readable column ${name}`);
    const by = BigInt(this.at - start);
    this.spans.push({ start, end });
    this.at += end - start;
    return { file_offset: 0n, meta_data: shifted(chunk.meta_data, by) };
  }
}

/** What of a column is needed to read it, `by` bytes further. */
function shifted({ type, encodings, path_in_schema, codec, num_values, total_uncompressed_size, total_compressed_size, data_page_offset, dictionary_page_offset }: ColumnMetaData, by: bigint): ColumnMetaData {
  const dictionary = dictionary_page_offset ? { dictionary_page_offset: dictionary_page_offset + by } : {};
  return { type, encodings, path_in_schema, codec, num_values, total_uncompressed_size, total_compressed_size, data_page_offset: data_page_offset + by, ...dictionary };
}

/** The columns of one value a row: elements of the schema right below its root, without what lies within others. */
function topLeaves(elements: readonly SchemaElement[]): SchemaElement[] {
  const leaves: SchemaElement[] = [];
  let within = 0;
  for (const element of elements) {
    const children = element.num_children ?? 0;
    if (within === 0 && children === 0) leaves.push(element);
    within = Math.max(0, within - 1) + children;
  }
  return leaves;
}

/** Spans that touch, as one. */
function joined(spans: readonly Span[]): Span[] {
  const out: Span[] = [];
  for (const span of spans) {
    const last = out.at(-1);
    if (last?.end === span.start) out[out.length - 1] = { start: last.start, end: span.end };
    else out.push(span);
  }
  return out;
}

/** A span without what of it is at hand, and that. */
function asFarAsHeld({ start, end }: Span, { tail, start: from }: Held): (Uint8Array<ArrayBuffer> | Span)[] {
  if (end > from + tail.length) throw new RangeError('a column behind the end of the file');
  if (end <= from) return [{ start, end }];
  const rest = tail.slice(Math.max(start, from) - from, end - from);
  return start < from ? [{ start, end: from }, rest] : [rest];
}
