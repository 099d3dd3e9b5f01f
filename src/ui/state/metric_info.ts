import type { MetricName } from '../../data/task.ts';
import { taskNamed } from '../../data/tasks.ts';

const TITLES: Readonly<Record<MetricName, string>> = {
  accuracy: 'Accuracy', f1: 'F1', matthews_correlation: 'Matthews correlation', pearson: 'Pearson', spearmanr: 'Spearman',
};

/** Metrics of a task with their titles, the headline first; accuracy alone for a task that is not in the table. */
export function metricsOf(task: string): readonly { readonly name: MetricName; readonly title: string }[] {
  return metricNames(task).map((name) => ({ name, title: TITLES[name] }));
}

function metricNames(task: string): readonly MetricName[] {
  try {
    return taskNamed(task).metrics;
  } catch {
    return ['accuracy'];
  }
}
