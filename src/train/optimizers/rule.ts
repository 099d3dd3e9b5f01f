import type * as tf from '../../tensor/tf.ts';
import type { OptimizerArguments, OptimizerName } from '../optimization.ts';

/** A parameter with the optimiser's own tensors for it; all are updated in place. */
export interface Slot {
  readonly parameter: tf.Variable;
  /** By kind, e.g. `m` and `v`. */
  readonly moments: Readonly<Record<string, tf.Variable>>;
}

/** What one update of one parameter depends on beside the gradient. */
export interface UpdateStep {
  readonly lr: number;
  readonly weightDecay: number;
  /** Multiplies the gradient (clipping, averaging). */
  readonly scale: number;
  /** Number of this update, 1-based. */
  readonly t: number;
}

/** A tensor that is kept for a parameter: its kind, e.g. `m`, and its shape. */
export type MomentSpec = readonly [kind: string, shape: readonly number[]];

/** One optimiser as data: which tensors it keeps for a parameter, and how it updates. */
export interface OptimizerRule {
  readonly name: OptimizerName;
  /** Other spellings, those of the reference among them. */
  readonly aliases: readonly string[];
  readonly title: string;
  readonly formula: string;
  readonly source: string;
  /** Whether biases and LayerNorm decay too unless the options say otherwise. */
  readonly decaysAll: boolean;
  /** Kinds and shapes of the tensors kept for a parameter of this shape; they begin at 0. */
  moments(shape: readonly number[], options: OptimizerArguments): readonly MomentSpec[];
  update(slot: Slot, gradient: tf.Tensor, step: UpdateStep, options: OptimizerArguments): void;
}
