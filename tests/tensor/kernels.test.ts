import { beforeAll, describe, expect, it } from 'vitest';
import * as tf from '../../src/tensor/tf.ts';
import { key, normal } from '../../src/random/counter.ts';
import { activation, type ActivationName } from '../../src/tensor/kernels/activation.ts';
import { attention, attentionScores } from '../../src/tensor/kernels/attention.ts';
import { crossEntropy } from '../../src/tensor/kernels/cross_entropy.ts';
import { dropout } from '../../src/tensor/kernels/dropout.ts';
import { layerNorm } from '../../src/tensor/kernels/layer_norm.ts';
import { linear } from '../../src/tensor/kernels/linear.ts';
import { idIndex, lookup } from '../../src/tensor/kernels/lookup.ts';
import { NODE_BACKENDS, open } from './backends.ts';

/** Standard normal values, a function of the stream index alone. */
const random = (shape: number[], index: number): tf.Tensor => {
  const k = key(7, 'init', index);
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(Float32Array.from({ length: size }, (_, i) => normal(k, i)), shape);
};

/** Σ y∘c with fixed c: a scalar whose gradient reaches every output element. */
const weigh = (y: tf.Tensor): tf.Scalar => tf.sum(tf.mul(y, random(y.shape, 99)));

/** Largest difference between the tape's gradient and central differences, relative to the largest gradient. */
function gradientError(f: (...xs: tf.Tensor[]) => tf.Scalar, xs: tf.Tensor[], step = 0.01): number {
  const exact = tf.grads(f)(xs);
  const value = (at: tf.Tensor[]) => f(...at).dataSync()[0]!;
  let worst = 0;
  xs.forEach((x, which) => {
    const data = x.dataSync();
    const gradient = exact[which]!.dataSync();
    const largest = Math.max(...gradient.map(Math.abs), 0.1);
    for (let i = 0; i < data.length; i++) {
      const moved = (by: number) => {
        const copy = Float32Array.from(data);
        copy[i]! += by;
        return xs.map((other, j) => (j === which ? tf.tensor(copy, x.shape) : other));
      };
      const difference = (value(moved(step)) - value(moved(-step))) / (2 * step);
      worst = Math.max(worst, Math.abs(difference - gradient[i]!) / largest);
    }
  });
  return worst;
}

describe.each(NODE_BACKENDS)('kernels on %s', (backend) => {
  beforeAll(() => open(backend));

  it('linear is x·Wᵀ + b, with its gradients', () => {
    const y = linear(tf.tensor([[1, 2, 3]]), tf.tensor([[1, 0, -1], [2, 1, 0]]), tf.tensor([10, 20]));
    expect([...y.dataSync()]).toEqual([8, 24]);
    expect(gradientError((x, w, b) => weigh(linear(x!, w!, b!)), [random([5, 3], 0), random([7, 3], 1), random([7], 2)])).toBeLessThan(2e-3);
  });

  it('layerNorm gives mean β and deviation γ, with its gradients', () => {
    const y = layerNorm(random([3, 7], 3), tf.fill([7], 2), tf.fill([7], 5), 1e-12);
    const { mean, variance } = tf.moments(y, -1);
    for (const m of mean.dataSync()) expect(m).toBeCloseTo(5, 5);
    for (const v of variance.dataSync()) expect(v).toBeCloseTo(4, 4);
    const f = (x: tf.Tensor, g: tf.Tensor, b: tf.Tensor) => weigh(layerNorm(x, g, b, 1e-12));
    expect(gradientError(f as never, [random([3, 7], 4), random([7], 5), random([7], 6)])).toBeLessThan(5e-3);
  });

  it.each(['gelu', 'gelu_new', 'relu'] as ActivationName[])('%s has the derivative of its value', (kind) => {
    const x = tf.tensor([-3.1, -1.3, -0.4, 0.2, 0.9, 2.7]);
    expect(gradientError((t) => weigh(activation(t!, kind)), [x])).toBeLessThan(2e-3);
  });

  it('gelu has its known values', () => {
    const y = activation(tf.tensor([-1, 0, 1, 2]), 'gelu').dataSync();
    [-0.15865525, 0, 0.8413447, 1.9544997].forEach((expected, i) => expect(y[i]).toBeCloseTo(expected, 6));
  });

  it('attention ignores padded keys, keeps its gradients, and repeats its dropout', () => {
    const shape = { batch: 2, length: 3, heads: 5 };
    const mask = tf.tensor([[1, 1, 1], [1, 1, 0]]);
    const xs = [random([6, 35], 7), random([6, 35], 8), random([6, 35], 9)];
    const [q, k, v] = xs as [tf.Tensor, tf.Tensor, tf.Tensor];
    const moved = tf.add(k, tf.mul(tf.tensor([0, 0, 0, 0, 0, 9], [6, 1]), tf.ones([6, 35])));
    const run = (kk: tf.Tensor, rate = 0) => attention(q, kk, v, mask, { ...shape, rate, key: 11 });
    expect([...run(moved).dataSync().slice(105, 175)]).toEqual([...run(k).dataSync().slice(105, 175)]);
    for (const rate of [0, 0.3]) {
      const f = (a: tf.Tensor, b: tf.Tensor, c: tf.Tensor) => weigh(attention(a, b, c, mask, { ...shape, rate, key: 11 }));
      expect(gradientError(f as never, xs)).toBeLessThan(5e-3);
    }
    expect([...run(k, 0.3).dataSync()]).toEqual([...run(k, 0.3).dataSync()]);
    expect(attentionScores(q, k, mask, shape).shape).toEqual([2, 5, 3, 3]);
  });

  it('crossEntropy is −log softmax, with its gradient', () => {
    const labels = tf.tensor1d([2, 0, 1, 2, 0], 'int32');
    const loss = crossEntropy(tf.tensor([[0, 0, 0]]), tf.tensor1d([1], 'int32'));
    expect(loss.dataSync()[0]).toBeCloseTo(Math.log(3), 6);
    expect(gradientError((z) => weigh(crossEntropy(z!, labels)), [random([5, 3], 10)])).toBeLessThan(2e-3);
  });

  it('lookup reads rows, and its gradient adds repeated ids', () => {
    const index = idIndex(Int32Array.from([4, 1, 4, 0, 4]), 7);
    const w = random([7, 3], 11);
    expect([...lookup(w, index).dataSync().slice(0, 3)]).toEqual([...w.dataSync().slice(12, 15)]);
    const dw = tf.grad((t) => tf.sum(tf.mul(lookup(t, index), tf.tensor([1, 2, 4, 8, 16], [5, 1]))))(w).dataSync();
    expect([0, 1, 2, 3, 4, 5, 6].map((row) => dw[row * 3])).toEqual([8, 2, 0, 0, 21, 0, 0]);
  });

  it('lookup names a token id outside the vocabulary', () => {
    expect(() => idIndex(Int32Array.from([0, 7]), 7)).toThrow('token id 7 at position 1');
    expect(() => idIndex(Int32Array.from([-1]), 7)).toThrow('token id -1 at position 0');
  });

  it('dropout drops the asked share, keeps the mean and masks its gradient alike', () => {
    const x = tf.ones([101, 103]);
    const y = dropout(x, { rate: 0.3, key: 5 }).dataSync();
    const dropped = y.filter((value) => value === 0).length / y.length;
    expect(dropped).toBeGreaterThan(0.28);
    expect(dropped).toBeLessThan(0.32);
    const dx = tf.grad((t) => tf.sum(dropout(t, { rate: 0.3, key: 5 })))(x).dataSync();
    expect([...dx]).toEqual([...y]);
    expect(dropout(x, { rate: 0, key: 5 })).toBe(x);
  });
});
