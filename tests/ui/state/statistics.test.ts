import { describe, expect, it } from 'vitest';
import { smooth, softmax, standardError } from '../../../src/ui/state/statistics.ts';

describe('standardError', () => {
  it('is √(p(1−p)/n) for accuracy', () => expect(standardError('accuracy', 0.9, 1001)).toBeCloseTo(Math.sqrt(0.09 / 1001), 12));
  it('is √((1−φ²)/n) for Matthews correlation', () => expect(standardError('matthews_correlation', 0.6, 67)).toBeCloseTo(Math.sqrt(0.64 / 67), 12));
  it('is undefined for F1, and without examples', () => {
    expect(standardError('f1', 0.8, 67)).toBeUndefined();
    expect(standardError('accuracy', 0.8, 0)).toBeUndefined();
  });
});

describe('softmax', () => {
  it('gives the shares of the exponentials', () => {
    const [a, b, c] = softmax([Math.log(2), Math.log(3), Math.log(5)], 1);
    expect([a, b, c].map((p) => p!.toFixed(12))).toEqual(['0.200000000000', '0.300000000000', '0.500000000000']);
  });
  it('flattens with the temperature', () => expect(softmax([2, 0], 4)[0]).toBeCloseTo(1 / (1 + Math.exp(-0.5)), 12));
  it('does not overflow', () => expect(softmax([2000, 0, -2000], 1)).toEqual([1, 0, 0]));
});

describe('smooth', () => {
  it('returns the values as they are with weight 0', () => expect(smooth([3, null, 5], 0)).toEqual([3, null, 5]));
  it('keeps a constant from the first value on', () => {
    for (const value of smooth([7, 7, 7], 0.9)) expect(value).toBeCloseTo(7, 12);
  });
  it('weighs older values less', () => {
    const [, second] = smooth([1, 4], 0.5);
    expect(second).toBeCloseTo((0.25 * 1 + 0.5 * 4) / 0.75, 12);
  });
});
