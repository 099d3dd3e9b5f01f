import { afterEach, beforeAll, expect, it } from 'vitest';
import type { LabWebGPUBackend } from '../../../src/tensor/backends/webgpu.ts';
import { accumulate } from '../../../src/tensor/plan/accumulate.ts';
import { FlatTensors, flatLayout } from '../../../src/tensor/plan/flat.ts';
import * as tf from '../../../src/tensor/tf.ts';
import { openPoisoned, random } from './gpu_harness.ts';

let checkFaults = () => {};
beforeAll(async () => ({ checkFaults } = await openPoisoned()));
afterEach(() => checkFaults());

const SHAPES = { before: [5], sum: [] as number[], behind: [3] };

it.each([[[7, 11]], [[13, 4]], [[1]], [[30011]]])('a gradient of %j is added where the sum lies, and nothing beside it', async (shape) => {
  const gpu = tf.backend() as LabWebGPUBackend;
  const flat = new FlatTensors(gpu, flatLayout(new Map(Object.entries({ ...SHAPES, sum: shape }))), 'test');
  const [before, sum, behind] = [flat.view('before'), flat.view('sum'), flat.view('behind')];
  const [first, second] = [random(shape, 0), random(shape, 1)];
  gpu.copy(first, sum);
  gpu.copy(tf.fill([5], 7), before);
  gpu.copy(tf.fill([3], 9), behind);
  accumulate(gpu, sum, second, 0.625);
  const [a, b, total] = [await first.data(), await second.data(), await sum.data()];
  const error = [...total].reduce((worst, value, i) => Math.max(worst, Math.abs(value - (a[i]! + 0.625 * b[i]!))), 0);
  expect(error).toBeLessThan(1e-6);
  expect([...(await before.data()), ...(await behind.data())]).toEqual([7, 7, 7, 7, 7, 9, 9, 9]);
  accumulate(gpu, sum, second, 1);
  expect([...(await sum.data())]).toEqual([...total].map((value, i) => Math.fround(value + b[i]!)));
});
