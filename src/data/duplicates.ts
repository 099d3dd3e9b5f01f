/** Examples that occur more than once, within a split or in two of them. */
import type { Example } from './task.ts';

/** The texts of a split, without regard to labels. */
export class TextSet {
  readonly #seen = new Set<number>();
  /** Examples whose texts had occurred before. */
  repeated = 0;

  /** Adds an example; whether its texts were there already. */
  add(example: Pick<Example, 'text' | 'textPair'>): boolean {
    const before = this.#seen.size;
    this.#seen.add(fingerprint(example));
    const isRepeated = this.#seen.size === before;
    if (isRepeated) this.repeated++;
    return isRepeated;
  }

  has(example: Pick<Example, 'text' | 'textPair'>): boolean {
    return this.#seen.has(fingerprint(example));
  }
}

/** Examples that are compared at a time. */
const PART = 20_000;

/** How many examples occur, with the same texts, among others too; `gate` is waited for between parts of the others. */
export async function sharedWith(examples: readonly Pick<Example, 'text' | 'textPair'>[], others: readonly Pick<Example, 'text' | 'textPair'>[], gate: () => Promise<void>): Promise<number> {
  const left = new Map<number, number>();
  for (const example of examples) left.set(fingerprint(example), (left.get(fingerprint(example)) ?? 0) + 1);
  let shared = 0;
  for (let at = 0; at < others.length; at += PART) {
    for (const other of others.slice(at, at + PART)) {
      shared += left.get(fingerprint(other)) ?? 0;
      left.delete(fingerprint(other));
    }
    await gate();
  }
  return shared;
}

/**
 * 53 bits that are equal for equal texts, so that millions of rows can be compared without being kept; the chance that two
 * of a million different ones agree is about 1 in 20 000.
 */
function fingerprint({ text, textPair }: Pick<Example, 'text' | 'textPair'>): number {
  const whole = textPair === undefined ? text : `${text}\t${textPair}`;
  let a = 0x811c9dc5;
  let b = 0x9e3779b9;
  for (let i = 0; i < whole.length; i++) {
    const code = whole.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x85ebca6b) ^ (b >>> 15);
  }
  return (a >>> 0) * 2 ** 21 + ((b ^ (b >>> 11)) & 0x1fffff);
}
