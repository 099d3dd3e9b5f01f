import type { MetricName } from '../../data/task.ts';
import { taskOf } from '../../data/tasks.ts';
import { learnsNextSentences } from '../../experiment/objective_catalogue.ts';
import { isOnText, type Recipe } from '../../experiment/recipe.ts';
import { MISMATCHED_SUFFIX, NEXT_SENTENCE_ACCURACY, type ResultRow } from '../../experiment/run.ts';
import { score, significant } from './numbers.ts';

/** A metric on the page. */
export interface MetricInfo {
  readonly name: MetricName | `${MetricName}${typeof MISMATCHED_SUFFIX}` | 'loss' | typeof NEXT_SENTENCE_ACCURACY;
  readonly title: string;
  /** How a value is written. */
  readonly show: (value: number | undefined) => string;
}

const TITLES: Readonly<Record<MetricName, string>> = {
  accuracy: 'Accuracy', f1: 'F1', matthews_correlation: 'Matthews correlation', pearson: 'Pearson', spearmanr: 'Spearman', mse: 'MSE',
};

const metric = (name: MetricName): MetricInfo => ({ name, title: TITLES[name], show: score });

/** Of masked words: how many were named, and the cross-entropy of naming them. */
const MASKED_WORDS: readonly MetricInfo[] = [metric('accuracy'), { name: 'loss', title: 'Loss', show: (value) => (value === undefined ? '–' : significant(value)) }];

/** Of pairs of texts: how many were told apart. */
const PAIRS: MetricInfo = { name: NEXT_SENTENCE_ACCURACY, title: 'Next sentences', show: score };

/** Metrics of a recipe's models, the headline first; accuracy alone for a task that is not in the table. */
export function metricsOf(recipe: Pick<Recipe, 'kind' | 'task' | 'own_task' | 'stages'>): readonly MetricInfo[] {
  if (!isOnText(recipe)) return metricNames(recipe).map(metric);
  return learnsNextSentences(recipe) ? [...MASKED_WORDS, PAIRS] : MASKED_WORDS;
}

/** The metrics of a table: those of its recipe, and behind them those on mismatched rows where its rows have them. */
export function metricsOfTable(recipe: Parameters<typeof metricsOf>[0], rows: readonly ResultRow[]): readonly MetricInfo[] {
  const has = (name: string) => rows.some(({ scores }) => scores.metrics[name] !== undefined);
  const mismatched = isOnText(recipe) ? [] : metricNames(recipe).map((name): MetricInfo => ({ name: `${name}${MISMATCHED_SUFFIX}`, title: `${TITLES[name]}, mismatched`, show: score }));
  return [...metricsOf(recipe), ...mismatched.filter(({ name }) => has(name))];
}

function metricNames(recipe: Pick<Recipe, 'task' | 'own_task'>): readonly MetricName[] {
  try {
    return taskOf(recipe).metrics;
  } catch {
    return ['accuracy'];
  }
}
