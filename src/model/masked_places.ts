/** How many places masked words take where steps are replayed. */

/** Padded numbers of masked words are multiples of this. */
const STEP = 16;

/**
 * The places that so many masked words have where steps are replayed, so that few numbers of places occur: the next multiple of
 * 16, from 256 words on of 32, from 512 on of 64 and so on. No more than an eighth of 128 words and more is added.
 */
export function paddedCount(words: number): number {
  const step = Math.max(STEP, 2 ** (28 - Math.clz32(words)));
  return step * Math.max(1, Math.ceil(words / step));
}
