/** The options of the reference's `run_pretraining.py`, under their names: what they mean here, and what is said of those that mean nothing. */
import { boolean, choice, integer, real, text, UsageError, type Option } from './option.ts';
import { TEXT_OPTIONS } from './text_options.ts';
import { MODEL_HELP, SEED_END, TRAINING_OPTIONS } from './training_options.ts';

const ENDLESS = 'none: hours end the training';
const MODEL = 'of a model with random weights';

/** `run_pretraining.py` alone has a switch that its example leaves without the folder that belongs there. */
const studentInitialize: Option<string> = {
  placeholder: '[MODEL]',
  bare: 'teacher',
  help: 'model that the student begins as, whole; without a value it begins with layers of its teacher, evenly spaced',
  otherwise: 'random weights',
  read: (value, where) => text('MODEL', '').read(value, where),
};

const markers: Option<readonly number[]> = {
  placeholder: 'LIST',
  help: 'shares of the training after which the model so far is written as a folder, e.g. 0.25,0.5',
  otherwise: 'none: the model is written at its end',
  read: (value, where) => {
    const shares = value.split(',').map((part) => Number(part.trim() === '' ? NaN : part));
    if (shares.every((share) => share > 0 && share <= 1)) return shares;
    throw new UsageError(where, 'shares above 0 and up to 1, such as 0.25,0.5', `"${value}"`);
  },
};

const { backend, port, data_seed, 'install-browser': installBrowser } = TRAINING_OPTIONS;

/** What decides the data, the models and the training. */
const MEANT = {
  model_type: choice(['bert-mlm', 'bert-mlm-roberta', 'bert-mlm-nsp'], 'what is trained: masked words, and with bert-mlm-nsp next sentences', 'bert-mlm'),
  model_name_or_path: text('MODEL', `without --distillation, the model to go on with: ${MODEL_HELP}`, 'random weights of the sizes below'),
  tokenizer_name: text('FOLDER', 'folder of a tokenizer, or org/name on the Hub', "the model's own"),
  hidden_size: integer(2, 4096, 'width of the model or student', '1024; the teacher’s for a student that begins with its layers'),
  num_hidden_layers: integer(1, 48, 'its layers', '24; likewise'),
  num_attention_heads: integer(1, 256, 'its heads', '16; likewise'),
  intermediate_size: integer(1, 65_536, 'its inner width', '4096; likewise'),
  hidden_act: choice(['gelu', 'relu'], `activation ${MODEL}`, 'gelu'),
  hidden_dropout_prob: real(0, 0.99, `dropout of hidden states ${MODEL}`, '0.1'),
  attention_probs_dropout_prob: real(0, 0.99, `dropout of attention ${MODEL}`, '0.1'),
  initializer_range: real(1e-6, 10, `standard deviation of the weights ${MODEL}`, '0.02 at a width of 768, more for narrower ones'),
  encoder_ln_mode: choice(['pre-ln', 'post-ln'], `place of LayerNorm ${MODEL}`, 'pre-ln'),
  layernorm_embedding: boolean(`LayerNorm behind the embeddings ${MODEL}`, 'false'),
  add_nsp: boolean('train on next sentences too, of samples that are pairs', 'false'),
  dataset_path: text('FOLDER', 'samples that generate_samples made, with their masks', 'the generated corpus'),
  optimizer_type: choice(['adamw', 'adam', 'lamb', 'adafactor'], 'optimiser', 'adamw'),
  weight_decay: real(0, 1, 'weight decay, of neither biases nor LayerNorm', '0.01'),
  adam_beta1: real(0, 1, 'decay β₁ of the mean gradient', '0.9'),
  adam_beta2: real(0, 1, 'decay β₂ of the mean square', '0.999'),
  adam_eps: real(0, 1, 'ε of the denominator', '1e-6'),
  bias_correction: boolean('bias correction of lamb', 'false'),
  min_coeff: real(0, 1e6, 'least trust ratio of lamb', '0.01'),
  max_coeff: real(0, 1e6, 'largest trust ratio of lamb', '0.3'),
  gradient_clipping: real(0, 1e6, 'largest norm of the gradient, 0 for any', '1'),
  lr: real(0, 10, 'highest learning rate', '0.011'),
  lr_schedule: choice(['step', 'constant_step', 'time'], 'whether it follows the steps, those after a fixed warm-up, or the hours', 'time'),
  curve: choice(['linear', 'exp'], 'form of its course', 'linear'),
  warmup_proportion: real(0, 1, 'share of the course in which it rises', '0.06'),
  num_warmup_steps: integer(0, 10_000_000, 'steps in which it rises, for constant_step', '1000'),
  decay_rate: real(0, 1, 'what exp falls by', '0.99'),
  decay_step: real(1e-6, 1e9, 'steps or hours in which it does', '1000'),
  seed: integer(0, SEED_END, 'seed of every random draw', '42'),
  train_batch_size: integer(1, 1_048_576, 'samples of an update', '65536'),
  train_micro_batch_size_per_gpu: integer(1, 4096, 'samples of a batch; as many batches as needed make an update', '32, or the whole where that is less'),
  max_steps: integer(1, 1_000_000_000, 'updates in all', ENDLESS),
  num_epochs: integer(1, 1_000_000, 'passes over the samples', '1000000'),
  total_training_time: real(1e-6, 10_000, 'hours of training, which the schedule time counts towards', '24'),
  early_exit_time_marker: real(1e-6, 10_000, 'hours after which it ends sooner', '24'),
  finetune_time_markers: markers,
  do_validation: boolean('score a model in training on watched texts', 'false'),
  validation_epochs: integer(1, 1_000_000, 'passes between two scores in the middle of the training', '10'),
  validation_epochs_begin: integer(1, 1_000_000, 'passes between two at its beginning', '1'),
  validation_epochs_end: integer(1, 1_000_000, 'passes between two at its end', '1'),
  validation_begin_proportion: real(0, 1, 'share of the training that is its beginning', '0.1'),
  validation_end_proportion: real(0, 1, 'share that is its end', '0.1'),
  use_early_stopping: boolean('end a training whose loss is too high by then', 'false'),
  early_stop_time: real(0, 1_000_000, 'minutes by when', '720'),
  early_stop_eval_loss: real(0, 1e6, 'the highest loss of masked words on watched texts', '2.1'),
  distillation: boolean('distil a student from a teacher', 'false: masked words alone'),
  teacher_path: text('MODEL', `teacher, with a head for masked words: ${MODEL_HELP}`, 'none: one must be named'),
  method: { ...TEXT_OPTIONS.method, otherwise: 'none: one must be named' },
  layer_selection: { ...TEXT_OPTIONS.layer_selection, help: 'teacher layers that are compared, by the names of --mapping too', otherwise: '1,3,5,7,9,11 for a student of 6 layers, the objective’s own for others' },
  student_initialize: studentInitialize,
  aug: boolean('replace most tokens by random ones in half of the batches', 'false'),
  job_name: text('NAME', 'name of the run, and of its folder', 'pretraining_experiment'),
  current_run_id: text('NAME', 'folder of the run below that of its job'),
  output_dir: text('FOLDER', 'folder of the jobs', 'runs'),
  load_training_checkpoint: text('FOLDER', 'folder of an interrupted run, which goes on; the line is that of the run'),
  print_steps: integer(1, 10_000_000, 'updates between two entries of log_history.json', '100'),
} as const;

/** What is our own. */
const OWN = {
  preset: choice(['mini'], 'scaled sizes for a laptop in the place of those of the line: mini-bert, the generated corpus, 300 updates of 32 texts'),
  documents: integer(100, 1_000_000, 'documents of the generated corpus', '20000; 2000 with --distillation'),
  max_seq_length: { ...TRAINING_OPTIONS.max_seq_length, otherwise: 'that of the samples; 64 for the generated corpus' },
  next_sentence: { ...TEXT_OPTIONS.next_sentence, help: 'another name of --add_nsp' },
  fidelity: TEXT_OPTIONS.fidelity,
  baselines: { ...TEXT_OPTIONS.baselines, otherwise: 'off' },
  data_seed, backend, port,
  'install-browser': installBrowser,
} as const;

/** Options of `run_pretraining.py` that a browser has no use for, with what is said instead. */
export const RUN_PRETRAINING_WITHOUT_MEANING = {
  deepspeed: 'there is one device.',
  deepspeed_transformer_kernel: 'the kernels are those of the backend.',
  stochastic_mode: 'the same line gives the same bits.',
  attention_dropout_checkpoint: 'nothing is computed twice to save memory.',
  normalize_invertible: 'nothing is computed twice to save memory.',
  gelu_checkpoint: 'nothing is computed twice to save memory.',
  steps_per_print: 'progress is one line.',
  wall_clock_breakdown: 'progress is one line.',
  prescale_gradients: 'there is one device.',
  gradient_predivide_factor: 'there is one device.',
  fp16: 'all arithmetic is in float32.',
  fp16_backend: 'all arithmetic is in float32.',
  fp16_opt: 'all arithmetic is in float32.',
  config_name: 'a model is read with its own config.json.',
  cache_dir: 'what was fetched is kept below the cache folder of the person; XDG_CACHE_HOME names another.',
  pretrain_run_args: 'the recipe of a run is kept beside its model.',
  vocab_size: 'the vocabulary is that of the tokenizer.',
  max_position_embeddings: 'there are as many positions as the texts need, and at least 128.',
  type_vocab_size: 'there are two kinds of text.',
  fused_linear_layer: 'the kernels are those of the backend.',
  sparse_mask_prediction: 'only masked words are ever predicted.',
  layer_norm_type: 'LayerNorm is that of pytorch and apex, which compute the same; there is no rms_norm.',
  hugging_face: 'every model is a Hugging Face folder.',
  num_workers: 'samples are held in memory.',
  async_worker: 'samples are held in memory.',
  data_loader_type: 'there is one device.',
  max_predictions_per_seq: 'as many words are predicted as the samples have masks, and 15 % in the generated corpus.',
  local_rank: 'there is one device.',
  load_checkpoint_id: 'an interrupted run goes on from its last checkpoint.',
  num_epochs_between_checkpoints: 'a checkpoint is kept every minute and every 100 updates.',
  project_name: 'nothing is sent to a tracker.',
  max_steps_per_epoch: 'a pass is over all samples.',
  validation_micro_batch: 'texts are scored 64 at a time, so that no score depends on it.',
  finetune_checkpoint_at_end: 'the model is always written at its end.',
  gradient_accumulation_steps: 'it follows from the two batch sizes, as in the reference.',
  scale_cnt_limit: 'all arithmetic is in float32, without a scale of the loss.',
  log_throughput_every: 'progress has the steps of a second.',
  fearture_learn: 'the reference reads it nowhere; --method names the objective.',
} as const satisfies Readonly<Record<string, string>>;

/** Whatever stands after it; a switch of this kind may stand alone. */
const unheeded: Option<true> = { placeholder: '[VALUE]', bare: 'true', help: 'has no meaning here', read: () => true };

/** Norms that would compute something else are refused. */
const layerNormType: Option<true> = {
  ...unheeded,
  read: (value, where) => {
    if (value !== 'rms_norm') return true;
    throw new UsageError(where, 'pytorch or apex, which compute the same', '"rms_norm"', 'Leave the option out: LayerNorm is the only norm here.');
  },
};

type Unheeded = { readonly [K in keyof typeof RUN_PRETRAINING_WITHOUT_MEANING]: Option<true> };

const UNHEEDED = Object.fromEntries(Object.keys(RUN_PRETRAINING_WITHOUT_MEANING).map((name) => [name, unheeded])) as Unheeded;

export const RUN_PRETRAINING_OPTIONS = { ...MEANT, ...OWN, ...UNHEEDED, layer_norm_type: layerNormType } as const;
