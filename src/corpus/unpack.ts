/** Files as they are stored → their text: gzip and bzip2 are unpacked on the way. */
import { FormatError } from '../formats/format_error.ts';
import { isGzip } from '../formats/gzip.ts';
import { bunzip2, isBzip2 } from './bzip2.ts';

type Parts = AsyncIterable<Uint8Array>;

/** How a packed file is known, and how it is unpacked part by part. */
const PACKINGS: readonly { readonly is: (first: Uint8Array) => boolean; readonly unpack: (parts: Parts, where: string) => Parts }[] = [
  { is: isGzip, unpack: gunzipParts },
  { is: isBzip2, unpack: bunzip2 },
];

/** Bytes that tell packings apart. */
const MARK = 3;

/** The content of a file, unpacked if its first bytes say that it is packed; FormatError UnsupportedFormat when it is damaged. */
export async function* unpacked(parts: Parts, where: string): AsyncGenerator<Uint8Array> {
  const iterator = parts[Symbol.asyncIterator]();
  let first = new Uint8Array(0);
  while (first.length < MARK) {
    const { done, value } = await iterator.next();
    if (done) break;
    first = first.length === 0 ? value.slice() : Uint8Array.of(...first, ...value);
  }
  const whole = after(first, iterator);
  const packing = PACKINGS.find(({ is }) => is(first));
  yield* packing ? packing.unpack(whole, where) : whole;
}

/** A beginning that was already taken, and what comes after it. */
async function* after(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (first.length > 0) yield first;
    for (let part = await rest.next(); !part.done; part = await rest.next()) yield part.value;
  } finally {
    await rest.return?.();
  }
}

async function* gunzipParts(parts: Parts, where: string): AsyncGenerator<Uint8Array> {
  const iterator = parts[Symbol.asyncIterator]();
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(value.slice());
    },
    cancel: async () => void (await iterator.return?.()),
  });
  const reader = source.pipeThrough(new DecompressionStream('gzip')).getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new FormatError('UnsupportedFormat', where, 'a whole gzip file', error instanceof Error ? error.message : String(error), 'Download the file again.');
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
