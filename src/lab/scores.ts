import { METRICS } from '../data/metrics.ts';
import type { TaskSpec } from '../data/task.ts';
import { isRegression } from '../data/tasks.ts';
import { MISMATCHED_SUFFIX, type Scores } from '../experiment/run.ts';
import type { EncodedExample } from '../train/batches.ts';
import { meanCrossEntropy, predictions } from '../train/evaluate.ts';

/** Depth slices of generated examples. */
const DEPTHS = [0, 1, 2, 3];

/** Scores of predictions (class ids, or scores of a regression) against the labels; a correlation with constants counts as 0. */
function scoresOf(task: TaskSpec, predicted: readonly number[], examples: readonly EncodedExample[], loss: number): Scores {
  const labels = examples.map(({ label }) => label);
  const metrics = Object.fromEntries(task.metrics.map((name) => [name, METRICS[name](predicted, labels) || 0]));
  const slices = DEPTHS.map((depth) => [...examples.keys()].filter((i) => examples[i]!.depth === depth));
  const headline = METRICS[task.metrics[0]!];
  const byDepth = slices.some((slice) => slice.length === 0)
    ? []
    : slices.map((slice) => headline(slice.map((i) => predicted[i]!), slice.map((i) => labels[i]!)));
  return { metrics, byDepth, loss, examples: examples.length };
}

/** Scores of a model from its logits [n·C]; `loss` is the mean cross-entropy, or the mean square of a regression (C = 1). */
export function scoresFromLogits(task: TaskSpec, logits: Float32Array, examples: readonly EncodedExample[]): Scores {
  const labels = examples.map(({ label }) => label);
  if (isRegression(task)) return scoresOf(task, Array.from(logits), examples, meanSquare(logits, labels));
  const classes = task.labels.length;
  return scoresOf(task, predictions(logits, classes), examples, meanCrossEntropy(logits, labels, classes));
}

/** Scores of always answering the commonest label of the training rows; its loss is that of the label frequencies. */
export function majorityScores(task: TaskSpec, train: readonly EncodedExample[], dev: readonly EncodedExample[]): Scores {
  if (isRegression(task)) return meanScores(task, train, dev);
  const counts = task.labels.map((_, label) => train.filter((example) => example.label === label).length);
  const commonest = counts.indexOf(Math.max(...counts));
  const logPrior = counts.map((count) => Math.log((count + 1) / (train.length + counts.length)));
  const loss = dev.reduce((sum, { label }) => sum - logPrior[label]!, 0) / Math.max(1, dev.length);
  return scoresOf(task, dev.map(() => commonest), dev, loss);
}

/** The scores of the dev rows with the metrics of the mismatched ones beside them, named as Hugging Face names them: `accuracy_mm`. */
export function withMismatched(dev: Scores, mismatched: Scores | undefined): Scores {
  const second = Object.entries(mismatched?.metrics ?? {}).map(([name, value]) => [`${name}${MISMATCHED_SUFFIX}`, value]);
  return { ...dev, metrics: { ...dev.metrics, ...Object.fromEntries(second) } };
}

/** A teacher counts as knowing nothing up to this much above the majority class, in the task's first metric. */
const WEAK = 0.05;

/** A sentence on a teacher that is hardly better than the majority class; undefined for any other. */
export function weakTeacher(task: TaskSpec, teacher: Scores, majority: Scores): string | undefined {
  const metric = task.metrics[0]!;
  const [own, common] = [teacher, majority].map(({ metrics }) => metrics[metric] ?? 0) as [number, number];
  if (own > common + WEAK) return undefined;
  return `The teacher's ${metric} is ${own.toFixed(3)}, where the majority class has ${common.toFixed(3)}: it knows next to nothing of ${task.name}, so a student that is distilled from it shows nothing of the method. Name a better teacher, or choose another task.`;
}

/** Scores of always answering the mean of the training rows. */
function meanScores(task: TaskSpec, train: readonly EncodedExample[], dev: readonly EncodedExample[]): Scores {
  const mean = train.reduce((sum, { label }) => sum + label, 0) / Math.max(1, train.length);
  const answers = dev.map(() => mean);
  return scoresOf(task, answers, dev, meanSquare(answers, dev.map(({ label }) => label)));
}

function meanSquare(answers: ArrayLike<number>, labels: readonly number[]): number {
  return labels.reduce((sum, label, i) => sum + (answers[i]! - label) ** 2, 0) / Math.max(1, labels.length);
}
