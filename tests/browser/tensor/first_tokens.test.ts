import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import '../../../src/tensor/kernels/attention.ts';
import '../../../src/tensor/kernels/residual_norm.ts';
import { openPoisoned, random, relativeL2, run, runPlain, takeForms, TRAITS } from './gpu_harness.ts';
import type { AdapterTraits } from '../../../src/tensor/backends/adapter.ts';
import { maskOf } from '../../tensor/exact.ts';
import type { Attributes, Inputs } from '../../../src/tensor/kernel.ts';
import { KD, microDistillation } from './micro_distillation.ts';

let checkFaults = () => {};
beforeAll(async () => ({ checkFaults } = await openPoisoned()));
afterEach(() => checkFaults());

/** Holds a kernel to its plain form; `kept` are outputs that the native form wants again. */
async function holdPlain(name: string, inputs: Inputs, attrs: Attributes, kept: Inputs = {}): Promise<void> {
  const [plain, own] = [runPlain(name, inputs, attrs), run(name, { ...inputs, ...kept }, attrs)];
  for (const [i, expected] of plain.entries()) {
    expect(own[i]!.shape).toEqual(expected.shape);
    expect(relativeL2(await own[i]!.data(), await expected.data())).toBeLessThan(1e-5);
  }
}

describe('first tokens alone, on WebGPU', () => {
  const asking = TRAITS.flatMap((traits) => [[1, 0, 7], [1, 0.3, 7], [2, 0.3, 7], [1, 0.3, 16], [5, 0, 16]].map((rest) => [...rest, traits] as [number, number, number, AdapterTraits]));

  it.each(asking)('%i of each text ask, dropout %f, heads of %i, %o', async (queries, rate, size, traits) => {
    takeForms(traits);
    const shape = { batch: 3, length: 13, heads: 5, size };
    const attrs = { batch: 3, length: 13, heads: 5, rate, key: 0x9abcdef1, queries };
    const [rows, width] = [39, 5 * size];
    const [q, k, v, dy, mask] = [random([rows, width], 0), random([rows, width], 1), random([rows, width], 2), random([3 * queries, width], 3), maskOf(shape, true)];
    await holdPlain('LabAttention', { q, k, v, mask }, attrs);
    const [context, lse] = run('LabAttention', { q, k, v, mask }, attrs);
    await holdPlain('LabAttentionGradient', { dy, q, k, v, mask }, attrs, { context: context!, lse: lse! });
  });

  it.each(TRAITS)('rows that stand apart draw what they would in the whole: software $software, $lanes lanes', async (traits) => {
    takeForms(traits);
    const [x, residual, gamma, beta, dy] = [random([5, 37], 0), random([5, 37], 1), random([37], 2), random([37], 3), random([5, 37], 4)];
    const attrs = { eps: 1e-12, rate: 0.3, key: 77, spacing: 11 };
    await holdPlain('LabResidualNorm', { x, residual, gamma, beta }, attrs);
    const [, stats] = run('LabResidualNorm', { x, residual, gamma, beta }, attrs);
    await holdPlain('LabResidualNormGradient', { dy, x, residual, gamma }, attrs, { stats: stats! });
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
