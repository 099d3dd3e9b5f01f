/**
 * One experiment as a typed, versioned JSON value: what the page edits, the command line builds and a run stores.
 *
 * Field names are those of Hugging Face's `TrainingArguments` and of the paper's command lines.
 */

export const RECIPE_VERSION = 1;

export type BackendName = 'webgpu' | 'wasm' | 'webgl' | 'cpu';
export type BackendChoice = 'auto' | BackendName;

/** Where the rows of a task come from. */
export type DataSource =
  | { readonly kind: 'mini-glue'; readonly seed: number; readonly train_rows: number; readonly dev_rows: number }
  /** GLUE folder: `train.tsv` and `dev.tsv` below an address, or files that the person gave to the page. */
  | { readonly kind: 'folder'; readonly name: string; readonly url?: string };

/** Where a teacher comes from. `scratch` trains one from random weights on the task's own rows. */
export type ModelSource =
  | { readonly kind: 'bundled'; readonly name: string }
  | { readonly kind: 'folder'; readonly name: string; readonly url?: string }
  | { readonly kind: 'stored'; readonly run: string }
  | { readonly kind: 'scratch'; readonly num_hidden_layers: number; readonly hidden_size: number };

/** How the student begins: layers of the teacher (0-based, student layer j := teacher layer init[j]), or random. */
export type StudentInit = { readonly kind: 'layers'; readonly layers: readonly number[] } | { readonly kind: 'random' };

export interface TrainingArguments {
  readonly seed: number;
  readonly num_train_epochs: number;
  /** Overrides the epochs when it is above 0. */
  readonly max_steps: number;
  readonly per_device_train_batch_size: number;
  readonly max_seq_length: number;
  readonly learning_rate: number;
  readonly weight_decay: number;
  readonly warmup_ratio: number;
  /** 0 switches clipping off. */
  readonly max_grad_norm: number;
  readonly adam_beta1: number;
  readonly adam_beta2: number;
  readonly adam_epsilon: number;
  /** Steps between evaluations on the dev rows; 0 evaluates at the end only. */
  readonly eval_steps: number;
}

/** One term of the loss: an objective of `distill/objectives` by name, with its weight and its own parameters. */
export interface ObjectiveTerm {
  readonly name: string;
  readonly weight: number;
  readonly parameters: Readonly<Record<string, number>>;
}

export interface Recipe {
  readonly version: typeof RECIPE_VERSION;
  /**
   * `distill`: teacher, distilled student and every baseline; `finetune`: one model on one task; `pretrain`: masked
   * language modelling on the corpus of the mini-GLUE grammar (`task` and `student` have no meaning there).
   */
  readonly kind: 'distill' | 'finetune' | 'pretrain';
  readonly name: string;
  readonly task: string;
  readonly data: DataSource;
  /** Folder with tokenizer files; undefined takes the teacher's own. */
  readonly tokenizer?: ModelSource;
  /** The teacher, or for `finetune` the model to start from. */
  readonly teacher: ModelSource;
  readonly student: { readonly num_hidden_layers: number; readonly init: StudentInit };
  readonly objectives: readonly ObjectiveTerm[];
  readonly training: TrainingArguments;
  /** Train and score the baselines beside the distilled student. */
  readonly baselines: boolean;
  readonly backend: BackendChoice;
}
