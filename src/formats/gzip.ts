import { joinBytes } from './bytes.ts';
import { FormatError } from './format_error.ts';

/** Whether the bytes begin as a gzip file; hosts may have unpacked a `.gz` file on the way. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Unpacks a gzip file, part by part, so that a small file cannot unpack to more than `maxBytes`.
 *
 * Throws FormatError TooLarge, or UnsupportedFormat for a damaged or cut file.
 */
export async function gunzip(bytes: Uint8Array, where: string, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of unpackedParts(bytes, where)) {
    size += part.length;
    if (size > maxBytes) throw new FormatError('TooLarge', where, `at most ${maxBytes} bytes when unpacked`, 'more', 'Split the file, or give a smaller one.');
    parts.push(part);
  }
  return joinBytes(parts);
}

/** Leaving the loop over these early stops the unpacking. */
async function* unpackedParts(bytes: Uint8Array, where: string): AsyncGenerator<Uint8Array> {
  const stream = new DecompressionStream('gzip');
  const writer = stream.writable.getWriter();
  // A failure of the writing side shows on the reading side, which is awaited below.
  const written = writer.write(bytes.slice()).then(() => writer.close()).catch(() => undefined);
  const reader = stream.readable.getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
    await written;
  } catch (error) {
    const got = error instanceof Error ? error.message : String(error);
    throw new FormatError('UnsupportedFormat', where, 'a whole gzip file', got, 'Download the file again.');
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
