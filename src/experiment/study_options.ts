/** The options of `study`: those of `experiments`, with lists where a study compares. */
import { EXPERIMENT_OPTIONS } from './experiment_options.ts';
import { choice, integer, real, text, UsageError, type Option, type Values } from './option.ts';
import { layerList, MODEL_HELP } from './training_options.ts';

/** Whose layers a student may start from: those of the teacher, or of the model that the teacher was before its finetuning. */
export const LAYERS_OF = ['finetuned', 'pretrained'] as const;
export type LayersOf = (typeof LAYERS_OF)[number];

/** Teacher layers that students start from. */
export type StudyInit = readonly number[] | 'random';

export const STUDY_DEFAULTS = { methods: ['kd', 'hidden_mse', 'att_kl'], seeds: [1], teacher_seeds: [1], layers_of: ['finetuned'], budgets: [300], learning_rates: [1e-3], teacher_steps: 0 } as const;

/** Values parted by a sign, each as another option reads it; UsageError where one stands twice. */
function listOf<T>(one: Pick<Option<T>, 'read'>, sign: string, words: { placeholder: string; help: string; otherwise: string }): Option<readonly T[]> {
  return {
    ...words,
    read: (value, where) => {
      const parts = value.split(sign).map((part) => part.trim());
      if (new Set(parts).size < parts.length) throw new UsageError(where, 'every value once', `"${value}"`);
      return parts.map((part) => one.read(part, where));
    },
  };
}

const { task, data, train_file, validation_file, columns, skip_broken_rows, tokenizer, train_rows, dev_rows, data_seed, batch_size, max_seq_length, seeds, stage, stage_start, stage_training, mapping, temperature, kd_weight, inter_weight, init_parts, fidelity, dropout, optim, weight_decay, lr_scheduler_type, warmup_ratio, max_grad_norm, backend, port, 'install-browser': installBrowser } = EXPERIMENT_OPTIONS;

export const STUDY_OPTIONS = {
  model: text('MODEL', `model that is finetuned into a teacher for each of --teacher_seeds: ${MODEL_HELP}`, 'mini-bert'),
  task, data, train_file, validation_file, columns, skip_broken_rows, tokenizer, train_rows, dev_rows, data_seed,
  methods: listOf(text('METHOD', ''), ',', { placeholder: 'LIST', help: 'what students learn from, as --method of experiments has it', otherwise: STUDY_DEFAULTS.methods.join(',') }),
  inits: listOf<StudyInit>(layerList, '/', { placeholder: 'LIST/LIST', help: 'teacher layers that students start from, 0-based, or random, e.g. 0,1,2/3,4,5/random', otherwise: 'the lowest, evenly spaced ones and the highest' }),
  layers_of: listOf<LayersOf>(choice(LAYERS_OF, ''), ',', { placeholder: 'LIST', help: 'whose layers: of the finetuned teacher, of the pretrained model, or of both in turn', otherwise: 'finetuned' }),
  learning_rates: listOf(real(0, 10, ''), ',', { placeholder: 'LIST', help: 'highest learning rates of students; of several, each method, beginning and budget takes the best on tuning rows', otherwise: '1e-3' }),
  budgets: listOf(integer(1, 10_000_000, ''), ',', { placeholder: 'LIST', help: 'training steps of a student', otherwise: '300' }),
  seeds, 
  teacher_seeds: { ...seeds, help: 'seeds of teachers, one each' },
  teacher_steps: integer(0, 10_000_000, 'training steps of a teacher', 'three passes over its rows'),
  teacher_learning_rate: real(0, 10, 'highest learning rate of a teacher', '1e-4'),
  student_layers: EXPERIMENT_OPTIONS.student_layers,
  batch_size, max_seq_length, stage, stage_start, stage_training, mapping, temperature, kd_weight, inter_weight, init_parts, fidelity, dropout, optim, weight_decay, lr_scheduler_type, warmup_ratio, max_grad_norm, backend,
  output_dir: text('FOLDER', 'folder of the models and the tables; finished parts in it are taken as they are', 'runs/study'),
  port,
  'install-browser': installBrowser,
} as const;

export type StudyValues = Values<typeof STUDY_OPTIONS>;
