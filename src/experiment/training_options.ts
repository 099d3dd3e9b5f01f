/** The options of every training command: the fields of a recipe, by the names of the paper's command lines. */
import { parseColumns, type ColumnMap } from '../data/column_map.ts';
import { TASKS, taskNamed } from '../data/tasks.ts';
import { toReport } from '../fault/fault.ts';
import { DEFAULT_RECIPE, MINI_GLUE, TABLE_EPOCHS } from './presets.ts';
import type { BackendChoice, StepExecution } from './recipe.ts';
import { GLUE_RECIPES } from './glue_recipes.ts';
import { OPTIMISATION_OPTIONS } from './optimisation_options.ts';
import { choice, flag, integer, real, text, UsageError, type Option } from './option.ts';

const { training } = DEFAULT_RECIPE;
const EXECUTIONS: readonly StepExecution[] = ['auto', 'plan', 'tape', 'check'];
const BACKENDS: readonly BackendChoice[] = ['auto', 'webgpu', 'wasm', 'webgl', 'cpu'];
/** The largest seed. */
export const SEED_END = 2 ** 32 - 1;

/** A task by its name; `SST2` and `stsb` are understood too. */
export const taskOption: Option<string> = {
  ...choice(TASKS.map(({ name }) => name), 'GLUE task; sts-b and wnli are for --data alone', DEFAULT_RECIPE.task),
  read: (value, where) => {
    try {
      return taskNamed(value).name;
    } catch {
      return choice(TASKS.map(({ name }) => name), '').read(value, where);
    }
  },
};

/** Columns by their names in the file. */
const columnsOption: Option<ColumnMap> = {
  placeholder: 'MAP',
  help: 'columns by their names in the file, e.g. sentence1=premise,sentence2=hypothesis,label=gold',
  otherwise: "the names that the task's files have",
  read: (value, where) => {
    try {
      return parseColumns(value);
    } catch (error) {
      const { expected, got, remedy } = toReport(error);
      throw new UsageError(where, expected, got, remedy);
    }
  },
};

/** How tables are read, wherever they are named. */
export const TABLE_OPTIONS = {
  columns: columnsOption,
  skip_broken_rows: flag('leave out rows that cannot be read, and count them'),
} as const;

export const TRAINING_OPTIONS = {
  task: taskOption,
  data: text('mini-glue|FOLDER', 'generated rows; a folder with the files of the task (train.tsv and dev.tsv, or .csv, .json, .jsonl, .parquet); or a data set of the Hub, e.g. nyu-mll/glue', 'mini-glue'),
  train_file: text('FILE', 'a table to train on, in place of --data'),
  validation_file: text('FILE', 'a table for the scores; without one a fifth of --train_file is kept for them'),
  ...TABLE_OPTIONS,
  tokenizer: text('FOLDER', 'folder with tokenizer.json, or vocab.txt and tokenizer_config.json; or org/name on the Hub', "the model's own"),
  train_rows: integer(1, 1_000_000, 'rows that mini-GLUE generates for training', String(MINI_GLUE.train_rows)),
  dev_rows: integer(1, 100_000, 'rows that mini-GLUE generates for the scores', String(MINI_GLUE.dev_rows)),
  data_seed: integer(0, SEED_END, "seed of mini-GLUE's rows", String(MINI_GLUE.seed)),
  recipe: choice(GLUE_RECIPES, 'published hyperparameters of the task, made for models of the size of BERT-base; options go before them', 'those of the miniature models'),
  seed: integer(0, SEED_END, 'seed of every random draw', String(training.seed)),
  epochs: integer(1, 10_000, 'passes over the training rows', `${training.num_train_epochs}, or ${TABLE_EPOCHS} over a folder`),
  max_steps: integer(0, 10_000_000, 'steps of training, instead of epochs when above 0', String(training.max_steps)),
  batch_size: integer(1, 4096, 'rows in a batch', String(training.per_device_train_batch_size)),
  max_seq_length: integer(4, 512, 'most tokens of a row', String(training.max_seq_length)),
  learning_rate: real(0, 10, 'highest learning rate', String(training.learning_rate)),
  eval_steps: integer(0, 10_000_000, 'steps between evaluations, 0 for one at the end', String(training.eval_steps)),
  ...OPTIMISATION_OPTIONS,
  execution: choice(EXECUTIONS, 'steps on WebGPU: replayed from a record, one operation at a time, or both ways and compared bit by bit', 'auto: replayed'),
  backend: choice(BACKENDS, 'engine', 'auto: the fastest that this machine has'),
  output_dir: text('FOLDER', 'new or empty folder for the model and its results', 'runs/<name>'),
  port: integer(0, 65_535, 'port of the loopback server', 'a free one'),
  'install-browser': flag('allow system packages (apt) when no Chromium is found'),
} as const;

/** Layers by number, e.g. `3,7,11` (0-based, as in the paper's command lines), or `random`. */
export const layerList: Option<readonly number[] | 'random'> = {
  placeholder: 'LIST|random',
  help: 'teacher layers that the student starts from, 0-based, e.g. 3,7,11',
  otherwise: 'evenly spaced, the last one included',
  read: (value, where) => {
    if (value === 'random') return 'random';
    if (!/^\d+(,\d+)*$/.test(value)) throw new UsageError(where, 'layer numbers such as 3,7,11, or random', `"${value}"`);
    return value.split(',').map(Number);
  },
};

/** Where a model comes from, as it is written on the command line. */
export const MODEL_HELP = 'bundled model by name, a Hugging Face folder or a zip archive of one, org/name[@revision] on the Hub, an address, or scratch:LAYERSxWIDTH for random weights';
