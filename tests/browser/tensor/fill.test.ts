import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { filled } from '../../../src/tensor/backends/fill.ts';
import type { LabWebGPUBackend } from '../../../src/tensor/backends/webgpu.ts';
import * as tf from '../../../src/tensor/tf.ts';
import { openPoisoned, random } from './gpu_harness.ts';

let checkFaults = () => {};
beforeAll(async () => ({ checkFaults } = await openPoisoned()));
afterEach(() => checkFaults());

/** A tensor whose values are on the processor still. */
const constant = (values: readonly number[]) => tf.tensor1d(Float32Array.from(values));
const fill = (x: tf.Tensor) => filled(tf.backend() as LabWebGPUBackend, x.dataId);

describe('a tensor of one number', () => {
  it.each([[1024, 0.7], [70_001, -3], [1031, 0]])('of %i elements is filled with %f on the device', async (length, value) => {
    const [x, other] = [constant(Array<number>(length).fill(value)), random([length], 0)];
    expect(fill(x)).toBe(true);
    const [sum, given] = [await tf.add(x, other).data(), await other.data()];
    expect(sum).toEqual(given.map((one) => one + Math.fround(value)));
  });

  it('is left to tfjs where it is small, of several numbers, or there already', async () => {
    const mixed = Array<number>(2048).fill(0.5);
    mixed[2047] = 0.25;
    const x = constant(Array<number>(2048).fill(2));
    expect([fill(constant(Array<number>(1023).fill(1))), fill(constant(mixed)), fill(x), fill(x)]).toEqual([false, false, true, false]);
    const zeros = Array<number>(1024).fill(0);
    zeros[3] = -0;
    expect(fill(constant(zeros))).toBe(false);
  });
});
