import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as tf from '../../src/tensor/tf.ts';
import '../../src/tensor/kernels/cross_entropy.ts';
import '../../src/tensor/kernels/layer_norm.ts';
import { indexById } from '../../src/tensor/kernels/lookup.ts';
import { integer, key } from '../../src/random/counter.ts';
import { open } from './backends.ts';
import { exactCrossEntropy, exactLayerNorm } from './exact.ts';
import { expectEqualForms, poisonMemory, random, run, runPlain } from './wasm_harness.ts';

let checkFences = () => {};
beforeAll(async () => {
  await open('wasm');
  checkFences = poisonMemory();
});
afterEach(() => checkFences());

const SHAPES = [[1, 2], [2, 3], [3, 1], [3, 4], [5, 7], [7, 13], [13, 31], [67, 5], [131, 64], [3, 1031]] as const;

describe('layerNorm on SIMD', () => {
  it.each(SHAPES)('equals float64 and the plain form at [%i, %i]', (rows, d) => {
    const eps = 1e-5;
    const [x, gamma, beta, dy] = [tf.add(random([rows, d], 0), 3), random([d], 1), random([d], 2), random([rows, d], 3)];
    const [xs, gs, bs, ds] = [x, gamma, beta, dy].map((t) => t.dataSync()) as [Float32Array, Float32Array, Float32Array, Float32Array];
    const { y, gradients } = exactLayerNorm([rows, d], eps, [xs, gs, bs, ds]);
    expectEqualForms('LabLayerNorm', { x, gamma, beta }, { eps }, [y]);
    if (d > 2) expectEqualForms('LabLayerNormGradient', { dy, x, gamma }, { eps }, gradients);
  });

  it('gives rows of one or two values a gradient of nearly nothing', () => {
    for (const d of [1, 2]) {
      const [dx] = run('LabLayerNormGradient', { dy: random([5, d], 4), x: random([5, d], 5), gamma: tf.ones([d]) }, { eps: 1e-12 });
      for (const value of dx!.dataSync()) expect(Math.abs(value)).toBeLessThan(1e-4);
    }
  });
});

describe('crossEntropy on SIMD', () => {
  it.each([...SHAPES, [2, 30522]] as const)('equals float64 and the plain form at [%i, %i]', (rows, classes) => {
    const [logits, dy] = [random([rows, classes], 0, 3), random([rows], 1)];
    const labels = tf.tensor1d(Int32Array.from({ length: rows }, (_, n) => integer(key(1, 'init'), n, classes)), 'int32');
    const [zs, ds, ys] = [logits.dataSync(), dy.dataSync(), labels.dataSync()];
    const { losses, gradient } = exactCrossEntropy([rows, classes], [zs, ys, ds]);
    if (classes > 1) expectEqualForms('LabCrossEntropy', { logits, labels }, {}, [losses]);
    if (classes > 1) expectEqualForms('LabCrossEntropyGradient', { dy, logits, labels }, {}, [gradient]);
    else expect(run('LabCrossEntropy', { logits, labels })[0]!.dataSync()).toEqual(new Float32Array(rows));
  });

  it('survives logits of any size', () => {
    const logits = tf.tensor([[1e30, -1e30, 0], [-200, -100, -300]]);
    const labels = tf.tensor1d([0, 1], 'int32');
    expect([...run('LabCrossEntropy', { logits, labels })[0]!.dataSync()]).toEqual([0, 0]);
  });

  it('takes a label outside the classes as no class', () => {
    const inputs = { dy: random([2], 3), logits: random([2, 5], 2), labels: tf.tensor1d([-1, 5], 'int32') };
    expect([...run('LabCrossEntropy', inputs)[0]!.dataSync()]).toEqual([0, 0]);
    expect(runPlain('LabCrossEntropy', inputs)[0]!.dataSync().every((loss) => loss === 0)).toBe(true);
    expectEqualForms('LabCrossEntropyGradient', inputs);
  });
});

describe('lookup on SIMD', () => {
  it.each([[1, 1, 1], [5, 3, 7], [7, 4, 13], [31, 5, 3], [101, 13, 67]])('%i rows of %i values from a table of %i', (count, d, vocabulary) => {
    const ids = Int32Array.from({ length: count }, (_, n) => integer(key(2, 'init'), n, vocabulary));
    const { order, start } = indexById(ids, vocabulary);
    const inputs = { ids: tf.tensor1d(ids, 'int32'), order: tf.tensor1d(order, 'int32'), start: tf.tensor1d(start, 'int32') };
    const [w, dy] = [random([vocabulary, d], 0), random([count, d], 1)];
    const [ws, ds] = [w.dataSync(), dy.dataSync()];
    expect(run('LabLookup', { w, ...inputs })[0]!.dataSync()).toEqual(Float32Array.from({ length: count * d }, (_, i) => ws[ids[Math.floor(i / d)]! * d + (i % d)]!));
    const dw = new Float32Array(vocabulary * d);
    ids.forEach((id, n) => {
      for (let j = 0; j < d; j++) dw[id * d + j]! += ds[n * d + j]!;
    });
    expect(run('LabLookupGradient', { dy, ...inputs })[0]!.dataSync()).toEqual(dw);
  });
});
