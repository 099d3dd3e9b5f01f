/** The options of the reference's `run_glue.py`, under their names: what they mean here, and what is said of those that mean nothing. */
import type { TrainingArguments } from './recipe.ts';
import { boolean, choice, integer, real, text, type Option } from './option.ts';
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
  eval_steps: integer(1, 10_000_000, 'steps between evaluations', `--logging_steps`),
  logging_steps: integer(1, 10_000_000, 'steps between entries of the history in trainer_state.json', String(LOGGING_STEPS)),
  per_device_train_batch_size: integer(1, 4096, 'rows in a batch', '8'),
  gradient_accumulation_steps,
  learning_rate: default_(TRAINING_OPTIONS.learning_rate, '5e-5'),
  weight_decay: default_(OPTIMISATION_OPTIONS.weight_decay, '0'),
  adam_beta1, adam_beta2, adam_epsilon, max_grad_norm, optim,
  num_train_epochs: real(0.001, 10_000, 'passes over the training rows', '3'),
  max_steps: integer(-1, 10_000_000, 'steps of training, instead of epochs when above 0', '-1'),
  lr_scheduler_type, power, lr_end, num_cycles,
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

/** Options of `run_glue.py` that a browser has no use for, with what is said instead. */
export const RUN_GLUE_WITHOUT_MEANING = {
  cache_dir: 'what was fetched is kept below the cache folder of the person; XDG_CACHE_HOME names another.',
  overwrite_cache: 'rows are tokenised anew in every run.',
  use_fast_tokenizer: 'there is one tokenizer, which gives the ids of the fast ones.',
  use_auth_token: 'the variable HF_TOKEN opens private models.',
  per_device_eval_batch_size: 'rows are scored 64 at a time, so that no score depends on it.',
  eval_accumulation_steps: 'predictions stay in main memory.',
  total_steps: 'the reference reads it nowhere; --max_steps sets the steps.',
  group_name: 'nothing is sent to a tracker.',
  project_name: 'nothing is sent to a tracker.',
  report_to: 'nothing is sent to a tracker.',
  logging_dir: 'the history is written to trainer_state.json.',
  logging_first_step: 'the history begins with the first --logging_steps.',
  logging_strategy: 'the history has an entry every --logging_steps.',
  save_strategy: 'the model is saved once, at its end.',
  save_steps: 'the model is saved once, at its end.',
  save_total_limit: 'the model is saved once, at its end.',
  fp16: 'all arithmetic is in float32.',
  bf16: 'all arithmetic is in float32.',
  fp16_opt_level: 'all arithmetic is in float32.',
  fp16_backend: 'all arithmetic is in float32.',
  fp16_full_eval: 'all arithmetic is in float32.',
  local_rank: 'there is one device.',
  no_cuda: 'a browser chooses its GPU itself; --backend names the engine.',
  deepspeed: 'there is one device.',
  sharded_ddp: 'there is one device.',
  tpu_num_cores: 'there is one device.',
  dataloader_num_workers: 'rows are held in memory.',
  dataloader_drop_last: 'the last batch of a pass may be short.',
  remove_unused_columns: 'only the columns of the task are read.',
  group_by_length: 'rows are always sorted by length within groups of 50 batches.',
  disable_tqdm: 'progress is one line.',
  prediction_loss_only: 'metrics are always computed.',
  ignore_data_skip: 'a continued run goes on with the next batch.',
  log_level: 'progress is one line.',
  push_to_hub: 'nothing is sent anywhere.',
} as const satisfies Readonly<Record<string, string>>;

/** Whatever stands after it; a switch of this kind may stand alone. */
const unheeded: Option<true> = { placeholder: '[VALUE]', bare: 'true', help: 'has no meaning here', read: () => true };

type Unheeded = { readonly [K in keyof typeof RUN_GLUE_WITHOUT_MEANING]: Option<true> };

const UNHEEDED = Object.fromEntries(Object.keys(RUN_GLUE_WITHOUT_MEANING).map((name) => [name, unheeded])) as Unheeded;

export const RUN_GLUE_OPTIONS = { ...MEANT, ...OWN, ...UNHEEDED } as const;
