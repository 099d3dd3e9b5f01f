import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as tf from '../../src/tensor/tf.ts';
import '../../src/tensor/kernels/activation.ts';
import { adamWPlain, adamWUpdate } from '../../src/tensor/kernels/adamw.ts';
import { dropoutMask } from '../../src/tensor/kernels/dropout.ts';
import { squareNorm, squareNormPlain } from '../../src/tensor/kernels/square_norm.ts';
import { open } from './backends.ts';
import { expectEqualForms, poisonMemory, random, relativeL2, run } from './wasm_harness.ts';

let checkFences = () => {};
beforeAll(async () => {
  await open('wasm');
  checkFences = poisonMemory();
});
afterEach(() => checkFences());

const SIZES = [1, 2, 3, 4, 5, 7, 13, 31, 1021];
/** Φ(x) in float64: Simpson's rule on φ from 0 to x. */
function cdf(x: number): number {
  const n = 400;
  const h = x / n;
  let sum = 0;
  for (let i = 0; i <= n; i++) sum += (i === 0 || i === n ? 1 : i % 2 ? 4 : 2) * Math.exp((-i * h * i * h) / 2);
  return 0.5 + (sum * h) / 3 / Math.sqrt(2 * Math.PI);
}

const ROOT = Math.sqrt(2 / Math.PI);
const EXACT: Record<string, { value(x: number): number; derivative(x: number): number }> = {
  gelu: { value: (x) => x * cdf(x), derivative: (x) => cdf(x) + (x * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI) },
  gelu_new: {
    value: (x) => 0.5 * x * (1 + Math.tanh(ROOT * (x + 0.044715 * x ** 3))),
    derivative: (x) => {
      const t = Math.tanh(ROOT * (x + 0.044715 * x ** 3));
      return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * ROOT * (1 + 3 * 0.044715 * x * x);
    },
  },
  relu: { value: (x) => Math.max(x, 0), derivative: (x) => (x > 0 ? 1 : 0) },
};

describe.each(Object.keys(EXACT))('%s on SIMD', (kind) => {
  it.each(SIZES)('equals float64 and the plain form on %i values', (size) => {
    const [x, dy] = [random([size], 0, 2), random([size], 1)];
    const [xs, ds] = [x.dataSync(), dy.dataSync()];
    expectEqualForms('LabActivation', { x }, { kind }, [Array.from(xs, EXACT[kind]!.value)]);
    expectEqualForms('LabActivationGradient', { dy, x }, { kind }, [Array.from(xs, (v, i) => ds[i]! * EXACT[kind]!.derivative(v))]);
  });

  it('is right far out and at zero', () => {
    const x = [-1000, -40, -15, -1e-20, -0, 0, 1e-20, 15, 40, 1000];
    const y = run('LabActivation', { x: tf.tensor(x) }, { kind })[0]!.dataSync();
    const slope = run('LabActivationGradient', { dy: tf.ones([x.length]), x: tf.tensor(x) }, { kind })[0]!.dataSync();
    x.forEach((v, i) => {
      expect(Math.abs(y[i]! - Math.fround(Math.abs(v) < 1 ? v * EXACT[kind]!.derivative(v) : Math.max(v, 0)))).toBeLessThanOrEqual(1e-6 * Math.abs(v));
      expect(slope[i]).toBeCloseTo(Math.abs(v) < 1 ? EXACT[kind]!.derivative(v) : v > 0 ? 1 : 0, 6);
    });
  });
});

describe('dropout on SIMD', () => {
  it.each(SIZES)('draws the very mask of the counter on %i values', (size) => {
    for (const key of [0, 5, 0x7fffffff, 0xfedcba98]) {
      const attrs = { rate: 0.1, key };
      expect(run('LabDropout', { x: tf.ones([size]) }, attrs)[0]!.dataSync()).toEqual(dropoutMask(size, attrs));
    }
  });

  it('equals the plain form', () => expectEqualForms('LabDropout', { x: random([3, 7, 5], 2) }, { rate: 0.7, key: 3 }));
});

describe('AdamW on SIMD', () => {
  it.each(SIZES)('equals the plain form after three updates of %i values', (size) => {
    const slots = [0, 1].map(() => ({ parameter: tf.variable(random([size], 0)), m: tf.variable(tf.zeros([size])), v: tf.variable(tf.zeros([size])) }));
    for (let t = 1; t <= 3; t++) {
      const gradient = random([size], 10 + t, 0.1);
      const step = { lr: 0.01, beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0.1, correction1: 1 - 0.9 ** t, correction2: 1 - 0.999 ** t, scale: 0.7 };
      adamWUpdate(slots[0]!, gradient, step);
      adamWUpdate(slots[1]!, gradient, step, adamWPlain);
    }
    for (const part of ['parameter', 'm', 'v'] as const) {
      expect(relativeL2(slots[0]![part].dataSync(), slots[1]![part].dataSync())).toBeLessThan(2e-6);
    }
    expect(relativeL2(slots[0]!.parameter.dataSync(), random([size], 0).dataSync())).toBeGreaterThan(1e-3);
  });
});

describe('squareNorm on SIMD', () => {
  it('adds the squares of all tensors, whatever their sizes', () => {
    const tensors = SIZES.map((size, i) => random([size], i));
    const exact = tensors.flatMap((t) => [...t.dataSync()]).reduce((sum, x) => sum + x * x, 0);
    expect(squareNorm(tensors).shape).toEqual([]);
    expect(squareNorm(tensors).dataSync()[0]! / exact).toBeCloseTo(1, 6);
    expect(squareNormPlain(tensors).dataSync()[0]! / exact).toBeCloseTo(1, 5);
  });

  it('is not finite when one value is not', () => {
    expect(squareNorm([random([5], 0), tf.tensor([1, NaN, 2])]).dataSync()[0]).toBeNaN();
    expect(squareNorm([tf.tensor([1, 2, 3, 4, 5, -Infinity])]).dataSync()[0]).toBe(Infinity);
  });
});
