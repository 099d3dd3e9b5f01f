import type { Change } from '../tensor/kernels/bank_rows.ts';
import type * as tf from '../tensor/tf.ts';
import type { Fidelity } from '../model/config.ts';
import type { TapName } from '../model/taps.ts';
import type { LayerMapping } from './layer_mapping.ts';

/** Sizes of one encoder, as objectives see it. */
export interface ModelShape {
  readonly layers: number;
  readonly heads: number;
  readonly hidden_size: number;
}

/** Intermediate tensors of one forward pass, by tap and index: hidden state 0 is the embedding output; all others count layers from 0. */
export interface TapReader {
  at(name: TapName, index: number): tf.Tensor;
}

/** Indices of the taps that are needed, by tap. */
export type TapLayers = Partial<Record<TapName, readonly number[]>>;

/** What a forward pass of one model gives to the objectives. */
export interface ModelOutputs extends ModelShape {
  readonly taps: TapReader;
  /** [B, C]; C = 1 for regression. */
  readonly logits?: tf.Tensor2D;
  /** Masked-LM logits at the M masked positions, [M, V]. */
  readonly maskedLm?: tf.Tensor2D;
  /** Next-sentence logits [B, 2]: class 0 says that the second text follows the first. */
  readonly nextSentence?: tf.Tensor2D;
}

/** A trained projection between two widths; `identity` is linear. */
export interface ProjectionOptions {
  readonly activation: 'identity' | 'tanh' | 'relu' | 'gelu';
}

/** What one term of a run knows before any batch: the loop asks for taps, trainables and memory with it. */
export interface ObjectiveSetting {
  readonly student: ModelShape;
  /** Undefined in a run without a teacher. */
  readonly teacher?: ModelShape;
  /** The term's own mapping, or the objective's. */
  readonly mapping: LayerMapping;
  readonly fidelity: Fidelity;
  /** Numbers by name: the objective's controls and the constants of its released forms; what is missing has its initial value. */
  readonly parameters: Readonly<Record<string, number>>;
  /** Where the student is narrower than its teacher. */
  readonly projection?: ProjectionOptions;
  /** Class ids of every training row; objectives with a memory draw from them. */
  readonly rowLabels?: ArrayLike<number>;
  /** Seed of random mappings and draws. */
  readonly seed: number;
}

/** Everything that an objective may look at for one batch. All tensors are read, none is disposed. */
export interface ObjectiveInputs extends ObjectiveSetting {
  /** 0-based. */
  readonly step: number;
  readonly student: ModelOutputs;
  /** Undefined when no objective of the run needs a teacher. */
  readonly teacher?: ModelOutputs;
  /** Class ids [B] int32, or targets [B] float32 of a regression; of pairs of texts 0 where the second follows the first, else 1. */
  readonly labels: tf.Tensor1D;
  /** [B, T], 1 = real token. */
  readonly mask: tf.Tensor2D;
  /** Original ids at the masked positions, [M] int32; −1 where there is padding. */
  readonly maskedLabels?: tf.Tensor1D;
  /** Where there may be padding: what each masked position counts in a mean, [M]. A sum of losses is one by these then, in released forms too. */
  readonly maskedShares?: tf.Tensor1D;
  /** Index of each batch row among the training rows, [B]. */
  readonly examples?: ArrayLike<number>;
  /** For each batch row its own index and those of its negatives, [B, 1 + K] int32; drawn from seed and step when absent. */
  readonly contrast?: tf.Tensor2D;
  /** The objective's own trained tensors, by the names that `trainables` gave. */
  readonly trained?: ReadonlyMap<string, tf.Tensor>;
  /** The objective's memory, by the names that `memory` gave. */
  readonly memory?: ReadonlyMap<string, tf.Tensor>;
  /** Takes what a memory tensor is from the next step on, or the rows of it that change: tensors that this step made. */
  remember?(name: string, change: Change): void;
}

/** Named scalars; their sum is what is minimised. */
export type Terms = Record<string, tf.Scalar>;

/** A tensor that belongs to an objective rather than to a model. */
export interface TensorSpec {
  readonly name: string;
  readonly shape: readonly number[];
  /** `uniform`: U(−bound, bound); the bound of a dense layer is 1/√(its inputs), as PyTorch begins. */
  readonly initial: { readonly kind: 'uniform'; readonly bound: number } | { readonly kind: 'zeros' };
}

/** One number that a person may set, with what the page needs to offer it. */
export interface Control {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly initial: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly step: number;
}

/** What an objective needs beside intermediate tensors. */
export interface ObjectiveNeeds {
  /** The teacher's predictions: of classes, or of masked words where `maskedLm` is set. */
  readonly teacherLogits: boolean;
  /** Predictions of masked words in the place of classes: the objective is for texts. */
  readonly maskedLm?: true;
  /** Predictions of whether the second of two texts follows the first: the objective is for pairs of texts. */
  readonly nextSentence?: true;
  /** Labels of any kind, or class ids alone; absent for objectives that texts without labels have too. */
  readonly labels?: 'any' | 'classes';
}

/** Intermediate tensors that a step needs of either model. */
export interface TapNeeds {
  readonly student: TapLayers;
  readonly teacher: TapLayers;
}

/**
 * One way to make a student resemble its teacher, as data: the loop asks what it needs and sums what it gives.
 *
 * A new objective is one file with one of these, one line in `objectives/index.ts`, and one set of reference numbers.
 * Corrected losses are means over examples, over real tokens or over real queries. Released ones are what the reference's
 * criterion returns; its trainer then divides every gradient by B, which is the loop's part.
 */
export interface Objective {
  /** File name, recipe value and heading at once, e.g. `kd`. */
  readonly name: string;
  /** The reference's other spellings. */
  readonly aliases: readonly string[];
  readonly title: string;
  /** What the student should do, as one sentence for a person. */
  readonly about: string;
  /** Formula as plain text, for the page and the docs. */
  readonly formula: string;
  /** Where it comes from: paper section and reference function. */
  readonly source: string;
  /** What the fidelity `released` changes; undefined when nothing. */
  readonly released?: string;
  readonly needs: ObjectiveNeeds;
  readonly controls: readonly Control[];
  /** The mapping of a term that names none; undefined for objectives without layers. */
  readonly mapping?: LayerMapping;
  /** Taps of one step (a random mapping changes them); undefined: none. */
  taps?(setting: ObjectiveSetting, step: number): TapNeeds;
  /** Tensors that are trained beside the student. */
  trainables?(setting: ObjectiveSetting): readonly TensorSpec[];
  /** Tensors that are kept from step to step without a gradient. */
  memory?(setting: ObjectiveSetting): readonly TensorSpec[];
  /** What `inputs.contrast` is for a step of these training rows, [B·(1 + K)]: drawn beforehand, so that the loss uploads nothing. */
  contrast?(setting: ObjectiveSetting, step: number, examples: ArrayLike<number>): Int32Array;
  /** The loss of one batch; nothing is read back within. */
  loss(inputs: ObjectiveInputs): Terms;
}
