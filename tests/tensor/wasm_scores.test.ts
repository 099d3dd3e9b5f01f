import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as tf from '../../src/tensor/tf.ts';
import '../../src/tensor/kernels/attention_correlation.ts';
import '../../src/tensor/kernels/attention_scores.ts';
import '../../src/tensor/kernels/bank_products.ts';
import '../../src/tensor/kernels/relation_divergence.ts';
import '../../src/tensor/kernels/row_divergence.ts';
import '../../src/tensor/kernels/score_squares.ts';
import { integer, key } from '../../src/random/counter.ts';
import { open } from './backends.ts';
import { maskOf } from './exact.ts';
import { exactBankProducts, exactCorrelation, exactDivergence, exactRelations, exactScores, exactSquares } from './exact_scores.ts';
import { expectEqualForms, poisonMemory, random, run } from './wasm_harness.ts';

let checkFences = () => {};
beforeAll(async () => {
  await open('wasm');
  checkFences = poisonMemory();
});
afterEach(() => checkFences());

const valuesOf = (...tensors: readonly tf.Tensor[]) => tensors.map((t) => t.dataSync());

const SHAPES = [
  { batch: 2, length: 3, heads: 5, size: 7 },
  { batch: 3, length: 1, heads: 2, size: 4 },
  { batch: 3, length: 13, heads: 2, size: 11 },
  { batch: 2, length: 37, heads: 3, size: 16 },
  { batch: 1, length: 131, heads: 2, size: 5 },
] as const;

describe('attentionScores on SIMD', () => {
  it.each(SHAPES)('equals float64 and the plain form: $batch × $length, $heads heads of $size', (shape) => {
    const { batch, length, heads, size } = shape;
    const dims = [batch * length, heads * size];
    const [q, k, mask, dy] = [random(dims, 0), random(dims, 1), maskOf(shape, true), random([batch, heads, length, length], 2)];
    const { scores, gradients } = exactScores(shape, valuesOf(q, k, mask, dy));
    expectEqualForms('LabAttentionScores', { q, k, mask }, { batch, length, heads }, [scores]);
    expectEqualForms('LabAttentionScoresGradient', { dy, q, k }, { batch, length, heads }, gradients);
  });
});

describe('rowDivergence on SIMD', () => {
  it.each<[number[], number, number]>([[[3], 5, 0], [[67], 7, 0], [[5], 131, 0], [[7], 1, 0], [[2, 3, 7], 11, 0.004], [[13], 37, 0.03]])('equals float64 and the plain form: [%j, %i], floor %f', (leading, columns, floor) => {
    const rows = leading.reduce((a, b) => a * b, 1);
    const [teacher, student, dy] = [random([...leading, columns], 0, 2), random([...leading, columns], 1, 2), random(leading, 2)];
    const { losses, gradient } = exactDivergence([rows, columns], floor, valuesOf(teacher, student, dy));
    if (columns > 1) expectEqualForms('LabRowDivergence', { teacher, student }, { floor }, [losses]);
    if (columns > 1) expectEqualForms('LabRowDivergenceGradient', { dy, teacher, student }, { floor }, [gradient]);
    else expect([...run('LabRowDivergence', { teacher, student }, { floor })[0]!.dataSync()]).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  it('is exactly 0 for equal scores, and counts −∞ as a masked score', () => {
    const scores = tf.tensor([[1, -Infinity, 3, -Infinity, 0.5], [-Infinity, -Infinity, -Infinity, -Infinity, -Infinity]]);
    const inputs = { teacher: scores, student: scores };
    expect([...run('LabRowDivergence', inputs, { floor: 0 })[0]!.dataSync()]).toEqual([0, 0]);
    expect([...run('LabRowDivergenceGradient', { ...inputs, dy: tf.ones([2]) }, { floor: 0 })[0]!.dataSync()]).toEqual(Array(10).fill(0));
  });

  it('survives scores of any size', () => {
    const [teacher, student] = [tf.tensor([[1e30, -1e30, 0, 2, 3]]), tf.tensor([[9000, 1e4, 9999, 0, -5]])];
    for (const [value] of [run('LabRowDivergence', { teacher, student }, { floor: 0 }), run('LabRowDivergenceGradient', { dy: tf.ones([1]), teacher, student }, { floor: 0 })]) {
      expect(value!.dataSync().every(Number.isFinite)).toBe(true);
    }
  });
});

describe('scoreSquares on SIMD', () => {
  it.each(SHAPES)('equals float64 and the plain form: $batch × $length, $heads heads', (shape) => {
    const { batch, length, heads } = shape;
    const dims = [batch, heads, length, length];
    const [student, teacher, mask, dy] = [random(dims, 0), random(dims, 1), maskOf(shape, true), random(dims.slice(0, 3), 2)];
    const { losses, gradient } = exactSquares(shape, valuesOf(student, teacher, mask, dy));
    expectEqualForms('LabScoreSquares', { student, teacher, mask }, {}, [losses]);
    expectEqualForms('LabScoreSquaresGradient', { dy, student, teacher, mask }, {}, [gradient]);
  });

  it('leaves masked scores out, −∞ too', () => {
    const [student, teacher] = [tf.tensor([[[[1, -Infinity], [5, -Infinity]]]]), tf.tensor([[[[3, -1e4], [2, -1e4]]]])];
    const mask = tf.tensor([[1, 0]]);
    expect([...run('LabScoreSquares', { student, teacher, mask })[0]!.dataSync()]).toEqual([4, 0]);
    expect([...run('LabScoreSquaresGradient', { dy: tf.ones([1, 1, 2]), student, teacher, mask })[0]!.dataSync()]).toEqual([-4, 0, 0, 0]);
  });
});

describe('relationDivergence on SIMD', () => {
  it.each(SHAPES.flatMap((shape) => [{ ...shape, teacherSize: shape.size }, { ...shape, teacherSize: 3 }]))('equals float64 and the plain form: $batch × $length, $heads heads of $size and $teacherSize', (shape) => {
    const { batch, length, heads, size, teacherSize } = shape;
    const [student, teacher, mask, dy] = [random([batch, heads, length, size], 0), random([batch, heads, length, teacherSize], 1), maskOf(shape, true), random([batch, heads, length], 2)];
    const { losses, gradient } = exactRelations({ batch, heads, length, studentSize: size, teacherSize }, valuesOf(student, teacher, mask, dy));
    if (length > 1) expectEqualForms('LabRelationDivergence', { student, teacher, mask }, {}, [losses]);
    if (length > 1) expectEqualForms('LabRelationDivergenceGradient', { dy, student, teacher, mask }, {}, [gradient]);
    else expect(run('LabRelationDivergence', { student, teacher, mask })[0]!.dataSync().every((loss) => loss === 0)).toBe(true);
  });

  it('stays finite for a text of padding alone, and is 0 for equal models', () => {
    const [student, mask] = [random([2, 3, 7, 5], 0), tf.tensor([[1, 1, 1, 1, 1, 0, 0], Array<number>(7).fill(0)])];
    const inputs = { student, teacher: student, mask, dy: tf.ones([2, 3, 7]) };
    for (const name of ['LabRelationDivergence', 'LabRelationDivergenceGradient']) expect(run(name, inputs)[0]!.dataSync().every((value) => value === 0)).toBe(true);
    const [other] = run('LabRelationDivergenceGradient', { ...inputs, teacher: random([2, 3, 7, 11], 1) });
    expect(other!.dataSync().every(Number.isFinite)).toBe(true);
  });
});

const CORRECTED = { threshold: 1e-12, floor: 1e-12, added: 0 };
const RELEASED = { threshold: -1, floor: 1e-24, added: 1e-8 };

/** Every vector has three elements or more: the gradient of two, whose correlation is 1 or −1, is nothing but rounding. */
describe('attentionCorrelation on SIMD', () => {
  it.each([{ batch: 5, length: 3, heads: 7 }, { batch: 7, length: 5, heads: 3 }, { batch: 11, length: 13, heads: 5 }, { batch: 7, length: 37, heads: 3 }].flatMap((shape) => [{ ...shape, bounds: CORRECTED, padded: true }, { ...shape, bounds: RELEASED, padded: false }]))(
    'equals float64 and the plain form: $batch × $length, $heads heads, floor $bounds.floor',
    ({ bounds, padded, ...shape }) => {
      const { batch, heads, length } = shape;
      const dims = [batch, heads, length, length];
      const mask = tf.tensor(Float32Array.from({ length: batch * length }, (_, n) => Number(!padded || n % length < length - (Math.floor(n / length) % 2))), [batch, length]);
      const [student, teacher, dy] = [random(dims, 0), random(dims, 1), tf.tensor1d([0.3, -1.7, 2, 0.9])];
      const { losses, counts, gradient } = exactCorrelation(shape, bounds, valuesOf(student, teacher, mask, dy));
      expectEqualForms('LabAttentionCorrelation', { student, teacher, mask }, bounds, [losses, counts]);
      expectEqualForms('LabAttentionCorrelationGradient', { dy, student, teacher, mask, numbers: tf.tensor1d(counts) }, bounds, [gradient]);
    },
  );

  it('is 0 for equal models, and finite where nothing can be correlated', () => {
    const [scores, mask] = [random([3, 2, 5, 5], 0), tf.tensor2d([[1, 1, 1, 0, 0], [1, 0, 0, 0, 0], [0, 0, 0, 0, 0]])];
    const [losses, numbers] = run('LabAttentionCorrelation', { student: scores, teacher: scores, mask }, CORRECTED);
    expect([...losses!.dataSync()].every((loss) => Math.abs(loss) < 1e-6)).toBe(true);
    expect([...numbers!.dataSync()]).toEqual([6, 6, 10, 2]);
    const [flat] = run('LabAttentionCorrelation', { student: scores, teacher: tf.zeros([3, 2, 5, 5]), mask }, CORRECTED);
    expect([...flat!.dataSync()]).toEqual([0, 0, 0, 0]);
    for (const bounds of [CORRECTED, RELEASED]) {
      const [gradient] = run('LabAttentionCorrelationGradient', { dy: tf.ones([4]), student: tf.fill([3, 2, 5, 5], -Infinity), teacher: scores, mask, numbers: numbers! }, bounds);
      expect(gradient!.dataSync().every(Number.isFinite)).toBe(true);
    }
  });
});

describe('bankProducts on SIMD', () => {
  it.each([[2, 3, 5, 7], [3, 1, 1, 13], [5, 11, 13, 17], [7, 101, 128, 31]] as const)('equals float64 and the plain form: %i vectors with %i rows each of %i values, of %i', (batch, columns, width, count) => {
    const rows = tf.tensor2d(Int32Array.from({ length: batch * columns }, (_, n) => integer(key(2, 'init'), n, count)), [batch, columns], 'int32');
    const [vectors, bank, dy] = [random([batch, width], 0), random([count, width], 1), random([batch, columns], 2)];
    const { products, gradient } = exactBankProducts([batch, columns, width], valuesOf(vectors, bank, rows, dy));
    expectEqualForms('LabBankProducts', { vectors, bank, rows }, {}, [products]);
    expectEqualForms('LabBankProductsGradient', { dy, bank, rows }, {}, [gradient]);
  });
});
