import { describe, expect, it } from 'vitest';
import { GENERATORS } from '../../../src/data/mini_glue/generators.ts';
import { miniGlue } from '../../../src/data/mini_glue/index.ts';
import type { Example } from '../../../src/data/task.ts';
import { taskNamed } from '../../../src/data/tasks.ts';

type Features = (row: Example) => string[];

function words(text: string): string[] {
  return text.toLowerCase().match(/[a-z]+/g) ?? [];
}

/** Naive Bayes on the presence of features, with add-one smoothing; gives the classifier. */
function naiveBayes(rows: readonly Example[], features: Features, labels: number): (row: Example) => number {
  const prior = new Array<number>(labels).fill(0);
  const counts = new Map<string, number[]>();
  for (const row of rows) {
    prior[row.label] = (prior[row.label] ?? 0) + 1;
    for (const f of new Set(features(row))) {
      const c = counts.get(f) ?? new Array<number>(labels).fill(0);
      c[row.label] = (c[row.label] ?? 0) + 1;
      counts.set(f, c);
    }
  }
  return (row) => {
    const known = [...new Set(features(row))].flatMap((f) => [counts.get(f) ?? []].filter((c) => c.length > 0));
    const scores = prior.map((p, k) => known.reduce((s, c) => s + Math.log(((c[k] ?? 0) + 1) / (p + 2)), Math.log(p)));
    return scores.indexOf(Math.max(...scores));
  };
}

function accuracy(classify: (row: Example) => number, rows: readonly Example[]): number {
  return rows.filter((r) => classify(r) === r.label).length / rows.length;
}

/** Points above chance that word statistics may give on the deep slices; the standard error is about 1.8 points. */
const MARGIN = 0.15;

describe.each(GENERATORS.map((g) => g.task))('surface statistics of %s', (name) => {
  const task = taskNamed(name);
  const { train, dev } = miniGlue(task, { seed: 3, train_rows: 4000, dev_rows: 1501, tuning_rows: 0 });
  const deep = dev.filter((r) => (r.depth ?? 0) >= 2);
  const chance = 1 / task.labels.length;

  it('gives no label away by its words', () => {
    const classify = naiveBayes(train, (r) => words(`${r.text} ${r.textPair ?? ''}`), task.labels.length);
    expect(accuracy(classify, deep)).toBeLessThan(chance + MARGIN);
  });

  it('gives no label away by its length', () => {
    const classify = naiveBayes(train, (r) => [`${words(r.text).length}`, `b${words(r.textPair ?? '').length}`], task.labels.length);
    expect(accuracy(classify, deep)).toBeLessThan(chance + MARGIN);
  });
});
