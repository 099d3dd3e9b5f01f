import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as tf from '../../src/tensor/tf.ts';
import '../../src/tensor/kernels/linear.ts';
import { open } from './backends.ts';
import { exactLinear, product } from './exact.ts';
import { expectEqualForms, poisonMemory, random, relativeL2, run } from './wasm_harness.ts';

let checkFences = () => {};
beforeAll(async () => {
  await open('wasm');
  checkFences = poisonMemory();
});
afterEach(() => checkFences());

/** Rows, inputs, outputs: ragged in every direction, below and above the tile (4 × 8) and the blocks (128, 256, 256). */
const SIZES = [
  [1, 1, 1], [1, 7, 3], [3, 5, 7], [4, 8, 8], [5, 3, 13], [7, 13, 31], [13, 31, 5], [31, 1, 9], [2, 64, 2],
  [131, 17, 11], [3, 257, 5], [263, 5, 3], [5, 3, 269], [131, 259, 263],
] as const;

describe('linear on SIMD', () => {
  it.each(SIZES)('equals float64 and the plain form at %i × %i → %i', (rows, inputs, outputs) => {
    const [x, w, b, dy] = [random([rows, inputs], 0), random([outputs, inputs], 1), random([outputs], 2), random([rows, outputs], 3)];
    const [xs, ws, bs, ds] = [x, w, b, dy].map((t) => t.dataSync()) as [Float32Array, Float32Array, Float32Array, Float32Array];
    const { y, gradients } = exactLinear([rows, inputs, outputs], [xs, ws, bs, ds]);
    expectEqualForms('LabLinear', { x, w, b }, {}, [y]);
    expectEqualForms('LabLinearGradient', { dy, x, w }, {}, gradients);
    tf.dispose([x, w, b, dy]);
  });

  it('keeps the rounding of long sums small', () => {
    const rows = 20011;
    const [x, dy] = [random([rows, 3], 4), random([rows, 2], 5)];
    const [xs, ds] = [x.dataSync(), dy.dataSync()];
    const [, dw, db] = run('LabLinearGradient', { dy, x, w: random([2, 3], 6) });
    expect(relativeL2(dw!.dataSync(), product(2, 3, rows, (i, k) => ds[k * 2 + i]!, (k, j) => xs[k * 3 + j]!))).toBeLessThan(3e-6);
    expect(relativeL2(db!.dataSync(), product(1, 2, rows, () => 1, (k, j) => ds[k * 2 + j]!))).toBeLessThan(3e-6);
  });

  it('carries a NaN to exactly the values that depend on it', () => {
    const x = tf.tensor([[1, 2, 3], [NaN, 5, 6], [7, 8, 9]]);
    const y = run('LabLinear', { x, w: random([11, 3], 7), b: random([11], 8) })[0]!.dataSync();
    expect([...y].map((value) => Number.isNaN(value))).toEqual(Array.from({ length: 33 }, (_, i) => i >= 11 && i < 22));
  });
});
