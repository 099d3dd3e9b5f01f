/** A line of `run_pretraining.py` as it is pasted, in the page and on the terminal alike. */
import { UsageError, type Values } from './option.ts';
import { readOptions } from './option_reader.ts';
import { BUNDLED_BASE } from './presets.ts';
import { RUN_PRETRAINING_OPTIONS, RUN_PRETRAINING_WITHOUT_MEANING } from './run_pretraining_options.ts';
import { pastedLine, shellWords } from './shell_words.ts';

export type RunPretrainingValues = Values<typeof RUN_PRETRAINING_OPTIONS>;

/** The options of a line, and what is said of those that a browser has no use for. */
export interface RunPretrainingLine {
  readonly values: RunPretrainingValues;
  readonly notes: readonly string[];
}

/** What is said beside an error about a path that is not there. */
export const MINI_OFFER = `Add --preset mini: ${BUNDLED_BASE} as the teacher and the generated corpus need no files.`;

/**
 * Reads `python -m torch.distributed.launch run_pretraining.py …`, `npm run lab -- run_pretraining …`, or the options alone;
 * as one text, or as words that a shell has parted.
 *
 * The end of a line parts words whether or not a backslash stands before it, and `--student_initialize` may stand without a
 * value: so the example of the reference's own page is read as it is printed. UsageError for what cannot be understood;
 * unknown options are named with the nearest known one.
 */
export function readRunPretraining(line: string | readonly string[]): RunPretrainingLine {
  const words = pastedLine(typeof line === 'string' ? shellWords(line) : line).options;
  const values = readOptions(RUN_PRETRAINING_OPTIONS, words);
  const given = new Set(Object.keys(values));
  const answered = Object.entries(RUN_PRETRAINING_WITHOUT_MEANING).filter(([name]) => given.has(name)).map(([name, answer]) => `--${name}: ${answer}`);
  return { values: values.preset === undefined ? values : scaled(values), notes: answered };
}

/** What the preset stands for: sizes that fit the bundled model and a laptop. */
const MINI = {
  train_batch_size: 32,
  train_micro_batch_size_per_gpu: 32,
  lr: 1e-3,
  max_seq_length: 64,
  hidden_size: 64,
  num_attention_heads: 4,
  intermediate_size: 256,
} as const;

/** Updates and layers of the preset; a line may have fewer. */
const MINI_STEPS = 300;
const MINI_LAYERS = 3;

/** The line with models, samples and sizes of the preset in the place of its own; method, layers, optimiser and schedule stay. */
function scaled({ model_name_or_path: _model, tokenizer_name: _tokenizer, dataset_path: _data, ...values }: RunPretrainingValues): RunPretrainingValues {
  const { max_steps = MINI_STEPS, num_hidden_layers = MINI_LAYERS, distillation, student_initialize } = values;
  return {
    ...values,
    ...MINI,
    max_steps: Math.min(max_steps, MINI_STEPS),
    num_hidden_layers: Math.min(num_hidden_layers, 12),
    ...(distillation ? { teacher_path: BUNDLED_BASE } : {}),
    ...(student_initialize === undefined ? {} : { student_initialize: 'teacher' }),
  };
}

/** The error about a model or folder that is not there, with the offer beside its own remedy. */
export function offeringMini(error: unknown): unknown {
  return error instanceof UsageError ? new UsageError(error.where, error.expected, error.got, MINI_OFFER) : error;
}
