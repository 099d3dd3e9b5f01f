/** Lists of numbers that grow outside of the JavaScript heap. */

const BEGINNING = 1024;

/** Typed arrays that hold whole numbers without a sign. */
export type Whole = Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/** A typed array that doubles when it is full. */
export class Growing<T extends Whole> {
  #values: T;
  #length = 0;
  readonly #make: (length: number) => T;

  constructor(make: (length: number) => T) {
    this.#make = make;
    this.#values = make(BEGINNING);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    this.#reserve(1);
    this.#values[this.#length++] = value;
  }

  append(values: ArrayLike<number>): void {
    this.#reserve(values.length);
    this.#values.set(values, this.#length);
    this.#length += values.length;
  }

  at(i: number): number {
    return this.#values[i]!;
  }

  /** What was written so far, in place: valid until the next number is added. */
  view(from = 0, to = this.#length): T {
    // Every typed array's `subarray` is of its own kind.
    return this.#values.subarray(from, to) as T;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#values.length) return;
    const larger = this.#make(Math.max(needed, 2 * this.#values.length));
    larger.set(this.view());
    this.#values = larger;
  }
}
