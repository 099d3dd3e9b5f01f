/** Many small buffers as one large one. */
import { aligned } from './layout.ts';

/** The contents of several buffers that are packed into one, each at an aligned offset, in main memory. */
export class Packed {
  /** Where each begins, in bytes. */
  readonly offsets: readonly number[];
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #words: DataView;

  /** All zeros; `sizes` in bytes. */
  constructor(sizes: readonly number[]) {
    let end = 0;
    this.offsets = sizes.map((size) => (end += aligned(size)) - aligned(size));
    this.#bytes = new Uint8Array(Math.max(16, end));
    this.#words = new DataView(this.#bytes.buffer);
  }

  /** Bytes of them all. */
  get size(): number {
    return this.#bytes.length;
  }

  /** Sets the contents of one of them. */
  put(index: number, data: ArrayBuffer | ArrayBufferView): void {
    const bytes = ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
    this.#bytes.set(bytes, this.offsets[index]!);
  }

  /** Sets 32 bits, at an offset in bytes. */
  putWord(offset: number, value: number): void {
    this.#words.setUint32(offset, value, true);
  }

  /** Writes all of them to the beginning of a buffer on the device. */
  writeTo(queue: GPUQueue, buffer: GPUBuffer): void {
    queue.writeBuffer(buffer, 0, this.#bytes);
  }
}
