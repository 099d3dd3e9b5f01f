/**
 * bzip2, in which Wikipedia's dumps come: one block of at most 900 kB after another, so that a dump of any size is unpacked
 * in a few megabytes.
 *
 * Source of the format: J. Seward, bzip2 1.0; several streams may follow each other, as in multistream dumps.
 */
import { joinBytes } from '../formats/bytes.ts';
import { FormatError } from '../formats/format_error.ts';
import { Bits } from './bits.ts';
import { decodeBlock } from './bzip2_block.ts';

/** More than the largest block takes up when it is packed. */
const ENOUGH = 2 * 2 ** 20;

const BLOCK = 0x314159265359;
const END = 0x177245385090;

/** Whether the bytes begin as a bzip2 file. */
export function isBzip2(bytes: Uint8Array): boolean {
  return bytes[0] === 0x42 && bytes[1] === 0x5a && bytes[2] === 0x68;
}

/** Unpacks a bzip2 file that comes in parts; FormatError UnsupportedFormat for a damaged or cut one. */
export async function* bunzip2(parts: AsyncIterable<Uint8Array>, where: string): AsyncGenerator<Uint8Array> {
  const input = new Input(parts[Symbol.asyncIterator]());
  try {
    let bits = await input.refill();
    while (!bits.ended) {
      const blockSize = headerOf(bits);
      for (let magic = bits.take48(); magic !== END; magic = bits.take48()) {
        if (magic !== BLOCK) throw new RangeError('no block where one should begin');
        yield decodeBlock(bits, blockSize);
        bits = await input.refill();
      }
      bits.take(32);
      bits.toByte();
      bits = await input.refill();
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new FormatError('UnsupportedFormat', where, 'a whole bzip2 file', error.message, 'Download the file again.');
  } finally {
    await input.close();
  }
}

/** `BZh` and the largest size of a block in 100 kB. */
function headerOf(bits: Bits): number {
  const [b, z, h, size] = [bits.take(8), bits.take(8), bits.take(8), bits.take(8) - 0x30];
  if (b !== 0x42 || z !== 0x5a || h !== 0x68 || size < 1 || size > 9) throw new RangeError('no beginning of a stream');
  return size * 100_000;
}

/** Bytes to come, held so that a whole block is always there. */
class Input {
  #bits = new Bits(new Uint8Array(0));
  #over = false;
  readonly #parts: AsyncIterator<Uint8Array>;

  constructor(parts: AsyncIterator<Uint8Array>) {
    this.#parts = parts;
  }

  async refill(): Promise<Bits> {
    if (this.#over || this.#bits.bytesLeft >= ENOUGH) return this.#bits;
    const parts: Uint8Array[] = [this.#bits.rest()];
    let size = parts[0]!.length;
    while (size < 2 * ENOUGH) {
      const { done, value } = await this.#parts.next();
      this.#over = done === true;
      if (done) break;
      parts.push(value);
      size += value.length;
    }
    this.#bits = new Bits(joinBytes(parts), this.#bits.offset);
    return this.#bits;
  }

  async close(): Promise<void> {
    await this.#parts.return?.();
  }
}
