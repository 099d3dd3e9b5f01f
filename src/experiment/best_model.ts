/** What makes one evaluation of a model better than another. */
import type { Scores } from './run.ts';

/** The mean loss on the rows. */
export const LOSS = 'loss';
/** Measures of which less is better. */
const LESS: readonly string[] = [LOSS, 'mse'];
/** The mean of a task's metrics, as in Hugging Face's `run_glue`. */
const COMBINED = 'combined_score';

/** Mean of all metrics of which more is better; NaN where there are none. */
export function combinedScore(metrics: Scores['metrics']): number {
  const values = Object.entries(metrics).filter(([name]) => isMoreBetter(name)).map(([, value]) => value);
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Whether more of a measure is better. */
export function isMoreBetter(name: string): boolean {
  return !LESS.includes(measureNamed(name));
}

/** What `metric_for_best_model` may name for these metrics; `eval_` may stand before each. */
export function measuresOf(metrics: readonly string[]): string[] {
  return [LOSS, ...metrics, ...(metrics.length > 1 ? [COMBINED] : [])];
}

/** The measure that a name stands for: `eval_loss` is `loss`. */
export function measureNamed(name: string): string {
  return name.replace(/^eval_/, '');
}

/** The value of a measure; NaN where the scores have none of that name. */
export function measureOf(scores: Scores, name: string): number {
  const measure = measureNamed(name);
  if (measure === LOSS) return scores.loss;
  return measure === COMBINED ? combinedScore(scores.metrics) : (scores.metrics[measure] ?? NaN);
}

/** Whether a value is strictly better than the best one so far; a first one always is. */
export function isBetter(name: string, value: number, best: number | undefined): boolean {
  if (best === undefined) return true;
  return isMoreBetter(name) ? value > best : value < best;
}
