/** What `run_glue.py` leaves in its output folder, from what a run reported: results and history, by Hugging Face's names. */
import { combinedScore, isBetter, measureOf } from './best_model.ts';
import type { Recipe } from './recipe.ts';
import type { Scores } from './run.ts';

/** One update. */
export interface LoggedStep {
  readonly step: number;
  readonly epoch: number;
  readonly loss: number;
  readonly learning_rate: number;
}

/** One evaluation: during the training on tuning rows, at its end on dev rows. */
export interface LoggedEvaluation {
  readonly step: number;
  readonly split: 'tuning' | 'dev';
  readonly scores: Scores;
  readonly seconds: number;
}

/** A training as it was heard of; seconds are those of the updates alone. */
export interface TrainingLog {
  readonly recipe: Recipe;
  /** Rows that were trained on. */
  readonly rows: number;
  readonly steps: readonly LoggedStep[];
  readonly evaluations: readonly LoggedEvaluation[];
  readonly seconds: number;
}

type Json = Readonly<Record<string, number | string | null | boolean>>;

/** Rows that are scored at once. */
const SCORED_TOGETHER = 64;

/**
 * `eval_results.json`: every metric behind a prefix, their mean where there are several (`combined_score`), loss and pace.
 *
 * `suffix` ends the names of a second set of rows: `_mm` for the mismatched ones of MNLI.
 */
export function evaluationResults({ metrics, loss, examples }: Scores, seconds: number, epoch?: number, suffix = ''): Json {
  const named = Object.keys(metrics).length > 1 ? { ...metrics, combined_score: combinedScore(metrics) } : metrics;
  const values = { ...named, loss, runtime: round(seconds, 4), samples: examples, samples_per_second: pace(examples, seconds), steps_per_second: pace(Math.ceil(examples / SCORED_TOGETHER), seconds) };
  return { ...(epoch === undefined ? {} : { epoch: round(epoch, 2) }), ...Object.fromEntries(Object.entries(values).map(([name, value]) => [`eval_${name}${suffix}`, value])) };
}

/** `train_results.json`: mean loss over all updates, and pace. */
export function trainingResults(log: Omit<TrainingLog, 'recipe' | 'evaluations'>): Json {
  const { rows, steps, seconds } = log;
  const epoch = steps.at(-1)?.epoch ?? 0;
  return {
    epoch: round(epoch, 2),
    train_loss: mean(steps.map(({ loss }) => loss)),
    train_runtime: round(seconds, 4),
    train_samples: rows,
    train_samples_per_second: pace(epoch * rows, seconds),
    train_steps_per_second: pace(steps.length, seconds),
  };
}

/** `trainer_state.json`: where the training ended, its best evaluation, and an entry every so many updates. */
export function trainerState(log: TrainingLog, loggingSteps: number): Readonly<Record<string, unknown>> {
  const { recipe, steps } = log;
  const last = steps.at(-1);
  const { epoch, ...results } = trainingResults(log);
  return {
    best_metric: bestValue(log),
    best_model_checkpoint: null,
    epoch: last?.epoch ?? 0,
    global_step: last?.step ?? 0,
    is_hyper_param_search: false,
    is_local_process_zero: true,
    is_world_process_zero: true,
    log_history: [...history(log, loggingSteps), { epoch, step: last?.step ?? 0, ...results }],
    logging_steps: loggingSteps,
    max_steps: recipe.training.max_steps > 0 ? recipe.training.max_steps : (last?.step ?? 0),
    num_train_epochs: recipe.training.num_train_epochs,
    total_flos: null,
    trial_name: null,
    trial_params: null,
  };
}

/** A JSON file as Hugging Face writes it: by name, four blanks deep. */
export function jsonFile(value: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify(Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))), null, 4)}\n`;
}

/** Mean losses since the entry before, and evaluations on tuning rows, in the order in which they were made. */
function history({ steps, evaluations }: TrainingLog, every: number): Json[] {
  const losses = steps.flatMap((at, i): Json[] => {
    if (at.step % every !== 0) return [];
    return [{ epoch: round(at.epoch, 2), learning_rate: at.learning_rate, loss: mean(steps.slice(Math.max(0, i + 1 - every), i + 1).map(({ loss }) => loss)), step: at.step }];
  });
  const watched = evaluations.filter(({ split }) => split === 'tuning').map(({ scores, seconds, step }) => ({ ...evaluationResults(scores, seconds, steps.find((at) => at.step === step)?.epoch), step }));
  return [...losses, ...watched].sort((a, b) => Number(a.step) - Number(b.step));
}

/** The best value of what the evaluations were ranked by; null where nothing was. */
function bestValue({ recipe: { training }, evaluations }: TrainingLog): number | null {
  const name = training.metric_for_best_model;
  if (name === undefined) return null;
  const values = evaluations.filter(({ split }) => split === 'tuning').map(({ scores }) => measureOf(scores, name));
  return values.reduce<number | undefined>((best, value) => (isBetter(name, value, best) ? value : best), undefined) ?? null;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

function pace(count: number, seconds: number): number {
  return seconds > 0 ? round(count / seconds, 3) : 0;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
