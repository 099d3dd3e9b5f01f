import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { METRICS } from '../../src/data/metrics.ts';
import type { MetricName } from '../../src/data/task.ts';

type Case = Readonly<Record<string, unknown>> & { readonly name: string; readonly kind: string; readonly predictions: number[]; readonly labels: number[] };

const golden: { cases: readonly Case[] } = JSON.parse(readFileSync(resolve(import.meta.dirname, '../golden/f_metrics.json'), 'utf8'));

/** Metric → its field in the golden; F1 of more than two classes has none. */
const FIELDS: Readonly<Record<string, readonly (readonly [MetricName, string])[]>> = {
  classification: [['accuracy', 'accuracy'], ['f1', 'f1_binary_positive_1'], ['matthews_correlation', 'matthews_correlation']],
  regression: [['pearson', 'pearson'], ['spearmanr', 'spearmanr']],
};

/** The offset of a million costs Pearson's sums half of their digits. */
const tolerance = (name: string) => (name === 'large_offset' ? 1e-8 : 1e-9);

const CHECKS = golden.cases.flatMap((c) => (FIELDS[c.kind] ?? []).filter(([, field]) => c[field] !== null).map(([metric, field]) => [metric, c.name, c, c[field]] as const));

describe('metrics of scikit-learn and SciPy', () => {
  it('are all there', () => {
    expect(CHECKS.length).toBe(12 * 3 - 2 + 8 * 2);
  });

  it.each(CHECKS)('%s of %s', (metric, name, { predictions, labels }, expected) => {
    const got = METRICS[metric](predictions, labels);
    if (expected === 'NaN') expect(got).toBeNaN();
    else expect(Math.abs(got - Number(expected))).toBeLessThanOrEqual(tolerance(name));
  });

  it.each(Object.keys(METRICS) as MetricName[])('%s refuses lists that do not match', (metric) => {
    expect(() => METRICS[metric]([], [])).toThrow(RangeError);
    expect(() => METRICS[metric]([1, 0, 1], [1, 0])).toThrow(RangeError);
  });
});
