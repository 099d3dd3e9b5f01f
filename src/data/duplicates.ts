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

/** How many examples occur, with the same texts, among others too. */
export function sharedWith(examples: readonly Pick<Example, 'text' | 'textPair'>[], others: readonly Pick<Example, 'text' | 'textPair'>[]): number {
  const set = new TextSet();
  for (const other of others) set.add(other);
  return examples.filter((example) => set.has(example)).length;
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
