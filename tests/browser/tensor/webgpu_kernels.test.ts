import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as tf from '../../../src/tensor/tf.ts';
import type { ActivationName } from '../../../src/tensor/kernels/activation.ts';
import '../../../src/tensor/kernels/attention.ts';
import '../../../src/tensor/kernels/cross_entropy.ts';
import '../../../src/tensor/kernels/distillation_loss.ts';
import '../../../src/tensor/kernels/feed_forward.ts';
import '../../../src/tensor/kernels/layer_norm.ts';
import '../../../src/tensor/kernels/linear.ts';
import '../../../src/tensor/kernels/linear_activation.ts';
import '../../../src/tensor/kernels/projections.ts';
import '../../../src/tensor/kernels/residual_norm.ts';
import '../../../src/tensor/kernels/row_divergence.ts';
import { embeddingSum } from '../../../src/tensor/kernels/embedding_sum.ts';
import { dropoutMask } from '../../../src/tensor/kernels/dropout.ts';
import { idIndex } from '../../../src/tensor/kernels/lookup.ts';
import { squareNorm } from '../../../src/tensor/kernels/square_norm.ts';
import { exactAttention, exactCrossEntropy, exactLayerNorm, exactLinear, maskOf, total, type AttentionSizes } from '../../tensor/exact.ts';
import { exactDivergence, exactSoftmax } from '../../tensor/exact_scores.ts';
import { holdForms, openPoisoned, random, relativeL2, run, takeForms, TRAITS } from './gpu_harness.ts';

let checkFaults = () => {};
beforeAll(async () => ({ checkFaults } = await openPoisoned()));
afterEach(() => checkFaults());

const valuesOf = (tensors: readonly tf.Tensor[]) => Promise.all(tensors.map((t) => t.data()));

/** Attention and its gradient against float64. */
async function holdAttention(shape: AttentionSizes, rate: number): Promise<void> {
  const dims = [shape.batch * shape.length, shape.heads * shape.size];
  const [q, k, v, dy, mask] = [random(dims, 0), random(dims, 1), random(dims, 2), random(dims, 3), maskOf(shape, true)];
  const attrs = { batch: shape.batch, length: shape.length, heads: shape.heads, rate, key: 0x9abcdef1 };
  const drop = dropoutMask(shape.batch * shape.heads * shape.length ** 2, attrs);
  const exact = exactAttention(shape, (await valuesOf([q, k, v, dy, mask])) as Float32Array[], drop);
  await holdForms('LabAttention', { q, k, v, mask }, attrs, [exact.context]);
  const [context, lse] = run('LabAttention', { q, k, v, mask }, attrs);
  await holdForms('LabAttentionGradient', { dy, q, k, v, mask }, attrs, exact.gradients, { context: context!, lse: lse! });
}

describe.each(TRAITS)('kernels on WebGPU, software $software, $lanes lanes', (traits) => {
  beforeAll(() => takeForms(traits));

  it.each([[1, 1, 1], [13, 7, 11], [8, 12, 20], [37, 29, 131], [68, 64, 132], [3, 131, 2]])('linear of %i × %i → %i', async (rows, inputs, outputs) => {
    const [x, w, b, dy] = [random([rows, inputs], 0), random([outputs, inputs], 1), random([outputs], 2), random([rows, outputs], 3)];
    const exact = exactLinear([rows, inputs, outputs], await valuesOf([x, w, b, dy]));
    await holdForms('LabLinear', { x, w, b }, {}, [exact.y]);
    await holdForms('LabLinearGradient', { dy, x, w }, {}, exact.gradients);
  });

  it.each([[13, 7, 11], [37, 29, 131], [68, 64, 132]])('projections of %i × %i → %i', async (rows, inputs, outputs) => {
    const [x, passed] = [random([rows, inputs], 0), random([rows, inputs], 1)];
    const parts = ['q', 'k', 'v'].map((part, i) => ({ part, w: random([outputs, inputs], 3 * i + 2), b: random([outputs], 3 * i + 3), dy: random([rows, outputs], 3 * i + 4) }));
    const exact = await Promise.all(parts.map(async ({ w, b, dy }) => exactLinear([rows, inputs, outputs], await valuesOf([x, w, b, dy]))));
    const [rest] = await valuesOf([passed]);
    const named = (name: 'w' | 'b' | 'dy') => Object.fromEntries(parts.map((given) => [`${name[0]}${given.part}`, given[name]]));
    const dx = rest!.map((value, i) => exact.reduce((sum, { gradients }) => sum + gradients[0]![i]!, value));
    const weights = [...exact.map(({ gradients }) => gradients[1]!), ...exact.map(({ gradients }) => gradients[2]!)];
    await holdForms('LabProjections', { x, ...named('w'), ...named('b') }, { passes: true }, [...exact.map(({ y }) => y), await x.data()]);
    await holdForms('LabProjectionsGradient', { ...named('dy'), x, ...named('w'), passed }, {}, [dx, ...weights]);
    await holdForms('LabProjectionsGradient', { ...named('dy'), x, ...named('w') }, {}, [dx.map((value, i) => value - rest![i]!), ...weights]);
  });

  it.each([[2, 3], [5, 7], [67, 5], [13, 131], [3, 1031]] as const)('layerNorm of [%i, %i]', async (rows, d) => {
    const eps = 1e-5;
    const [x, gamma, beta, dy] = [tf.add(random([rows, d], 0), 3), random([d], 1), random([d], 2), random([rows, d], 3)];
    const exact = exactLayerNorm([rows, d], eps, await valuesOf([x, gamma, beta, dy]));
    await holdForms('LabLayerNorm', { x, gamma, beta }, { eps }, [exact.y]);
    const [, stats] = run('LabLayerNorm', { x, gamma, beta }, { eps });
    await holdForms('LabLayerNormGradient', { dy, x, gamma }, { eps }, exact.gradients, { stats: stats! });
  });

  it.each([[5, 7, 0], [13, 131, 0.3]] as const)('residualNorm of [%i, %i], dropout %f', async (rows, d, rate) => {
    const attrs = { eps: 1e-5, rate, key: 0x9abcdef1 };
    const [x, residual, gamma, beta, dy] = [random([rows, d], 0), random([rows, d], 4), random([d], 1), random([d], 2), random([rows, d], 3)];
    const [xs, rs, gs, bs, ds] = await valuesOf([x, residual, gamma, beta, dy]);
    const drop = dropoutMask(rows * d, attrs);
    const exact = exactLayerNorm([rows, d], 1e-5, [Float64Array.from(xs!, (value, i) => value * drop[i]! + rs![i]!), gs!, bs!, ds!]);
    const [dr, dGamma, dBeta] = exact.gradients as [Float64Array, number[], number[]];
    await holdForms('LabResidualNorm', { x, residual, gamma, beta }, attrs, [exact.y]);
    const [, stats] = run('LabResidualNorm', { x, residual, gamma, beta }, attrs);
    const gradients = [dr.map((value, i) => value * drop[i]!), dGamma, dBeta, ...(rate > 0 ? [dr] : [])];
    await holdForms('LabResidualNormGradient', { dy, x, residual, gamma }, attrs, gradients, { stats: stats! });
  });

  it.each([[2, 3], [7, 13], [67, 5], [3, 1031], [3, 70001]] as const)('crossEntropy of [%i, %i]', async (rows, classes) => {
    const [logits, dy] = [random([rows, classes], 0, 3), random([rows], 1)];
    const labels = tf.tensor1d(Int32Array.from({ length: rows }, (_, n) => (7 * n + 1) % classes), 'int32');
    const exact = exactCrossEntropy([rows, classes], await valuesOf([logits, labels, dy]));
    await holdForms('LabCrossEntropy', { logits, labels }, {}, [exact.losses]);
    await holdForms('LabCrossEntropyGradient', { dy, logits, labels }, {}, [exact.gradient]);
  });

  it.each<[number[], number, number]>([[[3], 5, 0], [[67], 7, 0], [[5], 131, 0], [[2, 3, 7], 11, 0.004], [[3], 70001, 0]])('rowDivergence of [%j, %i], floor %f', async (leading, columns, floor) => {
    const rows = leading.reduce((product, size) => product * size, 1);
    const [teacher, student, dy] = [random([...leading, columns], 0, 2), random([...leading, columns], 1, 2), random(leading, 2)];
    const { losses, gradient } = exactDivergence([rows, columns], floor, await valuesOf([teacher, student, dy]));
    await holdForms('LabRowDivergence', { teacher, student }, { floor }, [losses]);
    await holdForms('LabRowDivergenceGradient', { dy, teacher, student }, { floor }, [gradient]);
  });

  it.each([
    { batch: 2, length: 3, heads: 5, size: 7 },
    { batch: 3, length: 5, heads: 1, size: 2 },
    { batch: 3, length: 13, heads: 2, size: 11 },
    { batch: 2, length: 37, heads: 3, size: 16 },
    { batch: 1, length: 67, heads: 2, size: 5 },
    { batch: 2, length: 5, heads: 3, size: 48 },
    { batch: 2, length: 3, heads: 2, size: 64 },
    { batch: 2, length: 7, heads: 3, size: 67 },
    { batch: 3, length: 5, heads: 2, size: 128 },
    { batch: 2, length: 5, heads: 3, size: 131 },
  ])('attention of $batch × $length, $heads heads of $size', async (shape) => {
    await holdAttention(shape, 0);
    await holdAttention(shape, 0.3);
  });

  it('keeps attention finite on a sequence of padding alone', async () => {
    const [q, k, v, dy] = [0, 1, 2, 3].map((i) => random([14, 15], i)) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    const mask = tf.tensor([1, 1, 1, 1, 1, 0, 0, ...Array<number>(7).fill(0)], [2, 7]);
    const attrs = { batch: 2, length: 7, heads: 3, rate: 0.3, key: 17 };
    const outputs = run('LabAttention', { q, k, v, mask }, attrs);
    const gradients = run('LabAttentionGradient', { dy, q, k, v, mask, context: outputs[0]!, lse: outputs[1]! }, attrs);
    for (const values of await valuesOf([...outputs, ...gradients])) expect(values.every(Number.isFinite)).toBe(true);
  });
});

describe('kernels on WebGPU', () => {
  beforeAll(() => takeForms(TRAITS[0]!));

  it.each([{ ...TRAITS[0]! }, { ...TRAITS[1]! }])('a product by weights large enough for another tile has the bits of its parts, $lanes lanes', async (traits) => {
    takeForms(traits);
    const [x, w, b] = [random([37, 520], 0), random([264, 520], 1), random([264], 2)];
    const whole = tf.split(run('LabLinear', { x, w, b }, {})[0]!, 2, 1);
    for (const [half, own] of whole.entries()) {
      const part = { x, w: tf.slice(w, [132 * half, 0], [132, 520]), b: tf.slice(b, [132 * half], [132]) };
      const { y } = exactLinear([37, 520, 132], await valuesOf([x, part.w, part.b, tf.zeros([37, 132])]));
      expect(relativeL2(await own.data(), y)).toBeLessThan(1e-5);
      expect(await own.data()).toEqual(await run('LabLinear', part, {})[0]!.data());
    }
    takeForms(TRAITS[0]!);
  }, 120_000);

  it.each(['gelu', 'gelu_new', 'relu'] as ActivationName[])('%s and its gradient', async (kind) => {
    const [x, dy] = [random([13, 31], 0, 3), random([13, 31], 1)];
    const [xs, ds] = (await valuesOf([x, dy])) as [Float32Array, Float32Array];
    const reference = { gelu, gelu_new: geluNew, relu: (t: number) => Math.max(t, 0) }[kind];
    const slope = (t: number) => (reference(t + 1e-5) - reference(t - 1e-5)) / 2e-5;
    await holdForms('LabActivation', { x }, { kind }, [Float64Array.from(xs, reference)]);
    await holdForms('LabActivationGradient', { dy, x }, { kind }, [Float64Array.from(xs, (t, i) => ds[i]! * slope(t))]);
  });

  it.each(['gelu', 'tanh'] as const)('a dense layer with %s', async (kind) => {
    const [x, w, b, dy] = [random([13, 7], 0), random([11, 7], 1), random([11], 2), random([13, 11], 3)];
    const [xs, ws, bs, ds] = await valuesOf([x, w, b, dy]);
    const reference = { gelu, tanh: Math.tanh }[kind];
    const slope = (t: number) => (reference(t + 1e-5) - reference(t - 1e-5)) / 2e-5;
    const { y: u } = exactLinear([13, 7, 11], [xs!, ws!, bs!, ds!]);
    const { gradients } = exactLinear([13, 7, 11], [xs!, ws!, bs!, u.map((t, i) => ds![i]! * slope(t))]);
    await holdForms('LabLinearActivation', { x, w, b }, { kind }, [u.map(reference), u]);
    await holdForms('LabLinearActivationGradient', { dy, x, w, u: tf.tensor(Float32Array.from(u), [13, 11]) }, { kind }, gradients);
  });

  it.each([[1, 2, 0.5, 3], [67, 5, 2, 0.7], [131, 61, 4, 1]] as const)('distillationLoss of [%i, %i] at temperature %f, weight %f', async (rows, classes, temperature, weight) => {
    const [teacher, student, hard, soft] = [random([rows, classes], 0, 3), random([rows, classes], 1, 3), tf.scalar(0.3), tf.scalar(-1.7)];
    const labels = tf.tensor1d(Int32Array.from({ length: rows }, (_, n) => (7 * n + 1) % classes), 'int32');
    const [ts, ss] = (await valuesOf([teacher, student])) as [Float32Array, Float32Array];
    for (const mean of [true, false]) {
      const share = mean ? 1 / rows : 1;
      const label = (n: number) => (7 * n + 1) % classes;
      const ofRow = (n: number) => ({ p: exactSoftmax(ts, n, classes, temperature), q: exactSoftmax(ss, n, classes, temperature), own: exactSoftmax(ss, n, classes) });
      const losses = [
        total(rows, (n) => -Math.log(ofRow(n).own[label(n)]!)) * (1 - weight) * share,
        total(rows, (n) => total(classes, (j) => ofRow(n).p[j]! * Math.log(ofRow(n).p[j]! / ofRow(n).q[j]!))) * weight * temperature ** 2 * share,
      ];
      const gradient = Array.from({ length: rows }, (_, n) => ofRow(n)).flatMap(({ p, q, own }, n) => p.map((_, j) =>
        share * (0.3 * (1 - weight) * (own[j]! - Number(j === label(n))) - 1.7 * weight * temperature * (q[j]! - p[j]!))));
      const attrs = { temperature, weight, mean };
      await holdForms('LabDistillationLoss', { teacher, student, labels }, attrs, losses.map((loss) => [loss]));
      await holdForms('LabDistillationLossGradient', { teacher, student, labels, hard, soft }, attrs, [gradient]);
    }
  });

  it.each(['gelu', 'tanh'] as const)('two dense layers with %s between them', async (kind) => {
    const [x, w1, b1, w2, b2, dy, passed] = [random([13, 7], 0), random([11, 7], 1), random([11], 2), random([5, 11], 3), random([5], 4), random([13, 5], 5), random([13, 7], 6)];
    const [xs, w1s, b1s, w2s, b2s, ds, ps] = await valuesOf([x, w1, b1, w2, b2, dy, passed]);
    const reference = { gelu, tanh: Math.tanh }[kind];
    const slope = (t: number) => (reference(t + 1e-5) - reference(t - 1e-5)) / 2e-5;
    const { y: u } = exactLinear([13, 7, 11], [xs!, w1s!, b1s!, new Float32Array(143)]);
    const h = u.map(reference);
    const second = exactLinear([13, 11, 5], [h, w2s!, b2s!, ds!]);
    const first = exactLinear([13, 7, 11], [xs!, w1s!, b1s!, second.gradients[0]!.map((t, i) => t * slope(u[i]!))]);
    const dx = first.gradients[0]!.map((t, i) => t + ps![i]!);
    await holdForms('LabFeedForward', { x, w1, b1, w2, b2 }, { kind, passes: true }, [second.y, h, u, xs!]);
    const kept = { h: tf.tensor(Float32Array.from(h), [13, 11]), u: tf.tensor(Float32Array.from(u), [13, 11]) };
    await holdForms('LabFeedForwardGradient', { dy, passed, x, w1, w2, ...kept }, { kind, passes: true }, [dx, ...first.gradients.slice(1), ...second.gradients.slice(1)]);
  });

  it('adds the squares of any number of tensors', async () => {
    const tensors = Array.from({ length: 11 }, (_, i) => random([i + 1, 3001], i));
    const exact = (await valuesOf(tensors)).reduce((sum, values) => sum + total(values.length, (i) => values[i]! ** 2), 0);
    expect(relativeL2(await squareNorm(tensors).data(), [exact])).toBeLessThan(1e-6);
  });

  it.each([[false, 7, 3, 5], [true, 11, 13, 67]] as const)('adds embeddings, positions given: %s, of %i texts of %i tokens, width %i', async (given, texts, length, d) => {
    const rows = texts * length;
    const idsOf = (table: number, factor: number) => Int32Array.from({ length: rows }, (_, n) => (factor * n * n + n) % table);
    const [tables, ids] = [[random([29, d], 0), random([3, d], 1), random([17, d], 2)], [idsOf(29, 5), idsOf(3, 1), given ? idsOf(17, 3) : Int32Array.from({ length: rows }, (_, n) => n % length)]];
    const [values, dy] = [await valuesOf(tables), random([rows, d], 3)];
    const ds = await dy.data();
    const exact = Float64Array.from({ length: rows * d }, (_, i) => total(3, (k) => values[k]![ids[k]![Math.floor(i / d)]! * d + (i % d)]!));
    const gradients = [29, 3, 17].map((extent) => new Float64Array(extent * d));
    gradients.forEach((gradient, k) => ids[k]!.forEach((id, n) => { for (let j = 0; j < d; j++) gradient[id * d + j]! += ds[n * d + j]!; }));
    const index = { words: idIndex(ids[0]!, 29), types: idIndex(ids[1]!, 3), positions: given ? idIndex(ids[2]!, 17) : undefined, length };
    const sum = (words: tf.Tensor, types: tf.Tensor, positions: tf.Tensor) => embeddingSum({ words, types, positions }, index);
    expect(relativeL2(await sum(tables[0]!, tables[1]!, tables[2]!).data(), exact)).toBeLessThan(1e-6);
    const differentiated = tf.grads((...parts) => tf.sum(tf.mul(sum(...(parts as [tf.Tensor, tf.Tensor, tf.Tensor])), dy)))(tables);
    for (const [k, gradient] of (await valuesOf(differentiated)).entries()) expect(relativeL2(gradient, gradients[k]!)).toBeLessThan(1e-6);
  });

  it('takes a label outside the classes as no class, and logits of any size', async () => {
    const inputs = { logits: tf.tensor([[1e30, -1e30, 0], [-200, -100, -300], [1, 2, 3], [1, 2, 3]]), labels: tf.tensor1d([0, 1, -1, 3], 'int32') };
    expect([...(await run('LabCrossEntropy', inputs)[0]!.data())]).toEqual([0, 0, 0, 0]);
  });
});

/** x·Φ(x) with Φ(x) = ½ + φ(x)·Σ x^(2n+1) / (1·3·…·(2n+1)), whose terms all have one sign. */
function gelu(x: number): number {
  let [term, sum] = [x, x];
  for (let n = 1; n < 300; n++) sum += term *= (x * x) / (2 * n + 1);
  return x * (0.5 + (Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI)) * sum);
}

function geluNew(x: number): number {
  return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}
