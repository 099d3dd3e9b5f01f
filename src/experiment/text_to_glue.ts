/** The chain from text to tasks: what it runs unless a line says otherwise, and its table. */
import { BUNDLED_BASE } from './presets.ts';
import type { Arm, ResultRow, Scores } from './run.ts';
import { textTable } from './text_table.ts';

/** A few minutes on a laptop. */
export const TEXT_TO_GLUE_DEFAULTS = { teacher: BUNDLED_BASE, tasks: ['sst-2', 'rte'] } as const;
export const TEACHER_STEPS = 6000;
export const DISTIL_STEPS = 300;
export const TASK_EPOCHS = 3;
export const TASK_RATE = 5e-4;

/** The models that are finetuned on every task; the last learned masked words alone, for as many updates as the student. */
export const CHAIN_MODELS = ['teacher', 'student', 'alone'] as const;
export type ChainModel = (typeof CHAIN_MODELS)[number];

/** Words for them, as the header of a column. */
export const CHAIN_WORDS: Readonly<Record<ChainModel, string>> = { teacher: 'teacher', student: 'student', alone: 'without distillation' };

/** Which run gave the results, and of what. */
export type ChainPart =
  | { readonly kind: 'pretraining' }
  | { readonly kind: 'text'; readonly model: Exclude<ChainModel, 'teacher'> }
  | { readonly kind: 'task'; readonly task: string; readonly model: ChainModel };

/** What is said when a part begins. */
export function chainTitle(part: ChainPart): string {
  if (part.kind === 'task') return `Finetuning on ${part.task}: ${CHAIN_WORDS[part.model]}`;
  return part.kind === 'text' ? TEXT_TITLES[part.model] : 'Pretraining the teacher on masked words';
}

const TEXT_TITLES: Readonly<Record<Exclude<ChainModel, 'teacher'>, string>> = { student: 'Distilling the student on text', alone: 'Training the same student on masked words alone' };

/** What one run of the chain gave. */
export interface ChainResult {
  readonly part: ChainPart;
  readonly rows: readonly ResultRow[];
}

/** One line of the table: a metric of one thing that was asked, by model. */
export interface ChainRow {
  /** A task, or `text`. */
  readonly on: string;
  readonly metric: string;
  readonly examples: number;
  readonly values: Readonly<Partial<Record<ChainModel | 'majority', number>>>;
}

const scoresOf = (rows: readonly ResultRow[], arm: Arm): Scores | undefined => rows.find((row) => row.arm === arm)?.scores;

/** The lines of the table: masked words of held-out texts before any finetuning, then the metrics of every task on its dev rows. */
export function chainRows(results: readonly ChainResult[]): ChainRow[] {
  return [...textRows(results), ...[...new Set(results.flatMap(({ part }) => (part.kind === 'task' ? [part.task] : [])))].flatMap((task) => taskRows(task, results))];
}

function textRows(results: readonly ChainResult[]): ChainRow[] {
  const of = (model: ChainModel) => results.find(({ part }) => part.kind === 'text' && part.model === (model === 'teacher' ? 'student' : model))?.rows ?? [];
  const scores = { teacher: scoresOf(of('teacher'), 'teacher'), student: scoresOf(of('student'), 'distilled'), alone: scoresOf(of('alone'), 'distilled'), majority: scoresOf(of('student'), 'frequencies') };
  return rowsOf('text', scores);
}

function taskRows(task: string, results: readonly ChainResult[]): ChainRow[] {
  const of = (model: ChainModel) => results.find(({ part }) => part.kind === 'task' && part.task === task && part.model === model)?.rows ?? [];
  const trained = Object.fromEntries(CHAIN_MODELS.map((model) => [model, scoresOf(of(model), 'finetuned')]));
  return rowsOf(task, { ...trained, majority: scoresOf(of('teacher'), 'majority') });
}

function rowsOf(on: string, scores: Readonly<Partial<Record<ChainModel | 'majority', Scores | undefined>>>): ChainRow[] {
  const known = Object.values(scores).flatMap((one) => (one ? [one] : []));
  const metrics = [...new Set(known.flatMap((one) => Object.keys(one.metrics)))];
  return metrics.map((metric) => ({
    on,
    metric,
    examples: known[0]?.examples ?? 0,
    values: Object.fromEntries(Object.entries(scores).flatMap(([model, one]) => (one?.metrics[metric] === undefined ? [] : [[model, one.metrics[metric]]]))),
  }));
}

/** The columns of the table with their words; the last is the commonest label of a task, and word frequencies on text. */
export const CHAIN_COLUMNS = [...CHAIN_MODELS.map((model) => [model, CHAIN_WORDS[model]] as const), ['majority', 'no model']] as const satisfies readonly (readonly [ChainModel | 'majority', string])[];

/** What a line of the table is called. */
export const lineName = ({ on }: ChainRow): string => (on === 'text' ? 'masked words' : on);

/** √(p(1 − p)/n) of an accuracy of n answers; undefined for other metrics. */
export function standardError({ metric, examples }: ChainRow, value: number): number | undefined {
  return metric === 'accuracy' && examples > 0 ? Math.sqrt((value * (1 - value)) / examples) : undefined;
}

/** The table as text. */
export function chainTable(rows: readonly ChainRow[]): string {
  return textTable([['', 'metric', ...CHAIN_COLUMNS.map(([, words]) => words)], ...rows.map((row) => [lineName(row), row.metric, ...CHAIN_COLUMNS.map(([column]) => cell(row, row.values[column]))])]);
}

function cell(row: ChainRow, value: number | undefined): string {
  if (value === undefined) return '–';
  const error = standardError(row, value);
  return error === undefined ? value.toFixed(4) : `${value.toFixed(4)} ± ${error.toFixed(4)}`;
}
