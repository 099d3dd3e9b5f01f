import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as tf from '../../../src/tensor/tf.ts';
import { adamWPlain, adamWUpdate, type AdamWSlot } from '../../../src/tensor/kernels/adamw.ts';
import { dropoutMask } from '../../../src/tensor/kernels/dropout.ts';
import { idIndex } from '../../../src/tensor/kernels/lookup.ts';
import { lookupIn } from '../../../src/tensor/kernels/split_lookup.ts';
import { holdForms, openPoisoned, random, relativeL2, run } from './gpu_harness.ts';

let checkFaults = () => {};
beforeAll(async () => ({ checkFaults } = await openPoisoned()));
afterEach(() => checkFaults());

describe('AdamW on WebGPU', () => {
  const STEP = { lr: 0.01, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0.1, scale: 0.5 };
  const corrections = (t: number) => ({ correction1: 1 - 0.9 ** t, correction2: 1 - 0.999 ** t });
  const PARTS = ['parameter', 'm', 'v'] as const;
  const slotOf = (size: number): AdamWSlot => ({ parameter: tf.variable(random([size], 0)), m: tf.variable(tf.zeros([size])), v: tf.variable(tf.zeros([size])) });

  /** Parameters and moments after updates from zero moments, in float64. */
  function exactAdamW(parameter: Float32Array, gradients: readonly ArrayLike<number>[]) {
    const [p, m, v] = [Float64Array.from(parameter), new Float64Array(parameter.length), new Float64Array(parameter.length)];
    gradients.forEach((gradient, n) => {
      const { correction1, correction2 } = corrections(n + 1);
      for (let i = 0; i < p.length; i++) {
        const g = gradient[i]! * STEP.scale;
        m[i] = m[i]! * STEP.beta1 + g * (1 - STEP.beta1);
        v[i] = v[i]! * STEP.beta2 + g * g * (1 - STEP.beta2);
        p[i]! -= STEP.lr * (m[i]! / correction1 / (Math.sqrt(v[i]! / correction2) + STEP.eps) + STEP.weightDecay * p[i]!);
      }
    });
    return { parameter: p, m, v };
  }

  const gradientsOf = (size: number) => [1, 2, 3].map((t) => random([size], 10 + t, 0.1));
  const exactOf = async (size: number) => exactAdamW((await random([size], 0).data()) as Float32Array, await Promise.all(gradientsOf(size).map((gradient) => gradient.data())));

  it.each([['own', undefined], ['plain', adamWPlain]] as const)('three updates from zero moments are those of float64 in the %s form', async (_name, form) => {
    const slot = slotOf(131);
    gradientsOf(131).forEach((gradient, n) => adamWUpdate(slot, gradient, { ...STEP, ...corrections(n + 1) }, form));
    const exact = await exactOf(131);
    for (const part of PARTS) expect(relativeL2(await slot[part].data(), exact[part])).toBeLessThan(1e-6);
    expect(relativeL2(exact.parameter, await random([131], 0).data())).toBeGreaterThan(1e-3);
  });
});

describe('dropout on WebGPU', () => {
  it.each([[[1]], [[67]], [[13, 101]], [[3, 7, 5]]])('of %j draws the mask of the counter, bit for bit', async (shape) => {
    const attrs = { rate: 0.3, key: 0xdeadbeef };
    const x = random(shape, 0);
    const [values, mask] = [await x.data(), dropoutMask(x.size, attrs)];
    await holdForms('LabDropout', { x }, attrs, [Float64Array.from(values, (value, i) => value * mask[i]!)]);
    expect([...(await run('LabDropout', { x: tf.ones(shape) }, attrs)[0]!.data())]).toEqual([...mask]);
  });
});

describe('lookup on WebGPU', () => {
  const idsOf = (count: number, rows: number) => Int32Array.from({ length: count }, (_, n) => (n * n) % rows);

  /** The rows of a table by id, and its gradient. */
  async function exactLookup(ids: Int32Array, w: tf.Tensor, dy: tf.Tensor) {
    const [ws, ds, columns] = [await w.data(), await dy.data(), w.shape[1]!];
    const gradient = new Float64Array(w.size);
    ids.forEach((id, n) => { for (let j = 0; j < columns; j++) gradient[id * columns + j]! += ds[n * columns + j]!; });
    return { rows: Float64Array.from(ds, (_, i) => ws[ids[Math.floor(i / columns)]! * columns + (i % columns)]!), gradient };
  }

  it.each([[31, 7, 5], [211, 19, 13], [3, 101, 67]])('%i rows by id of a table of %i rows of %i', async (count, vocabulary, columns) => {
    const ids = idsOf(count, vocabulary);
    const [w, dy, index] = [random([vocabulary, columns], 0), random([count, columns], 1), idIndex(ids, vocabulary)];
    const { rows, gradient } = await exactLookup(ids, w, dy);
    await holdForms('LabLookup', { w, ...index }, {}, [rows]);
    await holdForms('LabLookupGradient', { dy, ...index }, {}, [gradient]);
  });

  it.each([[[5, 2]], [[3, 1, 13]]])('rows by id of a table in parts of %j rows', async (rows) => {
    const vocabulary = rows.reduce((sum, count) => sum + count, 0);
    const ids = idsOf(37, vocabulary);
    const [w, dy, index] = [random([vocabulary, 11], 0), random([37, 11], 1), idIndex(ids, vocabulary)];
    const exact = await exactLookup(ids, w, dy);
    const parts = tf.split(w, [...rows]);
    await holdForms('LabSplitLookup', { ...Object.fromEntries(parts.map((part, i) => [`w${i}`, part])), ...index }, { rows }, [exact.rows]);
    const gradients = tf.grads((...table) => tf.sum(tf.mul(lookupIn(table, index), dy)))(parts);
    expect(relativeL2(await tf.concat(gradients).data(), exact.gradient)).toBeLessThan(1e-6);
  });
});
