import { expect, it } from 'vitest';
import { runBench } from '../../../src/lab/objective_bench/bench.ts';
import { openBackend } from '../../../src/tensor/backends/open.ts';
import * as tf from '../../../src/tensor/tf.ts';
import { smallScene } from '../../lab/objective_bench/small_scene.ts';

it('finds the gradients of the GPU to be those of their losses, and frees what it made', async () => {
  const faults: string[] = [];
  await openBackend({ choice: 'webgpu', onFault: (fault) => faults.push(fault.message) });
  const before = tf.memory().numTensors;
  const { rows, refused } = await runBench(smallScene(), ['kd', 'minilm', 'masked_lm'], { now: () => performance.now(), tell: () => undefined, gate: async () => undefined });
  expect([faults, refused]).toEqual([[], []]);
  for (const { objective, check, bytes } of rows) {
    expect(check, objective).toMatchObject({ passed: true });
    expect(bytes).toBeGreaterThan(0);
  }
  expect(tf.memory().numTensors).toBe(before);
});
