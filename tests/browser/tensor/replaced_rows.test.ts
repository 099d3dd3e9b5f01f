import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { LabWebGPUBackend } from '../../../src/tensor/backends/webgpu.ts';
import { changed } from '../../../src/tensor/kernels/bank_rows.ts';
import { replaceRows, restoreRows } from '../../../src/tensor/plan/replaced_rows.ts';
import * as tf from '../../../src/tensor/tf.ts';
import { openPoisoned, random } from './gpu_harness.ts';

let checkFaults = () => {};
beforeAll(async () => ({ checkFaults } = await openPoisoned()));
afterEach(() => checkFaults());

const gpu = () => tf.backend() as LabWebGPUBackend;
const bitsOf = async (tensor: tf.Tensor) => [...new Uint32Array(Float32Array.from(await tensor.data<'float32'>()).buffer)];

const CASES = [
  { n: 101, width: 13, rows: [7, 0, 100, 53, 11] },
  { n: 3, width: 1, rows: [2] },
  { n: 211, width: 67, rows: [5, 17, 5, 210, 17, 5, 3] },
] as const;

describe('rows replaced in place on WebGPU', () => {
  it.each(CASES)('are those of the plain form, and no others: $rows of $n', async ({ n, width, rows }) => {
    const [before, values] = [random([n, width], 0), random([rows.length, width], 1)];
    const bank = tf.mul(before, 1);
    const kept = await bitsOf(before);
    const last = [...rows.keys()].filter((b) => !rows.slice(b + 1).some((row) => row === rows[b]));
    const plain = changed(before, { rows: tf.tensor1d(last.map((b) => rows[b]!), 'int32'), values: tf.gather(values, tf.tensor1d(last, 'int32')) });
    const replaced = replaceRows(gpu(), bank, { rows: tf.tensor1d([...rows], 'int32'), values });
    const got = await bitsOf(bank);
    expect(got).toEqual(await bitsOf(plain));
    for (let j = 0; j < n; j++) expect(got.slice(j * width, (j + 1) * width).join() === kept.slice(j * width, (j + 1) * width).join()).toBe(!rows.some((row) => row === j));
    expect((await replaced.old.data()).every(Number.isFinite)).toBe(true);
    for (const scale of [0, 0.5]) restoreRows(gpu(), tf.tensor1d([scale, 3]), replaced);
    expect(await bitsOf(bank)).toEqual(got);
    restoreRows(gpu(), tf.tensor1d([-1, 3]), replaced);
    expect(await bitsOf(bank)).toEqual(kept);
  });

  it('come back through several changes, the last one first', async () => {
    const bank = tf.mul(random([31, 5], 2), 1);
    const kept = await bitsOf(bank);
    const changes = [[3, 29, 8], [8, 3, 30], [3, 1]].map((rows, i) => replaceRows(gpu(), bank, { rows: tf.tensor1d(rows, 'int32'), values: random([rows.length, 5], 3 + i) }));
    expect(await bitsOf(bank)).not.toEqual(kept);
    for (const change of changes.reverse()) restoreRows(gpu(), tf.tensor1d([-1]), change);
    expect(await bitsOf(bank)).toEqual(kept);
  });
});
