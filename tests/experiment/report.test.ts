import { describe, expect, it } from 'vitest';
import { reportTable, sweepReport, type SeedResult } from '../../src/experiment/report.ts';
import type { Arm, ResultRow } from '../../src/experiment/run.ts';

const row = (arm: Arm, accuracy: number, parameters = 1234): ResultRow => ({ arm, parameters, seconds: 2, scores: { metrics: { accuracy }, byDepth: [accuracy, 1], loss: 1, examples: 101 } });
const result = (method: string, seed: number, distilled: number, finetuned: number): SeedResult => ({ method, seed, rows: [row('teacher', 0.9, 5000), row('distilled', distilled), row('finetuned', finetuned), row('majority', 0.5, 0)] });

describe('a report', () => {
  const rows = sweepReport([result('kd', 1, 0.7, 0.6), result('kd', 2, 0.8, 0.6), result('att_mse', 1, 0.75, 0.6)]);

  it('has a line for the student of each method, and one for every other model', () => {
    expect(rows.map(({ arm, method, seeds }) => [arm, method, seeds])).toEqual([
      ['teacher', undefined, [1, 2]], ['distilled', 'kd', [1, 2]], ['distilled', 'att_mse', [1]], ['finetuned', undefined, [1, 2]], ['majority', undefined, [1, 2]],
    ]);
    expect(rows[1]!.metrics['accuracy']!.mean).toBeCloseTo(0.75, 12);
    expect(rows[1]!.metrics['accuracy']!.deviation).toBeCloseTo(Math.sqrt(0.005), 12);
    expect(rows[2]!.metrics['accuracy']).toEqual({ mean: 0.75, values: [0.75] });
  });

  it('is a table with mean and deviation, and the name of the method where there are several', () => {
    const lines = reportTable(rows).split('\n');
    expect(lines[0]).toMatch(/seeds +parameters +dev accuracy +depth 0 +depth 1 +seconds$/);
    expect(lines[2]).toMatch(/^teacher +2 +5,000 +0\.9000 ± 0\.0000 +0\.900 +1\.000 +2\.0$/);
    expect(lines[3]).toMatch(/^distilled, kd +2 +1,234 +0\.7500 ± 0\.0707/);
    expect(lines[4]).toMatch(/^distilled, att_mse +1 +1,234 +0\.7500 +0\.750/);
    expect(lines[6]).toMatch(/^majority class +2 +– /);
  });
});
