/** Changes of some rows of a memory bank. */
import * as tf from '../tf.ts';

/** New rows of a bank [n, E], the other rows of which stay: rows [B] or [B, 1] int32, values [B, E]; of equal rows the last counts. */
export interface BankRows {
  readonly rows: tf.Tensor;
  readonly values: tf.Tensor;
}

/** A tensor as it is to be from now on: the whole of it, or some of its rows. */
export type Change = tf.Tensor | BankRows;

/** The tensors of a change. */
export const changeTensors = (change: Change): tf.Tensor[] => ('rows' in change ? [change.rows, change.values] : [change]);

/**
 * What a tensor is after a change: the tensor that was given, or a copy of the bank with the new rows.
 *
 *   y_j = values_b for the last b with rows_b = j, else bank_j
 *
 * On WebGPU a recorded step writes the rows in place instead (`plan/replaced_rows.ts`). tfjs's CPU kernel writes into the
 * tensor that it is given, so that it is given a copy.
 */
export function changed(before: tf.Tensor, change: Change): tf.Tensor {
  if (!('rows' in change)) return change;
  return tf.tidy(() => tf.tensorScatterUpdate(tf.add(before, 0), tf.reshape(change.rows, [-1, 1]), change.values));
}
