import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LabWebGPUBackend } from '../../../src/tensor/backends/webgpu.ts';
import { stepNumbers, termNumbers } from '../../../src/tensor/plan/step_numbers.ts';
import * as tf from '../../../src/tensor/tf.ts';
import { total } from '../../tensor/exact.ts';
import { openPoisoned, random } from './gpu_harness.ts';

let checkFaults = () => {};
beforeAll(async () => ({ checkFaults } = await openPoisoned()));
afterEach(() => checkFaults());

const gpu = () => tf.backend() as LabWebGPUBackend;

describe('the numbers of a step on WebGPU', () => {
  it.each([[1, 0.25], [3, 0], [11, 0.25]] as const)('are %i terms and the squared norm, clipped to %f', async (count, max_grad_norm) => {
    const values = Float32Array.from({ length: count }, (_, i) => i * 0.7 - 1);
    const spans = [random([7, 11], 0), random([30011], 1)];
    const exact = (await Promise.all(spans.map((span) => span.data()))).reduce((sum, data) => sum + total(data.length, (i) => data[i]! ** 2), 0);
    const state = tf.tensor1d([7, 41, 0]);
    const numbers = stepNumbers(gpu(), [...values].map((value) => tf.scalar(value)), spans, state, { max_grad_norm, divisor: 3 });
    const read = await numbers.data();
    expect(read.slice(0, count)).toEqual(values);
    expect(Math.abs(read[count]! / exact - 1)).toBeLessThan(1e-6);
    const factor = max_grad_norm > 0 ? max_grad_norm / (Math.sqrt(exact) / 3 + 1e-6) : 1;
    const [scale, updates] = await state.data();
    expect(scale! / (factor / 3)).toBeCloseTo(1, 5);
    expect(updates).toBe(42);
  });

  it.each([[NaN, 1], [-Infinity, 1], [1, NaN], [1, 3e19]])('forbid the update for a term of %f beside a gradient of %f', async (term, gradient) => {
    const state = tf.tensor1d([7, 41, 0]);
    stepNumbers(gpu(), [tf.scalar(0.5), tf.scalar(term)], [tf.fill([13], gradient)], state, { max_grad_norm: 1, divisor: 1 });
    expect([...(await state.data())]).toEqual([-1, 41, 0]);
  });

  it('forbid the update for a term of a micro-batch before that is not finite, until the first one of the next step', async () => {
    const state = tf.tensor1d([7, 41, 0]);
    const step = async (...micros: readonly (readonly number[])[]) => {
      const read: number[][] = [];
      for (const [micro, terms] of micros.entries()) read.push([...(await termNumbers(gpu(), terms.map((value) => tf.scalar(value)), state, micro === 0).data())]);
      expect([...(await stepNumbers(gpu(), [], [tf.fill([13], 2)], state, { max_grad_norm: 0, divisor: 4 }).data())]).toEqual([52]);
      return { read, state: [...(await state.data())] };
    };
    expect(await step([0.5, Infinity], [3, 4])).toEqual({ read: [[0.5, Infinity], [3, 4]], state: [-1, 41, -1] });
    const many = Array.from({ length: 7 }, (_, i) => i + 0.25);
    expect(await step(many, [0.5])).toEqual({ read: [many, [0.5]], state: [0.25, 42, 0] });
    expect(await step([1], [NaN], [2])).toEqual({ read: [[1], [NaN], [2]], state: [-1, 42, -1] });
  });
});
