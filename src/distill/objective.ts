import type * as tf from '../tensor/tf.ts';
import type { TapName } from '../model/taps.ts';
import type { Taps } from '../model/taps.ts';

/** What a forward pass of one model gives to the objectives. */
export interface ModelOutputs {
  /** [B, C] */
  readonly logits: tf.Tensor2D;
  readonly taps: Taps;
}

/** Everything that an objective may look at for one batch. */
export interface ObjectiveInputs {
  readonly student: ModelOutputs;
  /** Undefined when no objective of the run needs a teacher. */
  readonly teacher?: ModelOutputs;
  /** Class ids [B], int32. */
  readonly labels: tf.Tensor1D;
}

/** One number that a person may set, with what the page needs to offer it. */
export interface Control {
  readonly name: string;
  readonly label: string;
  readonly initial: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly step: number;
}

/**
 * One way to make a student resemble its teacher, as data: the loop asks what it needs and sums what it gives.
 *
 * A new objective is one file with one of these, one line in `objectives/index.ts`, and one set of reference numbers.
 */
export interface Objective {
  /** File name, recipe value and heading at once, e.g. `kd`. */
  readonly name: string;
  /** The reference's other spellings. */
  readonly aliases: readonly string[];
  readonly title: string;
  /** Formula as plain text, for the page and the docs. */
  readonly formula: string;
  /** Where it comes from: paper section and reference function. */
  readonly source: string;
  readonly needs: { readonly teacherLogits: boolean; readonly studentTaps: readonly TapName[]; readonly teacherTaps: readonly TapName[] };
  readonly controls: readonly Control[];
  /** The loss as named scalar terms; their sum is what is minimised. */
  loss(inputs: ObjectiveInputs, parameters: Readonly<Record<string, number>>): Record<string, tf.Scalar>;
}
