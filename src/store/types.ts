/** What the store keeps: run records, checkpoints and cached models. */
import type { Evaluation } from '../experiment/evaluations.ts';
import type { Recipe } from '../experiment/recipe.ts';
import type { DeviceReport, ResultRow, RunState, Arm } from '../experiment/run.ts';

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** One named tensor, row-major; `data` may be a view, only its own elements are stored. */
export interface StoredTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** All that a run needs to go on: the trainer's own JSON and its tensors (parameters and moments). */
export interface Checkpoint {
  /** Fields `arm` and `step`, where present, name the checkpoint in messages. */
  readonly state: JsonValue;
  readonly tensors: readonly StoredTensor[];
}

/** A run as the list of runs shows it; small, and rewritten as the run goes on. */
export interface RunRecord {
  readonly id: string;
  readonly name: string;
  readonly recipe: Recipe;
  readonly state: RunState;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Where the run is: the arm in training, its step, and its number of steps. */
  readonly arm: Arm;
  readonly step: number;
  readonly steps: number;
  readonly rows: readonly ResultRow[];
  /** Scores taken while it trained, so that a reload shows the same curve. */
  readonly evaluations?: readonly Evaluation[];
  readonly backend?: DeviceReport;
  /** Generation of the last checkpoint; 0 before the first. */
  readonly generation: number;
  readonly note?: string;
}

/** A file of a Hugging Face folder that is text, e.g. `tokenizer.json`. */
export interface TextFile {
  readonly name: string;
  readonly text: string;
}

/** A model made here and kept for later runs, e.g. a teacher finetuned on its first use. */
export interface StoredModel {
  /** The model's `config.json`. */
  readonly config: JsonValue;
  readonly tensors: readonly StoredTensor[];
  readonly tokenizerFiles: readonly TextFile[];
}

/** Who owns a set of tensors, or a set of samples, in the store. */
export interface Owner {
  readonly kind: 'run' | 'model' | 'samples';
  readonly id: string;
}
