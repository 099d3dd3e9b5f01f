import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as tf from '../../../src/tensor/tf.ts';
import '../../../src/tensor/kernels/attention_correlation.ts';
import '../../../src/tensor/kernels/attention_scores.ts';
import '../../../src/tensor/kernels/bank_products.ts';
import '../../../src/tensor/kernels/relation_divergence.ts';
import '../../../src/tensor/kernels/score_squares.ts';
import { integer, key } from '../../../src/random/counter.ts';
import { maskOf } from '../../tensor/exact.ts';
import { exactBankProducts, exactCorrelation, exactRelations, exactScores, exactSquares } from '../../tensor/exact_scores.ts';
import { holdForms, openPoisoned, random, run, takeForms, TRAITS } from './gpu_harness.ts';

let checkFaults = () => {};
beforeAll(async () => ({ checkFaults } = await openPoisoned()));
afterEach(() => checkFaults());

const valuesOf = (...tensors: readonly tf.Tensor[]) => Promise.all(tensors.map((t) => t.data()));

const SHAPES = [
  { batch: 2, length: 3, heads: 5, size: 7 },
  { batch: 3, length: 13, heads: 2, size: 11 },
  { batch: 2, length: 37, heads: 3, size: 16 },
] as const;

/** Wider heads are not held in registers. */
const WIDE = [
  { batch: 2, length: 5, heads: 3, size: 64 },
  { batch: 2, length: 3, heads: 5, size: 67 },
  { batch: 3, length: 5, heads: 2, size: 131 },
] as const;

const RELATIONS = [
  { batch: 3, length: 1, heads: 2, size: 4, teacherSize: 1 },
  ...SHAPES.flatMap((shape) => [{ ...shape, teacherSize: shape.size }, { ...shape, teacherSize: 3 }]),
  ...WIDE.map((shape, i) => ({ ...shape, teacherSize: [67, 64, 257][i]! })),
  { batch: 2, length: 3, heads: 1, size: 257, teacherSize: 768 },
];

describe('scores on WebGPU', () => {
  beforeAll(() => takeForms(TRAITS[0]!));

  it.each([...SHAPES, ...WIDE])('attentionScores of $batch × $length, $heads heads of $size', async (shape) => {
    const { batch, length, heads, size } = shape;
    const dims = [batch * length, heads * size];
    const [q, k, mask, dy] = [random(dims, 0), random(dims, 1), maskOf(shape, true), random([batch, heads, length, length], 2)];
    const { scores, gradients } = exactScores(shape, await valuesOf(q, k, mask, dy));
    await holdForms('LabAttentionScores', { q, k, mask }, { batch, length, heads }, [scores]);
    await holdForms('LabAttentionScoresGradient', { dy, q, k }, { batch, length, heads }, gradients);
  });

  it.each(RELATIONS)('relationDivergence of $batch × $length, $heads heads of $size and $teacherSize', async (shape) => {
    const { batch, length, heads, size, teacherSize } = shape;
    const [student, teacher, mask, dy] = [random([batch, heads, length, size], 0), random([batch, heads, length, teacherSize], 1), maskOf(shape, true), random([batch, heads, length], 2)];
    const { losses, gradient } = exactRelations({ batch, heads, length, studentSize: size, teacherSize }, await valuesOf(student, teacher, mask, dy));
    await holdForms('LabRelationDivergence', { student, teacher, mask }, {}, [losses]);
    const [, lse] = run('LabRelationDivergence', { student, teacher, mask });
    await holdForms('LabRelationDivergenceGradient', { dy, student, teacher, mask }, {}, [gradient], { lse: lse! });
  });

  it('keeps relations finite for a text of padding alone, and 0 for equal models', async () => {
    const [student, teacher, mask, dy] = [random([2, 3, 7, 5], 0), random([2, 3, 7, 11], 1), tf.tensor([[1, 1, 1, 1, 1, 0, 0], Array<number>(7).fill(0)]), tf.ones([2, 3, 7])];
    for (const other of [teacher, student]) {
      const [losses, lse] = run('LabRelationDivergence', { student, teacher: other, mask });
      const [gradient] = run('LabRelationDivergenceGradient', { dy, student, teacher: other, mask, lse: lse! });
      for (const values of await valuesOf(losses!, gradient!)) expect(values.every((value) => (other === student ? value === 0 : Number.isFinite(value)))).toBe(true);
    }
  });
});

describe('attentionCorrelation on WebGPU', () => {
  const CORRECTED = { threshold: 1e-12, floor: 1e-12, added: 0 };
  const RELEASED = { threshold: -1, floor: 1e-24, added: 1e-8 };
  const cases = [{ batch: 5, length: 3, heads: 7 }, { batch: 7, length: 5, heads: 3 }, { batch: 5, length: 11, heads: 3 }].flatMap((shape) => [{ ...shape, bounds: CORRECTED }, { ...shape, bounds: RELEASED }]);

  it.each(cases)('equals float64 and the plain form: $batch × $length, $heads heads, floor $bounds.floor', async ({ bounds, ...shape }) => {
    const { batch, heads, length } = shape;
    const dims = [batch, heads, length, length];
    const real = (n: number) => bounds === RELEASED || n % length < length - (Math.floor(n / length) % 2);
    const mask = tf.tensor(Float32Array.from({ length: batch * length }, (_, n) => Number(real(n))), [batch, length]);
    const [student, teacher, dy] = [random(dims, 0), random(dims, 1), tf.tensor1d([0.3, -1.7, 2, 0.9])];
    const { losses, counts, gradient } = exactCorrelation(shape, bounds, await valuesOf(student, teacher, mask, dy));
    await holdForms('LabAttentionCorrelation', { student, teacher, mask }, bounds, [losses, counts]);
    const [, numbers, lse, measured] = run('LabAttentionCorrelation', { student, teacher, mask }, bounds);
    await holdForms('LabAttentionCorrelationGradient', { dy, student, teacher, mask, numbers: numbers! }, bounds, [gradient], { lse: lse!, measured: measured! });
  });
});

describe.each(TRAITS)('scores on WebGPU, software $software, $lanes lanes', (traits) => {
  beforeAll(() => takeForms(traits));

  it.each([...SHAPES, { batch: 1, length: 131, heads: 2 }])('scoreSquares of $batch × $length, $heads heads', async ({ batch, length, heads }) => {
    const dims = [batch, heads, length, length];
    const [student, teacher, mask, dy] = [random(dims, 0), random(dims, 1), maskOf({ batch, length, heads, size: 1 }, true), random(dims.slice(0, 3), 2)];
    const { losses, gradient } = exactSquares({ length, heads }, await valuesOf(student, teacher, mask, dy));
    await holdForms('LabScoreSquares', { student, teacher, mask }, {}, [losses]);
    await holdForms('LabScoreSquaresGradient', { dy, student, teacher, mask }, {}, [gradient]);
  });
});

describe('bankProducts on WebGPU', () => {
  it.each([[2, 3, 5, 7], [3, 1, 1, 13], [5, 11, 13, 17], [7, 101, 128, 31]] as const)('%i vectors with %i rows each of %i values, of %i', async (batch, columns, width, count) => {
    const rows = tf.tensor2d(Int32Array.from({ length: batch * columns }, (_, n) => integer(key(2, 'init'), n, count)), [batch, columns], 'int32');
    const [vectors, bank, dy] = [random([batch, width], 0), random([count, width], 1), random([batch, columns], 2)];
    const { products, gradient } = exactBankProducts([batch, columns, width], await valuesOf(vectors, bank, rows, dy));
    await holdForms('LabBankProducts', { vectors, bank, rows }, {}, [products]);
    await holdForms('LabBankProductsGradient', { dy, bank, rows }, {}, [gradient]);
  });
});
