/** The options of the reference's `run_glue.py`, under their names: what they mean here, and what is said of those that mean nothing. */
import type { TrainingArguments } from './recipe.ts';
import { boolean, choice, integer, real, text, UsageError, type Option } from './option.ts';
import { OPTIMISATION_OPTIONS } from './optimisation_options.ts';
import { MODEL_HELP, TRAINING_OPTIONS } from './training_options.ts';

/** The training arguments of Hugging Face, which a line without options means. */
export const RUN_GLUE_TRAINING: TrainingArguments = {
  seed: 42,
  num_train_epochs: 3,
  max_steps: 0,
  per_device_train_batch_size: 8,
  max_seq_length: 128,
  learning_rate: 5e-5,
  weight_decay: 0,
  warmup_ratio: 0,
  max_grad_norm: 1,
  adam_beta1: 0.9,
  adam_beta2: 0.999,
  adam_epsilon: 1e-8,
  eval_steps: 0,
};

/** Steps between two entries of the history, and between evaluations where a line names no number of its own. */
export const LOGGING_STEPS = 500;

/** What the reference watches where a line sets a patience and names no metric. */
export const MONITORED: Readonly<Record<string, string>> = { mrpc: 'f1', qqp: 'f1', cola: 'matthews_correlation', 'sts-b': 'spearmanr' };

/** An option with the default of `run_glue.py` in the place of the lab's. */
const default_ = <T>(option: Option<T>, otherwise: string): Option<T> => ({ ...option, otherwise });

const { data, train_file, validation_file, columns, skip_broken_rows, train_rows, dev_rows, data_seed, seed, backend, port } = TRAINING_OPTIONS;
const { optim, adam_beta1, adam_beta2, adam_epsilon, max_grad_norm, gradient_accumulation_steps, lr_scheduler_type, power, lr_end, num_cycles, layerwise_lr_decay } = OPTIMISATION_OPTIONS;

/** One wave with restarts, which is all that Hugging Face's trainer asks for, is the cosine without. */
const scheduler: typeof lr_scheduler_type = { ...lr_scheduler_type, read: (value, where) => lr_scheduler_type.read(value === 'cosine_with_restarts' ? 'cosine' : value, where) };

const smoothing = real(0, 1, 'share of a label that is spread over all classes: 0, since labels are not smoothed here', '0');
const unsmoothed: typeof smoothing = {
  ...smoothing,
  read: (value, where) => {
    if (smoothing.read(value, where) === 0) return 0;
    throw new UsageError(where, '0, since no loss of the lab smooths labels', `"${value}"`, 'Leave the option out; scores and losses would not be those of smoothed labels.');
  },
};

/** What decides the data, the model and the training. */
const MEANT = {
  model_name_or_path: text('MODEL', MODEL_HELP),
  config_name: text('MODEL', 'the model itself, or nothing: another configuration than its own is refused'),
  tokenizer_name: text('FOLDER', 'folder of a tokenizer, or org/name on the Hub', "the model's own"),
  task_name: { ...TRAINING_OPTIONS.task, otherwise: 'none: the task is found in --train_file, as its labels' },
  train_file, validation_file,
  test_file: text('FILE', 'a table for --do_predict', 'the test file of --data'),
  max_seq_length: default_(TRAINING_OPTIONS.max_seq_length, '128'),
  pad_to_max_length: boolean('pad every batch to --max_seq_length; padding is masked, so it costs time and changes no result', 'false; true in the reference'),
  max_train_samples: integer(1, 1_000_000_000, 'the first so many training rows alone', 'all'),
  max_eval_samples: integer(1, 1_000_000_000, 'the first so many dev rows and tuning rows alone', 'all'),
  max_predict_samples: integer(1, 1_000_000_000, 'the first so many rows of --do_predict alone', 'all'),
  output_dir: text('FOLDER', 'folder for the model and its results', 'runs/<name>'),
  overwrite_output_dir: boolean('write into a folder that holds files', 'false: it is refused'),
  do_train: boolean('train', 'false'),
  do_eval: boolean('score the dev rows', 'false; true with an --evaluation_strategy'),
  do_predict: boolean('predict the test rows, and write what GLUE takes', 'false'),
  evaluation_strategy: choice(['no', 'steps', 'epoch'], 'when a model in training is scored, on tuning rows', 'no'),
  eval_steps: integer(0, 10_000_000, 'steps between evaluations; 0 is --logging_steps', '--logging_steps'),
  logging_steps: integer(1, 10_000_000, 'steps between entries of the history in trainer_state.json', String(LOGGING_STEPS)),
  per_device_train_batch_size: integer(1, 4096, 'rows in a batch', '8'),
  gradient_accumulation_steps,
  learning_rate: default_(TRAINING_OPTIONS.learning_rate, '5e-5'),
  weight_decay: default_(OPTIMISATION_OPTIONS.weight_decay, '0'),
  adam_beta1, adam_beta2, adam_epsilon, max_grad_norm, optim,
  adafactor: boolean('the same as --optim adafactor', 'false'),
  label_smoothing_factor: unsmoothed,
  num_train_epochs: real(0.001, 10_000, 'passes over the training rows', '3'),
  max_steps: integer(-1, 10_000_000, 'steps of training, instead of epochs when above 0', '-1'),
  lr_scheduler_type: scheduler, power, lr_end, num_cycles,
  warmup_ratio: default_(OPTIMISATION_OPTIONS.warmup_ratio, '0'),
  warmup_steps: OPTIMISATION_OPTIONS.warmup_steps,
  layerwise_lr_decay, seed,
  early_stopping_patience: integer(-1, 1_000_000, 'evaluations in a row without a better one that end the training', '-1: none do'),
  load_best_model_at_end: boolean('end with the weights of the best evaluation', 'false'),
  metric_for_best_model: text('NAME', 'what is best: loss, a metric of the task, or combined_score', 'loss; with a patience f1 for mrpc and qqp, and the headline metric elsewhere'),
  greater_is_better: boolean('whether more of it is better, which its name says already', 'false for loss, true for metrics'),
  run_name: text('NAME', 'name of the run, and of its folder', '<task>-run_glue-seed-<seed>'),
  log_group: text('NAME', 'folder of the run below runs/'),
} as const;

/** What is our own. */
const OWN = {
  data, columns, skip_broken_rows, train_rows, dev_rows, data_seed, backend, port,
  grid: boolean('the grid of huggingface_finetune.py: learning rates 1e-5, 3e-5, 5e-5, 8e-5 with batches of 16 and 32, 20 passes for small tasks and 10 for others', 'false'),
  'install-browser': TRAINING_OPTIONS['install-browser'],
} as const;

const FLOAT32 = 'all arithmetic is in float32.';
const ONE_DEVICE = 'there is one device.';
const NOTHING_SENT = 'nothing is sent anywhere.';
const NO_TRACKER = 'nothing is sent to a tracker.';
const SAVED_ONCE = 'the model is saved once, at its end.';

/** Options of `run_glue.py`, and of the trainer behind it, that have no use here, with what is said instead. */
export const RUN_GLUE_WITHOUT_MEANING = {
  cache_dir: 'what was fetched is kept below the cache folder of the person; XDG_CACHE_HOME names another.',
  overwrite_cache: 'token ids that are kept are found by all that they depend on, so that none are stale.',
  preprocessing_num_workers: 'rows are tokenised by one worker, ahead of the training.',
  dataset_name: '--data names the rows: a folder, or a data set of the Hub.',
  dataset_config_name: '--data names the rows: a folder, or a data set of the Hub.',
  model_revision: 'a revision stands behind the name of the model: org/name@revision.',
  use_fast_tokenizer: 'there is one tokenizer, which gives the ids of the fast ones.',
  use_auth_token: 'the variable HF_TOKEN opens private models.',
  ignore_mismatched_sizes: 'a head of another task is always replaced by a new one.',
  per_device_eval_batch_size: 'rows are scored 64 at a time, so that no score depends on it.',
  eval_accumulation_steps: 'predictions stay in main memory.',
  eval_delay: 'the first evaluation is that of the first --eval_steps, or of the first pass.',
  use_legacy_prediction_loop: 'there is one way to score rows.',
  total_steps: 'the reference reads it nowhere; --max_steps sets the steps.',
  past_index: 'these models keep nothing from one batch to the next.',
  label_names: 'the label is a column of the table: --columns label=NAME.',
  length_column_name: 'lengths are those of the token ids.',
  group_name: NO_TRACKER,
  project_name: NO_TRACKER,
  report_to: NO_TRACKER,
  logging_dir: 'the history is written to trainer_state.json.',
  logging_first_step: 'the history begins with the first --logging_steps.',
  logging_strategy: 'the history has an entry every --logging_steps.',
  logging_nan_inf_filter: 'a step whose loss is not finite is left out, and counted.',
  skip_memory_metrics: 'memory is checked before the training, and is no part of its results.',
  save_strategy: SAVED_ONCE,
  save_steps: SAVED_ONCE,
  save_total_limit: SAVED_ONCE,
  save_on_each_node: SAVED_ONCE,
  resume_from_checkpoint: '--model_name_or_path takes the weights of a checkpoint; its optimiser is not read.',
  gradient_checkpointing: 'activations are kept until their gradients are known.',
  fp16: FLOAT32,
  bf16: FLOAT32,
  fp16_opt_level: FLOAT32,
  fp16_backend: FLOAT32,
  half_precision_backend: FLOAT32,
  fp16_full_eval: FLOAT32,
  bf16_full_eval: FLOAT32,
  tf32: FLOAT32,
  local_rank: ONE_DEVICE,
  no_cuda: 'a browser chooses its GPU itself; --backend names the engine.',
  deepspeed: ONE_DEVICE,
  sharded_ddp: ONE_DEVICE,
  ddp_find_unused_parameters: ONE_DEVICE,
  ddp_bucket_cap_mb: ONE_DEVICE,
  tpu_num_cores: ONE_DEVICE,
  tpu_metrics_debug: ONE_DEVICE,
  debug: 'nothing is traced.',
  dataloader_num_workers: 'rows are held in memory.',
  dataloader_pin_memory: 'rows are held in memory.',
  dataloader_drop_last: 'the last batch of a pass may be short.',
  remove_unused_columns: 'only the columns of the task are read.',
  group_by_length: 'rows are always sorted by length within groups of 50 batches.',
  disable_tqdm: 'progress is one line.',
  prediction_loss_only: 'metrics are always computed.',
  ignore_data_skip: 'a continued run goes on with the next batch.',
  log_level: 'progress is one line.',
  log_level_replica: ONE_DEVICE,
  log_on_each_node: ONE_DEVICE,
  push_to_hub: NOTHING_SENT,
  push_to_hub_model_id: NOTHING_SENT,
  push_to_hub_organization: NOTHING_SENT,
  push_to_hub_token: NOTHING_SENT,
  hub_model_id: NOTHING_SENT,
  hub_strategy: NOTHING_SENT,
  hub_token: NOTHING_SENT,
} as const satisfies Readonly<Record<string, string>>;

/** What is said of them in a page, where that is something else. */
export const RUN_GLUE_IN_PAGE: Readonly<Partial<Record<keyof typeof RUN_GLUE_WITHOUT_MEANING, string>>> = {
  cache_dir: 'what was fetched is kept in the browser.',
  dataset_name: 'rows of the Hub are fetched under “Your own files”.',
  dataset_config_name: 'rows of the Hub are fetched under “Your own files”.',
  label_names: 'the label is a column of the table, which “Your own files” lets choose.',
  use_auth_token: 'private models are opened by the access token that is given where they are fetched.',
  logging_dir: 'the history is the charts of the run.',
  logging_first_step: 'the charts have every step.',
  logging_strategy: 'the charts have every step.',
  disable_tqdm: 'progress is shown while a run goes on.',
  log_level: 'progress is shown while a run goes on.',
};

/** Other names of options: those of later and of earlier trainers. */
export const RUN_GLUE_ALIASES: ReadonlyMap<string, string> = new Map([
  ['eval_strategy', 'evaluation_strategy'],
  ['per_gpu_train_batch_size', 'per_device_train_batch_size'],
  ['per_gpu_eval_batch_size', 'per_device_eval_batch_size'],
]);

/** Whatever stands after it; a switch of this kind may stand alone. */
const unheeded: Option<true> = { placeholder: '[VALUE]', bare: 'true', help: 'has no meaning here', read: () => true };

type Unheeded = { readonly [K in keyof typeof RUN_GLUE_WITHOUT_MEANING]: Option<true> };

const UNHEEDED = Object.fromEntries(Object.keys(RUN_GLUE_WITHOUT_MEANING).map((name) => [name, unheeded])) as Unheeded;

export const RUN_GLUE_OPTIONS = { ...MEANT, ...OWN, ...UNHEEDED } as const;
