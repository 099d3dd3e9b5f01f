/**
 * Counter-based randomness: every draw is a pure function of (seed, stream, step, index).
 *
 * No generator has a state, so nothing has to be saved to resume a run, and a draw can be made in any order, on any
 * device: the same 32-bit integer operations exist in JavaScript, WGSL and WebAssembly.
 */

/** Names of the independent streams; a stream's number is part of every draw, so the order must never change. */
export const STREAMS = ['init', 'dropout', 'shuffle', 'mask', 'grammar', 'split', 'mapping', 'negatives', 'augment', 'samples'] as const;
export type Stream = (typeof STREAMS)[number];

/** One finalising round that mixes all 32 bits (multiplications and xor-shifts only). */
export function mix32(x: number): number {
  x ^= x >>> 16;
  x = Math.imul(x, 0x21f0aaad);
  x ^= x >>> 15;
  x = Math.imul(x, 0x735a2d97);
  x ^= x >>> 15;
  return x >>> 0;
}

/** The 32-bit key of (seed, stream, step); `bits(key, index)` then gives the draws under it. */
export function key(seed: number, stream: Stream, step = 0): number {
  const s = STREAMS.indexOf(stream) + 1;
  return mix32(mix32(mix32(seed >>> 0) ^ Math.imul(s, 0x9e3779b9)) ^ Math.imul(step >>> 0, 0x85ebca6b));
}

/** 32 random bits for one index under a key. */
export function bits(k: number, index: number): number {
  return mix32(mix32(k ^ Math.imul(index >>> 0, 0x9e3779b9)) + 0x6d2b79f5);
}

/** Uniform in [0, 1) with 24 bits, so that it is exact in float32. */
export function uniform(k: number, index: number): number {
  return (bits(k, index) >>> 8) * 2 ** -24;
}

/** Integer in [0, n). */
export function integer(k: number, index: number, n: number): number {
  if (!(n >= 1)) throw new RangeError(`integer(): n must be at least 1, got ${n}`);
  return Math.floor((bits(k, index) * n) / 2 ** 32);
}

/** Standard normal by Box–Muller, from the draws 2·index and 2·index + 1. */
export function normal(k: number, index: number): number {
  const u = 1 - uniform(k, 2 * index);
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * uniform(k, 2 * index + 1));
}

/** A permutation of 0 … n−1 (Fisher–Yates), a function of the key alone. */
export function permutation(k: number, n: number): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = integer(k, i, i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
