/** How long the samples of a file are. */
import { headerOf } from './samples_read.ts';

/** Parts of the longest length that samples are counted in, at most. */
const MOST_PARTS = 32;

/** The counts of samples by their length with those of one more file added; `bytes` is the whole file, at the beginning of its buffer. */
export function withLengths(counts: readonly number[], bytes: Uint8Array<ArrayBuffer>, where: string): number[] {
  const { header, bodyAt } = headerOf(bytes.subarray(0, 2 ** 17), where);
  const parts = Math.min(MOST_PARTS, header.max_seq_length);
  const all = Array.from({ length: parts }, (_, i) => counts[i] ?? 0);
  for (const length of new Uint16Array(bytes.buffer, bytes.byteOffset + bodyAt, header.instances)) {
    const part = Math.floor((parts * (length - 1)) / header.max_seq_length);
    all[part] = all[part]! + 1;
  }
  return all;
}
