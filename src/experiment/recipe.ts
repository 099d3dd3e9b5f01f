/**
 * One experiment as a typed, versioned JSON value: what the page edits, the command line builds and a run stores.
 *
 * Field names are those of Hugging Face's `TrainingArguments` and of the paper's command lines.
 */
import type { TableChoice } from '../data/table_choice.ts';
import type { TaskSpec } from '../data/task.ts';
import type { Fidelity, ModelConfig } from '../model/config.ts';
import type { ProjectionOptions } from '../distill/objective.ts';
import type { OptimizationArguments } from '../train/optimization.ts';

export const RECIPE_VERSION = 2;

export type BackendName = 'webgpu' | 'wasm' | 'webgl' | 'cpu';
export type BackendChoice = 'auto' | BackendName;

/** Where the rows of a task come from. */
export type DataSource =
  | { readonly kind: 'mini-glue'; readonly seed: number; readonly train_rows: number; readonly dev_rows: number }
  /**
   * Tables of a task below an address, or that the person gave to the page; by the names of files and columns, or as `TableChoice` says.
   * On text: files of samples; with `samples` those of the set that the browser keeps under this id.
   */
  | ({ readonly kind: 'folder'; readonly name: string; readonly url?: string; readonly samples?: string } & TableChoice);

/** What a model with random weights may have otherwise than the default or its teacher; the names are those of `config.json`. */
export type Architecture = Partial<Pick<ModelConfig, 'num_attention_heads' | 'intermediate_size' | 'hidden_act' | 'encoder_ln_mode' | 'layernorm_embedding' | 'hidden_dropout_prob' | 'attention_probs_dropout_prob' | 'initializer_range'>>;

/** Where a teacher comes from. `scratch` trains one from random weights on the task's own rows. */
export type ModelSource =
  | { readonly kind: 'bundled'; readonly name: string }
  /** With `samples`, for a tokenizer alone: the one that the kept set of samples of this id was made with. */
  | { readonly kind: 'folder'; readonly name: string; readonly url?: string; readonly samples?: string }
  | { readonly kind: 'stored'; readonly run: string }
  | { readonly kind: 'scratch'; readonly num_hidden_layers: number; readonly hidden_size: number; readonly architecture?: Architecture };

/** Parts of a model that a student may take over beside its layers. */
export type InitPart = 'embeddings' | 'masked-lm' | 'classifier';

/**
 * How the student begins.
 *
 * `layers`: student layer j := layer layers[j] of the teacher, or of `from` (0-based), with the named parts; embeddings
 * and masked-LM head when none are named, as in the reference. `checkpoint`: the whole of another model of its own shape.
 */
export type StudentInit =
  | { readonly kind: 'layers'; readonly layers: readonly number[]; readonly from?: ModelSource; readonly parts?: readonly InitPart[] }
  | { readonly kind: 'checkpoint'; readonly from: ModelSource }
  | { readonly kind: 'random' };

/** How steps run on WebGPU (docs/engine.md); elsewhere they run operation by operation. */
export type StepExecution = 'auto' | 'plan' | 'tape' | 'check';

/** `phases`: after as many passes as `validation_epochs` says of the beginning, the middle and the end. */
export type EvaluationStrategy = 'no' | 'steps' | 'epoch' | 'phases';

/** Passes over the rows between two evaluations, by the part of the training; the first pass is followed by one. */
export interface ValidationEpochs {
  readonly begin: number;
  readonly middle: number;
  readonly end: number;
  /** Shares of the training that are its beginning and its end. */
  readonly begin_proportion: number;
  readonly end_proportion: number;
}

/** How long and with what a model is trained; how it is optimised stands in `train/optimization.ts`. */
export interface TrainingArguments extends OptimizationArguments {
  readonly seed: number;
  readonly num_train_epochs: number;
  /** Overrides the epochs when it is above 0. */
  readonly max_steps: number;
  readonly per_device_train_batch_size: number;
  readonly max_seq_length: number;
  /** Steps between evaluations on the tuning rows; 0 evaluates at the end only. */
  readonly eval_steps: number;
  /** When a model in training is scored on the tuning rows: every `eval_steps`, which is the default, after each pass, or never. */
  readonly evaluation_strategy?: EvaluationStrategy;
  /** A training ends after this many evaluations in a row that were no better than its best one; 0 or absent: it does not. */
  readonly early_stopping_patience?: number;
  /** A training ends with the weights of its best evaluation. */
  readonly load_best_model_at_end?: boolean;
  /** What is best: a metric of the task, `combined_score` (their mean), or `loss`, which is the default. */
  readonly metric_for_best_model?: string;
  /** For the evaluation strategy `phases`, which needs it. */
  readonly validation_epochs?: ValidationEpochs;
  /** A stage ends at an evaluation after so many minutes of it whose loss is above the bound. */
  readonly early_stop?: { readonly minutes: number; readonly loss: number };
  /** Hours after which a stage ends, whatever its schedule and its steps. */
  readonly early_exit_time_marker?: number;
  /** Shares of a training after which the model so far is written as a folder, besides the one at its end. */
  readonly finetune_time_markers?: readonly number[];
  /** Every training batch is padded to `max_seq_length`. */
  readonly pad_to_max_length?: boolean;
  /** How steps run on WebGPU: `auto`, which is the default, replays them as `plan` does; `check` runs each both ways and compares. */
  readonly execution?: StepExecution;
  /** At most this many of the first training rows, and of the first dev rows and tuning rows. */
  readonly max_train_samples?: number;
  readonly max_eval_samples?: number;
  /** `distill-text` alone: in half of the batches most tokens become random ones. */
  readonly aug?: boolean;
}

/** One term of the loss: an objective of `distill/objectives` by name, with its weight and its own parameters. */
export interface ObjectiveTerm {
  readonly name: string;
  readonly weight: number;
  readonly parameters: Readonly<Record<string, number>>;
  /** Which layers are compared, as `parseMapping` reads it; the objective's own mapping when absent. */
  readonly mapping?: string;
  /** The projection of a student that is narrower than its teacher; linear when absent. */
  readonly projection?: ProjectionOptions;
  /** Highest learning rate of the tensors that the objective trains itself; the stage's own when absent. */
  readonly learning_rate?: number;
}

/** What a stage may set for itself: all but what decides rows and draws, which is the same in every stage. */
export type StageTraining = Partial<Omit<TrainingArguments, 'seed' | 'max_seq_length' | 'max_train_samples' | 'max_eval_samples'>>;

/**
 * A part of the student's training with a loss, an optimiser and a schedule of its own. The next stage goes on with the
 * weights that it left, and with the batch after its last.
 */
export interface Stage {
  /** e.g. `intermediate`, `prediction`; unique in a recipe. */
  readonly name: string;
  readonly objectives: readonly ObjectiveTerm[];
  /** What differs from the recipe's training arguments. */
  readonly training: StageTraining;
  /** The weights of the stage before that it starts from: the last, or those of the lowest loss on tuning rows. */
  readonly start: 'last' | 'best';
}

/** Which models drop values at random while the student is trained. */
export interface DropoutChoice {
  readonly student: boolean;
  readonly teacher: boolean;
}

/** The student: its depth, its beginning, and its widths where they are not its teacher's. */
export interface StudentChoice {
  readonly num_hidden_layers: number;
  readonly hidden_size?: number;
  readonly num_attention_heads?: number;
  readonly intermediate_size?: number;
  /** Beside the sizes, for a student with random weights. */
  readonly architecture?: Architecture;
  readonly init: StudentInit;
}

export interface Recipe {
  readonly version: typeof RECIPE_VERSION;
  /**
   * `distill`: teacher, distilled student and every baseline on one task; `finetune`: one model on one task; `pretrain`:
   * masked language modelling on the corpus of the mini-GLUE grammar, with next sentences where a stage names them;
   * `distill-text`: teacher and distilled student on that corpus, with words masked. `task` has no meaning on text, where `data.train_rows` counts documents.
   */
  readonly kind: 'distill' | 'distill-text' | 'finetune' | 'pretrain';
  readonly name: string;
  readonly task: string;
  /** A task of one's own tables, in the place of one of GLUE: `task` is `custom` then. */
  readonly own_task?: TaskSpec;
  readonly data: DataSource;
  /** Folder with tokenizer files; undefined takes the teacher's own. */
  readonly tokenizer?: ModelSource;
  /** The teacher, or for `finetune` the model to start from. */
  readonly teacher: ModelSource;
  readonly student: StudentChoice;
  /** How the student is distilled, stage after stage; empty for `finetune`, and for a `pretrain` of masked words alone. */
  readonly stages: readonly Stage[];
  /** Training arguments of every stage, as far as it sets none of its own. */
  readonly training: TrainingArguments;
  /** Objectives as corrected here, or as the reference's code computes them. */
  readonly fidelity: Fidelity;
  readonly dropout: DropoutChoice;
  /** Train and score the baselines beside the distilled student. */
  readonly baselines: boolean;
  readonly backend: BackendChoice;
}

/** The training arguments of a stage. */
export function stageTraining({ training }: Pick<Recipe, 'training'>, stage: Pick<Stage, 'training'>): TrainingArguments {
  return { ...training, ...stage.training };
}

/** Whether a recipe trains on text, where masked words are predicted instead of a task's labels. */
export function isOnText({ kind }: Pick<Recipe, 'kind'>): boolean {
  return kind === 'pretrain' || kind === 'distill-text';
}
