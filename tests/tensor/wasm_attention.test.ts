import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as tf from '../../src/tensor/tf.ts';
import '../../src/tensor/kernels/attention.ts';
import { dropoutMask } from '../../src/tensor/kernels/dropout.ts';
import { open } from './backends.ts';
import { exactAttention, maskOf, type AttentionSizes } from './exact.ts';
import { expectEqualForms, poisonMemory, random, run } from './wasm_harness.ts';

let checkFences = () => {};
beforeAll(async () => {
  await open('wasm');
  checkFences = poisonMemory();
});
afterEach(() => checkFences());

const SHAPES: AttentionSizes[] = [
  { batch: 1, length: 1, heads: 1, size: 1 },
  { batch: 2, length: 3, heads: 5, size: 7 },
  { batch: 3, length: 5, heads: 1, size: 2 },
  { batch: 2, length: 8, heads: 3, size: 4 },
  { batch: 3, length: 13, heads: 2, size: 31 },
  { batch: 2, length: 37, heads: 3, size: 16 },
  { batch: 1, length: 67, heads: 2, size: 5 },
];

function inputsOf(shape: AttentionSizes, mask: tf.Tensor) {
  const dims = [shape.batch * shape.length, shape.heads * shape.size];
  return { q: random(dims, 0), k: random(dims, 1), v: random(dims, 2), dy: random(dims, 3), mask };
}

function hold(shape: AttentionSizes, mask: tf.Tensor, rate: number): void {
  const { q, k, v, dy } = inputsOf(shape, mask);
  const attrs = { batch: shape.batch, length: shape.length, heads: shape.heads, rate, key: 0x9abcdef1 };
  const drop = dropoutMask(shape.batch * shape.heads * shape.length ** 2, attrs);
  const values = [q, k, v, dy, mask].map((t) => t.dataSync() as Float32Array);
  const { context, gradients } = exactAttention(shape, values, drop);
  expectEqualForms('LabAttention', { q, k, v, mask }, attrs, [context]);
  expectEqualForms('LabAttentionGradient', { dy, q, k, v, mask }, attrs, gradients);
}

describe('attention on SIMD', () => {
  for (const shape of SHAPES.slice(1)) {
    for (const rate of [0, 0.3]) {
      it(`equals float64 and the plain form, ${JSON.stringify(shape)}, dropout ${rate}`, () => hold(shape, maskOf(shape), rate));
    }
  }

  it('of one token is its value, without a gradient to query and key', () => {
    const shape = SHAPES[0]!;
    const { q, k, v, dy, mask } = inputsOf(shape, maskOf(shape));
    const attrs = { batch: 1, length: 1, heads: 1, rate: 0, key: 0 };
    expect(run('LabAttention', { q, k, v, mask }, attrs)[0]!.dataSync()).toEqual(v.dataSync());
    expect(run('LabAttentionGradient', { dy, q, k, v, mask }, attrs).map((t) => t.dataSync()[0])).toEqual([0, 0, dy.dataSync()[0]]);
  });

  it('lowers keys that are padded in the middle', () => {
    const shape = { batch: 3, length: 11, heads: 2, size: 3 };
    hold(shape, maskOf(shape, true), 0);
  });

  it('stays finite on a sequence of padding alone, with the very rounding of the plain form', () => {
    const mask = tf.tensor([1, 1, 1, 1, 1, 0, 0, ...Array<number>(7).fill(0)], [2, 7]);
    const { q, k, v, dy } = inputsOf({ batch: 2, length: 7, heads: 3, size: 5 }, mask);
    const attrs = { batch: 2, length: 7, heads: 3, rate: 0.3, key: 17 };
    expectEqualForms('LabAttention', { q, k, v, mask }, attrs);
    expectEqualForms('LabAttentionGradient', { dy, q, k, v, mask }, attrs);
  });

  it('is not moved in any bit by what stands at padded keys', () => {
    const shape = { batch: 2, length: 7, heads: 3, size: 5 };
    const mask = maskOf(shape);
    const { q, k, v } = inputsOf(shape, mask);
    const padding = tf.tensor(Float32Array.from({ length: 14 }, (_, n) => (mask.dataSync()[n] ? 0 : 1)), [14, 1]);
    const moved = (x: tf.Tensor) => tf.add(x, tf.mul(padding, 100));
    const attrs = { batch: 2, length: 7, heads: 3, rate: 0, key: 0 };
    expect(run('LabAttention', { q, k: moved(k), v: moved(v), mask }, attrs)[0]!.dataSync()).toEqual(run('LabAttention', { q, k, v, mask }, attrs)[0]!.dataSync());
  });
});
