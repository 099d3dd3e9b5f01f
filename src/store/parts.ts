/**
 * Tensors as a stream of bytes cut into parts of bounded size, each part one entry of the database.
 *
 * IndexedDB stores the whole buffer behind a view, so every part is a buffer of exactly its own size.
 */
import { get, set } from 'idb-keyval';
import { Fault } from '../fault/fault.ts';
import type { Database } from './database.ts';
import { sha256 } from './digest.ts';
import type { Owner, StoredTensor } from './types.ts';

/** 8 MiB: 4 to 32 MB write equally fast, and one part at a time is held in memory. */
export const PART_BYTES = 8 * 2 ** 20;

/** Where a tensor lies in the stream, and its checksum. */
export interface TensorEntry {
  readonly name: string;
  readonly shape: readonly number[];
  /** First byte in the stream. */
  readonly offset: number;
  readonly sha256: string;
}

/** The stream of one generation. `token` is unique to one attempt to write it. */
export interface Stream {
  readonly token: string;
  /** Bytes of each part. */
  readonly parts: readonly number[];
  readonly tensors: readonly TensorEntry[];
}

/** Key of one part; the keys of an attempt share all but the index. */
export function partKey(owner: Owner, token: string, index: number): IDBValidKey {
  return ['part', owner.kind, owner.id, token, index];
}

/**
 * Writes the tensors' bytes, one transaction a part, and reads back the size of each.
 * @returns what a reader needs; nothing refers to it until it is stored in a manifest
 * @throws Fault `storage-full`; Fault `write-failed` when a part did not come back as it was written
 */
export async function writeParts(
  database: Database,
  owner: Owner,
  tensors: readonly StoredTensor[],
  partBytes = PART_BYTES,
): Promise<Stream> {
  const described = await describeTensors(tensors);
  const token = crypto.randomUUID();
  const sizes: number[] = [];
  for (const part of cut(tensors, partBytes)) {
    await set(partKey(owner, token, sizes.length), part, database.relaxed);
    sizes.push(part.byteLength);
  }
  for (const [index, size] of sizes.entries()) {
    const stored = await get<unknown>(partKey(owner, token, index), database.relaxed);
    if (!(stored instanceof ArrayBuffer) || stored.byteLength !== size) throw notWritten(index, size, stored);
  }
  return { token, parts: sizes, tensors: described };
}

/**
 * Reads the tensors of a stream in order and compares each with its checksum.
 * @param damage makes the error for a tensor that is missing or differs
 */
export async function readTensors(
  database: Database,
  owner: Owner,
  stream: Stream,
  damage: (what: string) => Fault,
): Promise<StoredTensor[]> {
  const read = partReader(database, owner, stream, damage);
  const tensors: StoredTensor[] = [];
  for (const { name, shape, offset, sha256: expected } of stream.tensors) {
    const bytes = new Uint8Array(4 * shape.reduce((product, size) => product * size, 1));
    await read(offset, bytes, name);
    if ((await sha256(bytes)) !== expected) throw damage(`tensor “${name}” does not match its checksum`);
    tensors.push({ name, shape, data: new Float32Array(bytes.buffer) });
  }
  return tensors;
}

type ReadInto = (offset: number, target: Uint8Array, name: string) => Promise<void>;

/** Copies ranges of the stream, holding one part at a time. */
function partReader(database: Database, owner: Owner, stream: Stream, damage: (what: string) => Fault): ReadInto {
  const starts: number[] = [];
  let total = 0;
  for (const size of stream.parts) {
    starts.push(total);
    total += size;
  }
  let held = { index: -1, bytes: new Uint8Array(0) };
  return async (offset, target, name) => {
    for (let done = 0; done < target.length; ) {
      const index = starts.findLastIndex((start) => start <= offset + done);
      if (index !== held.index) {
        const part = await get<unknown>(partKey(owner, stream.token, index), database.relaxed);
        const whole = part instanceof ArrayBuffer && part.byteLength === stream.parts[index];
        if (!whole) throw damage(`tensor “${name}” is incomplete (part ${index + 1} of ${stream.parts.length})`);
        held = { index, bytes: new Uint8Array(part) };
      }
      const from = offset + done - starts[index]!;
      const piece = held.bytes.subarray(from, from + target.length - done);
      if (piece.length === 0) throw damage(`tensor “${name}” ends after ${done} of ${target.length} bytes`);
      target.set(piece, done);
      done += piece.length;
    }
  };
}

/** The tensors' bytes one after another, cut into buffers of `partBytes` and a shorter last one. */
function* cut(tensors: readonly StoredTensor[], partBytes: number): Generator<ArrayBuffer> {
  let left = tensors.reduce((sum, { data }) => sum + data.byteLength, 0);
  let part = new Uint8Array(Math.min(partBytes, left));
  let filled = 0;
  for (const { data } of tensors) {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    for (let done = 0; done < bytes.length; ) {
      const piece = bytes.subarray(done, done + part.length - filled);
      part.set(piece, filled);
      filled += piece.length;
      done += piece.length;
      if (filled < part.length) continue;
      yield part.buffer;
      left -= filled;
      part = new Uint8Array(Math.min(partBytes, left));
      filled = 0;
    }
  }
}

async function describeTensors(tensors: readonly StoredTensor[]): Promise<TensorEntry[]> {
  const entries: TensorEntry[] = [];
  let offset = 0;
  for (const { name, shape, data } of tensors) {
    const exact = new Float32Array(data);
    entries.push({ name, shape: [...shape], offset, sha256: await sha256(new Uint8Array(exact.buffer)) });
    offset += data.byteLength;
  }
  return entries;
}

function notWritten(index: number, size: number, stored: unknown): Fault {
  const got = stored instanceof ArrayBuffer ? `${stored.byteLength} bytes` : 'nothing';
  return new Fault({
    code: 'write-failed',
    where: `part ${index + 1} of the checkpoint`,
    expected: `${size} bytes when reading it back`,
    got,
    remedy: 'Save again; if it happens again, free disk space. The checkpoint before is intact.',
  });
}
