/** A text file part by part, unpacked where it is packed, so that no file is ever held whole. */
import { Fault } from '../fault/fault.ts';
import { joinBytes } from './bytes.ts';
import { FormatError } from './format_error.ts';
import { isGzip } from './gzip.ts';
import { recogniseOther } from './magic.ts';
import { badLine, notUtf8 } from './text.ts';
import { MAX_ROW, rowTooLong, type TableOptions } from './table.ts';

/** Most bytes of text in one file, counted when it is unpacked. */
const MAX_BYTES = 2 ** 32;
/** Bytes that are decoded at once: a system may hand out a whole file. */
const PART = 2 ** 18;
const LINE_FEED = 0x0a;

/**
 * The text of a UTF-8 file in parts, without its byte order mark.
 *
 * A gzip file is unpacked. Throws FormatError NotUtf8 with the line of the bad byte, UnsupportedFormat for a damaged or
 * cut gzip file, TooLarge; Fault `unreadable-file` when the system no longer gives the bytes.
 */
export async function* textParts(blob: Blob, where: string, options: TableOptions = {}): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let lines = 0;
  let isFirst = true;
  let tail: Uint8Array = new Uint8Array(0);
  const decoded = (part: Uint8Array | undefined): string => {
    try {
      return part ? decoder.decode(part, { stream: true }) : decoder.decode();
    } catch {
      const bytes = part ? after(tail, part) : tail;
      throw (isFirst ? recogniseOther(bytes, where, 'UTF-8 text') : undefined) ?? notUtf8(where, lines + badLine(bytes));
    }
  };
  for await (const part of byteParts(blob, where, options)) {
    const text = decoded(part);
    const bytes = after(tail, part);
    isFirst = false;
    tail = bytes.slice(unfinished(bytes));
    lines += lineFeeds(bytes.subarray(0, bytes.length - tail.length));
    if (text !== '') yield text;
  }
  const last = decoded(undefined);
  if (last !== '') yield last;
}

/** Bytes behind a few that were left over, which mostly are none. */
const after = (left: Uint8Array, part: Uint8Array): Uint8Array => (left.length === 0 ? part : joinBytes([left, part]));

/** Where a character begins that the bytes break off in; their length when they end with a whole one. */
function unfinished(bytes: Uint8Array): number {
  for (let at = bytes.length - 1; at >= Math.max(0, bytes.length - 3); at--) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x80) return bytes.length;
    if (byte < 0xc0) continue;
    const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return at + length > bytes.length ? at : bytes.length;
  }
  return bytes.length;
}

function lineFeeds(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) count++;
  return count;
}

async function* byteParts(blob: Blob, where: string, { signal, onBytes }: TableOptions): AsyncGenerator<Uint8Array> {
  const packed = isGzip(await firstBytes(blob, 2, where));
  let done = 0;
  const counted = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform(part, out) {
      done += part.length;
      onBytes?.(done, blob.size);
      out.enqueue(part);
    },
  });
  const plain = blob.stream().pipeThrough(counted);
  const reader = (packed ? plain.pipeThrough(new DecompressionStream('gzip')) : plain).getReader();
  let size = 0;
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      signal?.throwIfAborted();
      size += part.value.length;
      if (size > MAX_BYTES) throw new FormatError('TooLarge', where, `at most ${MAX_BYTES} bytes of text`, 'more', 'Split the file, or give a smaller one.');
      for (let at = 0; at < part.value.length; at += PART) yield part.value.subarray(at, at + PART);
    }
  } catch (error) {
    throw readingFault(error, where, packed, signal);
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function readingFault(error: unknown, where: string, packed: boolean, signal?: AbortSignal): unknown {
  if (error instanceof Fault || signal?.aborted) return error;
  const got = error instanceof Error ? error.message : String(error);
  const unreadable = error instanceof Error && error.name === 'NotReadableError';
  if (packed && !unreadable) return new FormatError('UnsupportedFormat', where, 'a whole gzip file', got, 'Download the file again.');
  return new Fault({ code: 'unreadable-file', where, expected: 'a file that can be read', got, remedy: 'The file was moved or changed: give it again.' });
}

/** The first bytes of a file; Fault `unreadable-file`. */
export async function firstBytes(blob: Blob, count: number, where: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await blob.slice(0, count).arrayBuffer());
  } catch (error) {
    throw readingFault(error, where, false);
  }
}

/** Lines that follow one another; `first` is the 1-based number of the first. */
export interface Lines {
  readonly first: number;
  readonly lines: readonly string[];
}

/**
 * The lines of a text, ended by LF or CRLF, without the empty ones at its end.
 * Throws FormatError TooLarge for a line of more than `MAX_ROW` characters.
 */
export async function* lineBatches(parts: AsyncIterable<string>, where: string): AsyncGenerator<Lines> {
  let rest = '';
  let next = 1;
  let empty = 0;
  const batch = (found: string[]): Lines => {
    const lines = found.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
    const last = lines.findLastIndex((line) => line !== '');
    const filled = last < 0 ? [] : [...new Array<string>(empty).fill(''), ...lines.slice(0, last + 1)];
    empty = last < 0 ? empty + lines.length : lines.length - last - 1;
    next += filled.length;
    return { first: next - filled.length, lines: filled };
  };
  for await (const part of parts) {
    const pieces = (rest + part).split('\n');
    rest = pieces.pop() ?? '';
    if (rest.length > MAX_ROW) throw rowTooLong(where, next + empty + pieces.length);
    const lines = batch(pieces);
    if (lines.lines.length > 0) yield lines;
  }
  const lines = batch([rest]);
  if (lines.lines.length > 0) yield lines;
}
