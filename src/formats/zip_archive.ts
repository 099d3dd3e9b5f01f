/** Zip archives, read by their central directory: stored entries as views on the archive, deflated ones unpacked. */
import { inflateSync } from 'fflate';
import { FormatError } from './format_error.ts';

export interface ZipArchive {
  /** Paths of all files, in the order of the directory; folders have no entry. */
  readonly names: readonly string[];
  /** The bytes of one file: a view where it is stored, a fresh buffer where it is deflated; undefined when there is none. */
  read(name: string): Uint8Array | undefined;
  /** Whether a file is there and is not packed, so that reading it takes no memory. */
  isStored(name: string): boolean;
}

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly packed: number;
  readonly size: number;
  /** Offset of its local header in the archive. */
  readonly at: number;
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
/** The end record's own 22 bytes and the longest comment after it. */
const END_SPAN = 22 + 0xffff;
const ZIP64 = 0xffffffff;
const ENCRYPTED = 1;
const STORED = 0;
const DEFLATED = 8;
const MAX_ENTRIES = 65_535;
const REMEDY = 'Download or export the archive again: it is damaged or incomplete.';

/** Whether the bytes begin as a zip archive that holds a file. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
}

/**
 * Reads a zip archive's directory; nothing is unpacked before it is asked for.
 *
 * No entry may be larger than `maxBytes` when unpacked, and none unpacks beyond the size that the directory states.
 * Throws FormatError BadArchive for a damaged archive, two files of one name, encryption, or archives above 4 GiB.
 */
export function readZip(bytes: Uint8Array, where: string, maxBytes = 2 ** 32): ZipArchive {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = new Map<string, Entry>();
  for (const entry of directory(view, where)) {
    if (entry.name.endsWith('/')) continue;
    if (entries.has(entry.name)) throw bad(where, 'every file once', `${quote(entry.name)} twice`);
    if (entry.size > maxBytes) throw new FormatError('TooLarge', `${where}/${entry.name.slice(0, 80)}`, `at most ${maxBytes} bytes when unpacked`, `${entry.size} bytes`, 'Give the files themselves.');
    entries.set(entry.name, entry);
  }
  return {
    names: [...entries.keys()],
    isStored: (name) => entries.get(name)?.method === STORED,
    read(name) {
      const entry = entries.get(name);
      return entry && unpack(entry, content(view, entry, where), `${where}/${name.slice(0, 80)}`);
    },
  };
}

function bad(where: string, expected: string, got: string): FormatError {
  return new FormatError('BadArchive', where, expected, got, REMEDY);
}

const quote = (name: string): string => JSON.stringify(name.slice(0, 80));

/** The entries of the central directory, checked to lie within the archive. */
function* directory(view: DataView, where: string): Generator<Entry> {
  const end = endRecord(view, where);
  const count = view.getUint16(end + 10, true);
  const size = view.getUint32(end + 12, true);
  let at = view.getUint32(end + 16, true);
  if (at === ZIP64 || size === ZIP64 || count === MAX_ENTRIES) throw bad(where, 'an archive below 4 GiB with fewer than 65535 files', 'one in the zip64 form');
  if (at + size > end) throw bad(where, `a directory within the ${end} bytes before its end record`, `bytes ${at} to ${at + size}`);
  const last = at + size;
  for (let index = 0; index < count; index++) {
    if (at + 46 > last || view.getUint32(at, true) !== CENTRAL) throw bad(where, `${count} entries in the directory`, `${index}`);
    const length = view.getUint16(at + 28, true);
    const next = at + 46 + length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (next > last) throw bad(where, `${count} entries in the directory`, `${index}, and a part of one`);
    yield entryAt(view, at, length, where);
    at = next;
  }
}

/** Offset of the end record: the last one in the file whose comment reaches exactly to the end. */
function endRecord(view: DataView, where: string): number {
  const least = Math.max(0, view.byteLength - END_SPAN);
  for (let at = view.byteLength - 22; at >= least; at--) {
    if (view.getUint32(at, true) === END && at + 22 + view.getUint16(at + 20, true) === view.byteLength) return at;
  }
  throw bad(where, 'a zip archive with its directory at the end', 'none: the file is cut or followed by other bytes');
}

function entryAt(view: DataView, at: number, length: number, where: string): Entry {
  const name = text(view, at + 46, length, where);
  const flags = view.getUint16(at + 8, true);
  if ((flags & ENCRYPTED) !== 0) throw bad(where, 'files without a password', `${quote(name)}, which is encrypted`);
  return { name, method: view.getUint16(at + 10, true), packed: view.getUint32(at + 20, true), size: view.getUint32(at + 24, true), at: view.getUint32(at + 42, true) };
}

function text(view: DataView, at: number, length: number, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array(view.buffer, view.byteOffset + at, length));
  } catch {
    throw bad(where, 'file names in UTF-8', `other bytes at ${at}`);
  }
}

/** The packed bytes of an entry, after its local header. */
function content(view: DataView, { name, at, packed }: Entry, where: string): Uint8Array {
  const header = at + 30 <= view.byteLength && view.getUint32(at, true) === LOCAL;
  const begin = header ? at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true) : Infinity;
  if (begin + packed > view.byteLength) throw bad(where, `${quote(name)} within the ${view.byteLength} bytes of the archive`, header ? `bytes ${begin} to ${begin + packed}` : `no file at byte ${at}`);
  return new Uint8Array(view.buffer, view.byteOffset + begin, packed);
}

function unpack({ method, size, packed }: Entry, bytes: Uint8Array, where: string): Uint8Array {
  if (method === STORED) {
    if (packed !== size) throw bad(where, `${size} bytes`, `${packed} bytes`);
    return bytes;
  }
  if (method !== DEFLATED) throw bad(where, 'a stored or deflated file', `compression method ${method}`);
  // A byte of content takes at least about a thousandth of one; what claims more is not allocated.
  if (size > 1032 * packed + 1032) throw bad(where, `at most ${1032 * packed + 1032} bytes out of ${packed}`, `${size} bytes`);
  const out = inflated(bytes, size, where);
  if (out.length !== size) throw bad(where, `${size} bytes when unpacked`, `${out.length}`);
  return out;
}

function inflated(bytes: Uint8Array, size: number, where: string): Uint8Array {
  try {
    // One byte more than stated, so that a longer content shows.
    return inflateSync(bytes, { out: new Uint8Array(size + 1) });
  } catch (error) {
    throw bad(where, 'a whole deflated file', error instanceof Error ? error.message : String(error));
  }
}
