import { expect, it } from 'vitest';
import { mean, sampleDeviation, summarise } from '../../src/experiment/statistics.ts';

it('divides the squares by n − 1', () => {
  expect(mean([2, 3, 7])).toBe(4);
  expect(sampleDeviation([2, 3, 7])).toBeCloseTo(Math.sqrt((4 + 1 + 9) / 2), 14);
  expect(sampleDeviation([5, 5, 5, 5])).toBe(0);
});

it('knows no deviation of one value', () => {
  expect(sampleDeviation([3])).toBeUndefined();
  expect(summarise([3])).toEqual({ mean: 3, values: [3] });
  expect(summarise([1, 2])).toEqual({ mean: 1.5, deviation: Math.SQRT1_2, values: [1, 2] });
});
