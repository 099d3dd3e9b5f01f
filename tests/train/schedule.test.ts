import { describe, expect, it } from 'vitest';
import { linearSchedule, warmupSteps } from '../../src/train/schedule.ts';
import { Golden } from '../golden_file.ts';

const golden = new Golden('tests/golden/c_lr_agnostic_and_hf.safetensors');

describe('the linear schedule', () => {
  it('rises to its peak and falls to 0, by hand', () => {
    const options = { learning_rate: 8, warmup_ratio: 0.3, total: 13 };
    expect(warmupSteps(options)).toBe(4);
    expect(Array.from({ length: 15 }, (_, step) => linearSchedule(options, step))).toEqual([0, 2, 4, 6, ...[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3].map((left) => (8 * (left - 4)) / 9).map((rate) => Math.max(0, rate))]);
  });

  it.each([
    ['hf_linear', 7 / 40, 40],
    ['hf_linear_no_warmup', 0, 30],
  ])('is that of transformers: %s', (name, warmup_ratio, total) => {
    const expected = golden.floats(`expected/${name}/lr_used_at_step`);
    expected.forEach((rate, step) => expect(Math.abs(linearSchedule({ learning_rate: 5e-4, warmup_ratio, total }, step) - rate)).toBeLessThan(1e-10));
  });

  it.each([
    [580, 0.06, 35],
    [3120, 0.1, 312],
    [21050, 0.05, 1053],
  ])('warms up for the share of %i steps, rounded up', (total, warmup_ratio, expected) => {
    expect(warmupSteps({ learning_rate: 1, warmup_ratio, total })).toBe(expected);
  });

  it('is defined for a run of warm-up alone, and for one step', () => {
    expect([0, 1, 2, 3].map((step) => linearSchedule({ learning_rate: 3, warmup_ratio: 1, total: 3 }, step))).toEqual([0, 1, 2, 0]);
    expect(linearSchedule({ learning_rate: 3, warmup_ratio: 0, total: 1 }, 0)).toBe(3);
  });
});
