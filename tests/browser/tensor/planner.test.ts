import { expect, it } from 'vitest';
import type { Fault } from '../../../src/fault/fault.ts';
import { openBackend } from '../../../src/tensor/backends/open.ts';
import { bytesOnDevice } from '../../../src/tensor/limits.ts';
import { Planner, recordingBackend } from '../../../src/tensor/plan/planner.ts';
import { NotRecordable } from '../../../src/tensor/plan/recording.ts';
import * as tf from '../../../src/tensor/tf.ts';

it('48 plans are kept, those that were used last', async () => {
  const faults: Fault[] = [];
  await openBackend({ choice: 'webgpu', onFault: (fault) => faults.push(fault) });
  const planner = new Planner<undefined>(recordingBackend()!, 'plan');
  const doubled = async (size: number) => {
    const x = tf.tensor1d(Float32Array.from({ length: size }, (_, i) => i + 0.5));
    const { values } = await planner.run({ key: `${size}`, inputs: [x], draws: [], run: () => ({ read: [tf.tidy(() => tf.add(x, x))], meaning: undefined }) });
    x.dispose();
    return [...values[0]!];
  };
  for (let size = 1; size <= 48; size++) await doubled(size);
  expect(await doubled(3)).toEqual([1, 3, 5]);
  for (let size = 49; size <= 53; size++) await doubled(size);
  const { plans } = planner.report;
  expect(plans).toHaveLength(48);
  expect(plans.map(({ key }) => Number(key))).toEqual([...Array.from({ length: 42 }, (_, i) => i + 7), 3, 49, 50, 51, 52, 53]);
  expect(plans.find(({ key }) => key === '3')!.runs).toBe(2);
  expect(await doubled(1)).toEqual([1]);
  expect(planner.refusals).toEqual([]);
  planner.dispose();
  expect(faults).toEqual([]);
});

it('a program that runs one operation at a time leaves no buffers behind', async () => {
  const faults: Fault[] = [];
  await openBackend({ choice: 'webgpu', onFault: (fault) => faults.push(fault) });
  const planner = new Planner<undefined>(recordingBackend()!, 'tape');
  for (const size of [211, 307, 1009]) {
    const x = tf.tensor1d(new Float32Array(size).fill(1.5));
    const { values } = await planner.run({ key: '', inputs: [x], draws: [], run: () => ({ read: [tf.tidy(() => tf.sum(tf.square(tf.add(x, x))))], meaning: undefined }) });
    expect([...values[0]!]).toEqual([9 * size]);
    const held = bytesOnDevice()!;
    x.dispose();
    expect(held).toBeLessThanOrEqual(4 * size + 16);
  }
  planner.dispose();
  expect(faults).toEqual([]);
});

it('a mistake in a program is told, and not taken for a program that cannot be recorded', async () => {
  await openBackend({ choice: 'webgpu', onFault: (fault) => { throw fault; } });
  const planner = new Planner<undefined>(recordingBackend()!, 'plan');
  const run = () => {
    throw new RangeError('a tap that is not there');
  };
  await expect(planner.run({ key: '', inputs: [], draws: [], run })).rejects.toThrow('a tap that is not there');
  expect(planner.refusals).toEqual([]);
  let traced = false;
  const refusing = () => {
    if (!traced) {
      traced = true;
      throw new NotRecordable('a step that cannot be recorded');
    }
    return { read: [tf.scalar(3)], meaning: undefined };
  };
  expect([...(await planner.run({ key: '', inputs: [], draws: [], run: refusing })).values[0]!]).toEqual([3]);
  expect(planner.refusals).toEqual(['a step that cannot be recorded']);
  planner.dispose();
});
