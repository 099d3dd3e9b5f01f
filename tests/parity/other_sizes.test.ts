import { beforeAll, describe, expect, it } from 'vitest';
import { key, integer, normal } from '../../src/random/counter.ts';
import { open } from '../tensor/backends.ts';
import { manifestOf, memoryFolder, named, results, tensorFile, type SmallTensor } from './golden_folders.ts';

/** Sizes that no file of the repository has; the teacher's depth is no multiple of the student's. */
const [B, H, T, D, S, N, C] = [2, 3, 5, 21, 2, 7, 11];
const BLOCK = Math.floor(N / S);
const TEMPERATURE = 3;
const ALPHA = 0.7;

let draws = 0;
const random = (...shape: number[]): SmallTensor => {
  const k = key(41, 'init', draws++);
  return { shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => normal(k, i)) };
};
const scalar = (value: number): SmallTensor => ({ shape: [], data: Float32Array.of(value) });
const like = (tensor: SmallTensor, values: readonly number[]): SmallTensor => ({ shape: tensor.shape, data: Float32Array.from(values) });
const sum = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0);

/** Mean of (x − y)² in float64, and its gradient by x; `keep` turns a value into the one that counts, or 0. */
function meanSquare(x: SmallTensor, y: SmallTensor, keep = (value: number) => value): { value: number; gradient: number[] } {
  const difference = Array.from(x.data, (value, i) => keep(value) - keep(y.data[i]!));
  return { value: sum(difference.map((d) => d * d)) / difference.length, gradient: difference.map((d, i) => (keep(x.data[i]!) === x.data[i]! ? (2 * d) / difference.length : 0)) };
}

const softmax = (row: readonly number[], temperature: number): number[] => {
  const e = row.map((z) => Math.exp(z / temperature));
  return e.map((value) => value / sum(e));
};
const rows = ({ data }: SmallTensor): number[][] => Array.from({ length: B }, (_, b) => [...data.subarray(b * C, (b + 1) * C)]);

/** The inputs of a group of objectives. */
function inputs(): Map<string, SmallTensor> {
  const tensors = new Map<string, SmallTensor>();
  for (const [model, layers] of [['student', S], ['teacher', N]] as const) {
    for (let i = 0; i <= layers; i++) tensors.set(`inputs/${model}.hidden.${i}`, random(B, T, D));
    for (let i = 0; i < layers; i++) {
      const scores = random(B, H, T, T);
      scores.data.forEach((_, at) => at % T === T - 1 && (scores.data[at] = -Infinity));
      tensors.set(`inputs/${model}.scores.${i}`, scores);
    }
    tensors.set(`inputs/${model}.logits`, random(B, C));
  }
  tensors.set('inputs/labels', { shape: [B], data: Int32Array.from({ length: B }, (_, b) => integer(key(5, 'init', 1), b, C)) });
  return tensors.set('inputs/key_padding_mask', { shape: [B, T], data: Int32Array.from({ length: B * T }, (_, i) => Number(i % T === T - 1)) });
}

/** kd by its formula: sums over the batch, d/dz of the weighted whole. */
function addKd(tensors: Map<string, SmallTensor>): void {
  const [student, teacher] = [tensors.get('inputs/student.logits')!, tensors.get('inputs/teacher.logits')!];
  const labels = tensors.get('inputs/labels')!.data;
  const pairs = rows(student).map((z, b) => ({ z, t: rows(teacher)[b]!, y: labels[b]! }));
  const ce = sum(pairs.map(({ z, y }) => -Math.log(softmax(z, 1)[y]!)));
  const kd = TEMPERATURE ** 2 * sum(pairs.flatMap(({ z, t }) => softmax(t, TEMPERATURE).map((p, c) => p * Math.log(p / softmax(z, TEMPERATURE)[c]!))));
  const gradient = pairs.flatMap(({ z, t, y }) => z.map((_, c) => (1 - ALPHA) * (softmax(z, 1)[c]! - Number(c === y)) + ALPHA * TEMPERATURE * (softmax(z, TEMPERATURE)[c]! - softmax(t, TEMPERATURE)[c]!)));
  tensors.set('expected/kd_other/ce_loss', scalar(ce)).set('expected/kd_other/kd_loss', scalar(kd)).set('expected/kd_other/loss', scalar((1 - ALPHA) * ce + ALPHA * kd));
  tensors.set('grad/kd_other/student.logits', like(student, gradient)).set('expected/kd_other/sample_size', { shape: [], data: Int32Array.of(B) });
}

/** Sums of mean squares over mapped layers, with the gradient of each student tensor. */
function addSquares(tensors: Map<string, SmallTensor>, name: string, kind: string, pairs: readonly (readonly [number, number])[], keep?: (value: number) => number): void {
  const parts = pairs.map(([s, t]) => ({ input: `student.${kind}.${s}`, ...meanSquare(tensors.get(`inputs/student.${kind}.${s}`)!, tensors.get(`inputs/teacher.${kind}.${t}`)!, keep) }));
  tensors.set(`expected/${name}/loss`, scalar(sum(parts.map(({ value }) => value))));
  for (const { input, gradient } of parts) tensors.set(`grad/${name}/${input}`, like(tensors.get(`inputs/${input}`)!, gradient));
}

function group(change: (tensors: Map<string, SmallTensor>) => void = () => undefined) {
  draws = 0;
  const tensors = inputs();
  addKd(tensors);
  addSquares(tensors, 'hidden_mse_learn_skip', 'hidden', Array.from({ length: S + 1 }, (_, i) => [i, i * BLOCK] as const));
  addSquares(tensors, 'hidden_mse_learn_last', 'hidden', [[S, N]]);
  addSquares(tensors, 'att_mse_learn', 'scores', Array.from({ length: S }, (_, i) => [i, i * BLOCK + BLOCK - 1] as const), (score) => (score <= -100 ? 0 : score));
  change(tensors);
  const cases = ['hidden_mse_learn_skip', 'hidden_mse_learn_last', 'att_mse_learn'].map((name) => ({ name }));
  const kd = { name: 'kd_other', options: { tau: TEMPERATURE, alpha: ALPHA } };
  const manifest = manifestOf({ b_task_specific_other: { file: 'other.safetensors', cases: [kd, ...cases], tolerance: 'see top-level tolerance' } });
  return memoryFolder({ 'manifest.json': manifest, 'other.safetensors': tensorFile(tensors) });
}

describe.each(['cpu', 'wasm'] as const)('a folder of other sizes, seeds and options, on %s', (backend) => {
  beforeAll(() => open(backend));

  it('passes when its numbers follow the formulas in float64', async () => {
    const all = await results(group());
    expect(all.flatMap(({ name, why }) => (why === undefined ? [] : [`${name}: ${why}`]))).toEqual([]);
    expect(named(all, 'passed')).toHaveLength(4);
  });

  it('fails when the mapping is another', async () => {
    const shifted = (tensors: Map<string, SmallTensor>) => addSquares(tensors, 'att_mse_learn', 'scores', [[0, BLOCK], [1, N - 1]], (score) => (score <= -100 ? 0 : score));
    expect(named(await results(group(shifted)), 'failed')).toEqual(['b_task_specific_other/att_mse_learn']);
  });
});
