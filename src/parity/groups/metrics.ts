import { accuracy, f1, matthewsCorrelation, pearson, spearmanr, type Values } from '../../data/metrics.ts';
import { parseJsonObject } from '../../formats/text.ts';
import type { Comparison } from '../comparison.ts';
import type { Plan, Planner } from '../group.ts';
import { badManifest, Options } from '../options.ts';

const MAX_BYTES = 64 * 2 ** 20;

type Metric = (predictions: Values, labels: Values) => number;

/** Class against the rest: 1 where the value is the class. */
const isClass = (values: Values, one: number): number[] => Array.from(values, (value) => Number(value === one));

/** Mean over the classes that occur of the F1 of each against the rest. */
function macroF1(predictions: Values, labels: Values): number {
  const classes = [...new Set([...Array.from(predictions), ...Array.from(labels)])];
  return classes.reduce((sum, one) => sum + f1(isClass(predictions, one), isClass(labels, one)), 0) / classes.length;
}

const mean = (...metrics: readonly Metric[]): Metric => (p, l) => metrics.reduce((sum, metric) => sum + metric(p, l), 0) / metrics.length;

/** Mean squared difference. */
const mse: Metric = (p, l) => Array.from(p, (value, i) => (value - (l[i] ?? NaN)) ** 2).reduce((a, b) => a + b, 0) / p.length;

/** Field of a case → the lab's function for it. */
const FIELDS: Readonly<Record<string, Metric>> = {
  accuracy,
  f1_binary_positive_1: f1,
  f1_macro: macroF1,
  matthews_correlation: matthewsCorrelation,
  combined_score_acc_f1: mean(accuracy, f1),
  pearson,
  spearmanr,
  combined_score: mean(pearson, spearmanr),
  mse,
};

const PEARSON = ['pearson', 'combined_score'];
const GIVEN = ['name', 'kind', 'predictions', 'labels'];

/** Group f: the metrics of GLUE on lists of predictions and labels, degenerate ones included. */
export const metrics: Planner = async (group): Promise<Plan> => {
  const where = `${group.files.name}/${group.entry.text('file')}`;
  const json = new Options(parseJsonObject(await group.bytes(), where, MAX_BYTES), where);
  const usual = group.hostBound('relative');
  const offset = group.hostBound('Pearson with large offset');
  const cases = json.objects('cases').map((one) => ({
    name: one.text('name'),
    run: async (comparison: Comparison) => {
      const [predictions, labels] = [one.numbers('predictions'), one.numbers('labels')];
      const costly = hasLargeOffset(predictions) || hasLargeOffset(labels);
      for (const field of Object.keys(one.json).filter((name) => !GIVEN.includes(name) && one.json[name] !== null)) {
        const metric = FIELDS[field];
        if (!metric) throw badManifest(`${one.where}, ${field}`, `one of ${Object.keys(FIELDS).join(', ')}`, field);
        const expected = one.json[field] === 'NaN' ? NaN : one.number(field);
        comparison.number(field, metric(predictions, labels), expected, costly && PEARSON.includes(field) ? offset : usual);
      }
    },
  }));
  return { cases };
};

/** A mean a thousand times the spread costs Pearson's sums half of their digits. */
function hasLargeOffset(values: readonly number[]): boolean {
  const middle = values.reduce((a, b) => a + b, 0) / values.length;
  const spread = Math.max(...values) - Math.min(...values);
  return spread > 0 && Math.abs(middle) > 1000 * spread;
}
