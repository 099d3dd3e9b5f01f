import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import '../../../src/tensor/kernels/attention.ts';
import '../../../src/tensor/kernels/residual_norm.ts';
import type { AdapterTraits } from '../../../src/tensor/backends/adapter.ts';
import { dropoutMask } from '../../../src/tensor/kernels/dropout.ts';
import type * as tf from '../../../src/tensor/tf.ts';
import { exactAttention, exactLayerNorm, maskOf } from '../../tensor/exact.ts';
import { holdForms, openPoisoned, random, relativeL2, run, takeForms, TRAITS } from './gpu_harness.ts';
import { KD, microDistillation } from './micro_distillation.ts';

let checkFaults = () => {};
beforeAll(async () => ({ checkFaults } = await openPoisoned()));
afterEach(() => checkFaults());

const valuesOf = (...tensors: readonly tf.Tensor[]) => Promise.all(tensors.map(async (t) => (await t.data()) as Float32Array));

describe('first tokens alone, on WebGPU', () => {
  const asking = TRAITS.flatMap((traits) => [[1, 0, 7], [1, 0.3, 7], [2, 0.3, 7], [1, 0.3, 16], [5, 0, 16]].map((rest) => [...rest, traits] as [number, number, number, AdapterTraits]));

  it.each(asking)('%i of each text ask, dropout %f, heads of %i, %o', async (queries, rate, size, traits) => {
    takeForms(traits);
    const shape = { batch: 3, length: 13, heads: 5, size, queries };
    const attrs = { batch: 3, length: 13, heads: 5, rate, key: 0x9abcdef1, queries };
    const [rows, width] = [39, 5 * size];
    const [q, k, v, dy, mask] = [random([rows, width], 0), random([rows, width], 1), random([rows, width], 2), random([3 * queries, width], 3), maskOf(shape, true)];
    const exact = exactAttention(shape, await valuesOf(q, k, v, dy, mask), dropoutMask(3 * 5 * 13 ** 2, attrs));
    await holdForms('LabAttention', { q, k, v, mask }, attrs, [exact.context]);
    const [context, lse] = run('LabAttention', { q, k, v, mask }, attrs);
    await holdForms('LabAttentionGradient', { dy, q, k, v, mask }, attrs, exact.gradients, { context: context!, lse: lse! });
  });

  it.each(TRAITS)('rows that stand apart draw what they would in the whole: software $software, $lanes lanes', async (traits) => {
    takeForms(traits);
    const [x, residual, gamma, beta, dy] = [random([5, 37], 0), random([5, 37], 1), random([37], 2), random([37], 3), random([5, 37], 4)];
    const attrs = { eps: 1e-12, rate: 0.3, key: 77, spacing: 11 };
    const [xs, rs, ...rest] = await valuesOf(x, residual, gamma, beta, dy);
    const whole = dropoutMask(5 * 11 * 37, attrs);
    const drop = xs!.map((_, i) => whole[11 * 37 * Math.floor(i / 37) + (i % 37)]!);
    const exact = exactLayerNorm([5, 37], attrs.eps, [Float64Array.from(xs!, (value, i) => value * drop[i]! + rs![i]!), ...rest]);
    const [dr, dGamma, dBeta] = exact.gradients as [Float64Array, number[], number[]];
    await holdForms('LabResidualNorm', { x, residual, gamma, beta }, attrs, [exact.y]);
    const [, stats] = run('LabResidualNorm', { x, residual, gamma, beta }, attrs);
    await holdForms('LabResidualNormGradient', { dy, x, residual, gamma }, attrs, [dr.map((value, i) => value * drop[i]!), dGamma, dBeta, dr], { stats: stats! });
  });

  it('give the loss and the gradient of a step with whole layers, dropout included', async () => {
    takeForms(TRAITS[0]!);
    const [short, whole] = [microDistillation(KD), microDistillation(KD, { wholeLayers: true })];
    const [a, b] = [await short.loop.next(), await whole.loop.next()];
    expect(Math.abs(a.loss / b.loss - 1)).toBeLessThan(1e-6);
    expect(Math.abs(a.grad_norm / b.grad_norm - 1)).toBeLessThan(1e-5);
    const momentsOf = async ({ loop }: typeof short) => [...(await loop.save()).optimizer.moments].flatMap(([, { data }]) => [...data]);
    expect(relativeL2(await momentsOf(short), await momentsOf(whole))).toBeLessThan(1e-5);
    [short, whole].forEach((side) => side.dispose());
  }, 240_000);
});
