import { describe, beforeAll, expect, it } from 'vitest';
import { changed, changeTensors } from '../../src/tensor/kernels/bank_rows.ts';
import * as tf from '../../src/tensor/tf.ts';
import { NODE_BACKENDS, open } from './backends.ts';

describe.each(NODE_BACKENDS)('a change of a bank on %s', (backend) => {
  beforeAll(() => open(backend));

  it('is the tensor that was given, or has new rows, and leaves the bank as it was', () => {
    const bank = tf.tensor2d([[1, 2, 3], [4, 5, 6], [7, 8, 9], [10, 11, 12], [13, 14, 15]]);
    const values = tf.tensor2d([[-1, -2, -3], [-4, -5, -6]]);
    const { numTensors } = tf.memory();
    const after = changed(bank, { rows: tf.tensor1d([3, 0], 'int32'), values });
    expect([...after.dataSync()]).toEqual([-4, -5, -6, 4, 5, 6, 7, 8, 9, -1, -2, -3, 13, 14, 15]);
    expect([...bank.dataSync()]).toEqual(Array.from({ length: 15 }, (_, i) => i + 1));
    expect(tf.memory().numTensors).toBe(numTensors + 2);
    expect(changed(bank, after)).toBe(after);
    expect(changeTensors(after)).toEqual([after]);
    expect(changeTensors({ rows: bank, values })).toEqual([bank, values]);
  });
});
