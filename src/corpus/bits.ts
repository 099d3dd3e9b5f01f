/** Bytes bit by bit. */

/** Bits of a list of bytes, the highest of each byte first. */
export class Bits {
  readonly #bytes: Uint8Array;
  /** In bits. */
  #at: number;

  /** `offset`: bits of the first byte that are already used. */
  constructor(bytes: Uint8Array, offset = 0) {
    this.#bytes = bytes;
    this.#at = offset;
  }

  get bytesLeft(): number {
    return this.#bytes.length - Math.ceil(this.#at / 8);
  }

  get ended(): boolean {
    return this.bytesLeft <= 0;
  }

  /** Bits of the present byte that are already used. */
  get offset(): number {
    return this.#at & 7;
  }

  /** The bytes from the present one on. */
  rest(): Uint8Array {
    return this.#bytes.subarray(this.#at >>> 3);
  }

  bit(): number {
    const byte = this.#bytes[this.#at >>> 3];
    if (byte === undefined) throw new RangeError('an early end');
    return (byte >>> (7 - (this.#at++ & 7))) & 1;
  }

  /** The next bits, up to 16 of them, which stay; 0 beyond the end. */
  peek(count: number): number {
    const at = this.#at >>> 3;
    const three = ((this.#bytes[at] ?? 0) << 16) | ((this.#bytes[at + 1] ?? 0) << 8) | (this.#bytes[at + 2] ?? 0);
    return (three >>> (24 - count - (this.#at & 7))) & ((1 << count) - 1);
  }

  skip(count: number): void {
    this.#at += count;
    if (this.#at > 8 * this.#bytes.length) throw new RangeError('an early end');
  }

  /** Up to 32 bits as a number. */
  take(count: number): number {
    let value = 0;
    while (count > 0) {
      const byte = this.#bytes[this.#at >>> 3];
      if (byte === undefined) throw new RangeError('an early end');
      const left = 8 - (this.#at & 7);
      const n = Math.min(left, count);
      value = value * 2 ** n + ((byte >>> (left - n)) & (2 ** n - 1));
      this.#at += n;
      count -= n;
    }
    return value;
  }

  take48(): number {
    const high = this.take(24);
    return high * 2 ** 24 + this.take(24);
  }

  toByte(): void {
    this.#at = Math.ceil(this.#at / 8) * 8;
  }
}
