/** `predict` on a whole split: its options, what is written, and what is said. */
import { resolve } from 'node:path';
import type { ORDERS } from '../../src/experiment/predictions.ts';
import { textTable } from '../../src/experiment/text_table.ts';
import { TRAINING_OPTIONS } from '../../src/experiment/training_options.ts';
import { SPLITS } from '../../src/data/split_files.ts';
import { taskNamed } from '../../src/data/tasks.ts';
import type { Context, Outcome } from '../command_line/command.ts';
import { choice, integer, text, UsageError, type Values } from '../command_line/option.ts';
import { localPath } from '../models/elsewhere.ts';
import { withAsker, writeSubmission, writeTable, type SplitAnswers } from './predict_split.ts';
import { resolveFolder } from './sources.ts';

const { task, train_rows, dev_rows, data_seed } = TRAINING_OPTIONS;

export const SPLIT_OPTIONS = {
  task: { ...task, help: 'task of the rows of --split', otherwise: 'none' },
  split: choice(SPLITS, 'a whole split of the task in the place of texts', 'dev, with --task'),
  data: text('mini-glue|FOLDER', 'generated rows, or the folder of the task’s files', 'mini-glue'),
  train_rows, dev_rows, data_seed,
  max_predict_samples: integer(1, 1_000_000_000, 'the first so many rows of the split', 'all'),
  teacher: text('MODEL', 'a second model, whose answers are compared with those of --model'),
  order: choice(['disagreement', 'loss', 'index'] as const satisfies readonly (keyof typeof ORDERS)[], 'order of the rows in --output_file', 'disagreement; without a --teacher loss'),
  output_file: text('FILE', 'table of every row: texts, label, answers, probabilities, losses'),
  submission_dir: text('FOLDER', 'folder for the file that GLUE takes, e.g. CoLA.tsv'),
} as const;

type SplitValues = Values<typeof SPLIT_OPTIONS> & { readonly model: string; readonly max_seq_length?: number; readonly backend?: 'wasm' | 'cpu' };

/** The work of `predict --split`; UsageError for options that do not fit together. */
export function predictSplitWork(values: SplitValues): (context: Context) => Promise<Outcome> {
  const { task: name, split = 'dev', data, model, teacher, order = 'disagreement' } = values;
  if (name === undefined) throw new UsageError('--task', 'the task of the split', 'nothing', 'Name it, e.g. --task sst-2.');
  const folder = data === undefined || data === 'mini-glue' ? undefined : resolveFolder(data, '--data');
  return async (context) => {
    const models = { ...(teacher === undefined ? {} : { teacher: await localPath(teacher, context) }), [teacher === undefined ? 'model' : 'student']: await localPath(model, context) };
    const { train_rows: trainRows, dev_rows: devRows, data_seed: seed, max_predict_samples: most } = values;
    const task = taskNamed(name);
    const wanted = { task, split, folder, train_rows: trainRows, dev_rows: devRows, data_seed: seed, most };
    const answers = await withAsker(context, (ask) => ask({ models, data: wanted, maxLength: values.max_seq_length ?? 128, backend: values.backend ?? 'wasm' }));
    const written = [
      ...(values.output_file === undefined ? [] : [writeTable(values.output_file, task, answers, order)]),
      ...(values.submission_dir === undefined ? [] : [writeSubmission(values.submission_dir, task, answers, split)]),
    ].map((path) => resolve(path));
    const { scores, notes, rows } = answers;
    return { json: { ok: true, task: name, split, rows: rows.length, scores, notes, files: written }, text: summary(`${name}, ${split}`, answers, written) };
  };
}

function summary(subject: string, { rows, scores }: SplitAnswers, written: readonly string[]): string {
  const known = scores[0]?.scores.examples ?? 0;
  const metrics = Object.keys(scores[0]?.scores.metrics ?? {});
  const lines = scores.map(({ name, scores: { metrics: values, loss }, seconds }) => [name, ...metrics.map((metric) => values[metric]?.toFixed(4) ?? '–'), loss.toFixed(4), seconds.toFixed(1)]);
  const table = known === 0 ? 'The rows hide their labels, so there are no scores.' : textTable([['', ...metrics, 'loss', 'seconds'], ...lines]);
  const differ = scores.length > 1 ? ['', `${rows.filter(({ answers: [first, second] }) => first?.value !== second?.value).length} answers differ.`] : [];
  return ['', `${subject}: ${rows.length} rows`, '', table, ...differ, ...(written.length > 0 ? ['', ...written.map((path) => `Saved:   ${path}`)] : [])].join('\n');
}
