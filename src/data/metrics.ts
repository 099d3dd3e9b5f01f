/** The metrics of GLUE, as scikit-learn and SciPy define them, also for degenerate inputs. */
import type { MetricName } from './task.ts';

/** Class ids, or scores for a regression task; predictions and labels in the same order, [n] each. */
export type Values = ArrayLike<number>;

function sizeOf(predictions: Values, labels: Values): number {
  if (predictions.length === 0 || predictions.length !== labels.length) {
    throw new RangeError(`metrics need as many predictions as labels and at least one, got ${predictions.length} and ${labels.length}`);
  }
  return labels.length;
}

/** Σ over examples of f(prediction, label). */
function sum(predictions: Values, labels: Values, f: (prediction: number, label: number) => number): number {
  let total = 0;
  for (let i = 0; i < labels.length; i++) total += f(predictions[i] ?? NaN, labels[i] ?? NaN);
  return total;
}

/** Share of predictions that equal the label; RangeError on empty or unequal lists, as all metrics here. */
export function accuracy(predictions: Values, labels: Values): number {
  return sum(predictions, labels, (p, l) => Number(p === l)) / sizeOf(predictions, labels);
}

/** F1 of class 1: 2·TP / (2·TP + FP + FN); 0 when neither predictions nor labels have a 1. */
export function f1(predictions: Values, labels: Values): number {
  sizeOf(predictions, labels);
  const both = sum(predictions, labels, (p, l) => Number(p === 1 && l === 1));
  const either = sum(predictions, labels, (p, l) => Number(p === 1) + Number(l === 1));
  return either === 0 ? 0 : (2 * both) / either;
}

/**
 * Matthews correlation for any number of classes; 0 when predictions or labels have one class only.
 *
 *   (c·n − Σ p_k·l_k) / √((n² − Σ p_k²)·(n² − Σ l_k²))
 *
 * c: correct, n: examples, p_k and l_k: how often class k was predicted and is the label. Source: Gorodkin 2004.
 */
export function matthewsCorrelation(predictions: Values, labels: Values): number {
  const n = sizeOf(predictions, labels);
  const predicted = counts(predictions);
  const actual = counts(labels);
  const correct = sum(predictions, labels, (p, l) => Number(p === l));
  const product = (a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>) => [...a].reduce((s, [k, count]) => s + count * (b.get(k) ?? 0), 0);
  const spread = (n * n - product(predicted, predicted)) * (n * n - product(actual, actual));
  return spread === 0 ? 0 : (correct * n - product(predicted, actual)) / Math.sqrt(spread);
}

function counts(values: Values): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (let i = 0; i < values.length; i++) found.set(values[i] ?? NaN, (found.get(values[i] ?? NaN) ?? 0) + 1);
  return found;
}

/** Pearson correlation, by centred sums; NaN when predictions or labels are constant. */
export function pearson(predictions: Values, labels: Values): number {
  const n = sizeOf(predictions, labels);
  if (isConstant(predictions) || isConstant(labels)) return NaN;
  const p0 = sum(predictions, labels, (p) => p) / n;
  const l0 = sum(predictions, labels, (_, l) => l) / n;
  const pp = sum(predictions, labels, (p) => (p - p0) ** 2);
  const ll = sum(predictions, labels, (_, l) => (l - l0) ** 2);
  const pl = sum(predictions, labels, (p, l) => (p - p0) * (l - l0));
  return pp === 0 || ll === 0 ? NaN : Math.max(-1, Math.min(1, pl / Math.sqrt(pp) / Math.sqrt(ll)));
}

/** All values equal; their mean may differ from them by rounding. */
const isConstant = (values: Values): boolean => Array.from(values).every((value) => value === values[0]);

/** Spearman correlation: Pearson's of the ranks, equal values sharing the mean of their ranks; NaN when one is constant. */
export function spearmanr(predictions: Values, labels: Values): number {
  sizeOf(predictions, labels);
  return pearson(ranks(predictions), ranks(labels));
}

function ranks(values: Values): Float64Array {
  const order = Array.from({ length: values.length }, (_, i) => i).sort((a, b) => (values[a] ?? NaN) - (values[b] ?? NaN));
  const out = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end] ?? 0] === values[order[start] ?? 0]) end++;
    for (let i = start; i < end; i++) out[order[i] ?? 0] = (start + end - 1) / 2;
    start = end;
  }
  return out;
}

/** Mean of (prediction − label)². */
export function mse(predictions: Values, labels: Values): number {
  return sum(predictions, labels, (p, l) => (p - l) ** 2) / sizeOf(predictions, labels);
}

/** Metric by its name in Hugging Face's `evaluate`. */
export const METRICS: Readonly<Record<MetricName, (predictions: Values, labels: Values) => number>> = {
  accuracy,
  f1,
  matthews_correlation: matthewsCorrelation,
  pearson,
  spearmanr,
  mse,
};
