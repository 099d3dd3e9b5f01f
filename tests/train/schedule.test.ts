import { describe, expect, it } from 'vitest';
import { learningRate, SCHEDULERS, warmupSteps, type ScheduleOptions } from '../../src/train/schedule.ts';
import { Golden } from '../golden_file.ts';

const AGNOSTIC = new Golden('tests/golden/c_lr_agnostic_and_hf.safetensors');
const FAIRSEQ = new Golden('tests/golden/c_lr_fairseq.safetensors');

const curve = (options: ScheduleOptions, steps: number) => Array.from({ length: steps }, (_, step) => learningRate(options, { step }));

/** Every rate within 1e-6 of the original's; smaller ones than `least` are held to 1e-6 of that. */
function expectRates(got: readonly number[], expected: Float32Array, least: number): void {
  expect(got.length).toBe(expected.length);
  got.forEach((rate, step) => expect(Math.abs(rate - expected[step]!), `step ${step}`).toBeLessThanOrEqual(1e-6 * Math.max(Math.abs(expected[step]!), least)));
}

describe('the linear schedule', () => {
  it('rises to its peak and falls to 0, by hand', () => {
    const options = { learning_rate: 8, warmup_ratio: 0.3, total: 13 };
    expect(warmupSteps(options)).toBe(4);
    expect(curve(options, 15)).toEqual([0, 2, 4, 6, ...[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3].map((left) => (8 * (left - 4)) / 9).map((rate) => Math.max(0, rate))]);
  });

  it.each([
    [580, 0.06, 35],
    [3120, 0.1, 312],
    [21050, 0.05, 1053],
  ])('warms up for the share of %i steps, rounded up', (total, warmup_ratio, expected) => {
    expect(warmupSteps({ learning_rate: 1, warmup_ratio, total })).toBe(expected);
  });

  it('prefers a number of warm-up steps to a share', () => {
    expect(warmupSteps({ learning_rate: 1, warmup_ratio: 0.5, warmup_steps: 7, total: 100 })).toBe(7);
  });

  it('is defined for a run of warm-up alone, and for one step', () => {
    expect(curve({ learning_rate: 3, warmup_ratio: 1, total: 3 }, 4)).toEqual([0, 1, 2, 0]);
    expect(curve({ learning_rate: 3, warmup_ratio: 0, total: 1 }, 1)).toEqual([3]);
  });
});

describe('schedules of the original code', () => {
  const HF = { learning_rate: 5e-4, warmup_ratio: 0, warmup_steps: 7, total: 40 };
  const REPO = { learning_rate: 5e-4, warmup_ratio: 0.06 };
  it.each<[string, ScheduleOptions]>([
    ['hf_linear', HF],
    ['hf_linear_no_warmup', { ...HF, warmup_steps: 0, total: 30 }],
    ['hf_polynomial', { ...HF, lr_scheduler_type: 'polynomial' }],
    ['hf_polynomial_power2', { ...HF, lr_scheduler_type: 'polynomial', power: 2, lr_end: 1e-6 }],
    ['step_linear', { ...REPO, lr_scheduler_type: 'step', total: 100 }],
    ['step_exp', { ...REPO, lr_scheduler_type: 'step', curve: 'exp', warmup_ratio: 0.1, decay_rate: 0.9, decay_step: 10, total: 60 }],
    ['constant_step_linear', { ...REPO, lr_scheduler_type: 'constant_step', warmup_steps: 8, total: 50 }],
    ['constant_step_exp', { ...REPO, lr_scheduler_type: 'constant_step', curve: 'exp', warmup_steps: 8, decay_rate: 0.95, decay_step: 5, total: 50 }],
  ])('%s', (name, options) => {
    const expected = AGNOSTIC.floats(`expected/${name}/lr_used_at_step`);
    expectRates(curve(options, expected.length), expected, 1e-6 * options.learning_rate);
  });

  it.each<[string, Partial<ScheduleOptions>]>([
    ['time_linear', {}],
    ['time_exp', { curve: 'exp', warmup_ratio: 0.1, decay_rate: 0.9, decay_step: 2 }],
  ])('%s, by the hours on a given clock', (name, changes) => {
    const options: ScheduleOptions = { ...REPO, lr_scheduler_type: 'time', total_training_time: 24, total: 1, ...changes };
    // Hours are stored in 32 bits, which is rough where little time is left.
    const hours = [...AGNOSTIC.floats(`inputs/${name}/elapsed_hours_at_evaluation`)];
    expectRates(hours.map((now) => learningRate(options, { step: 3, hours: now })), AGNOSTIC.floats(`expected/${name}/lr_used_at_step`), 0.05 * options.learning_rate);
  });

  it.each<[string, Partial<ScheduleOptions> & { total: number }]>([
    ['rte_recipe', { learning_rate: 2e-5, warmup_steps: 122, total: 2036 }],
    ['small', { warmup_steps: 10, total: 60 }],
    ['power2_end', { learning_rate: 5e-4, warmup_steps: 6, total: 40, power: 2, lr_end: 1e-5 }],
    ['no_warmup', { total: 30 }],
  ])('polynomial decay of fairseq: %s', (name, changes) => {
    const options: ScheduleOptions = { learning_rate: 1e-3, warmup_ratio: 0, lr_scheduler_type: 'polynomial_decay', ...changes };
    const updates = [...FAIRSEQ.integers(`inputs/${name}/num_updates`)];
    expectRates(updates.map((step) => learningRate(options, { step })), FAIRSEQ.floats(`expected/${name}/lr_after_step_update`), 1e-6 * options.learning_rate);
    const beforeTraining = learningRate(options, { step: options.warmup_steps ? 1 : 0 });
    expectRates([beforeTraining], FAIRSEQ.floats(`expected/${name}/lr_before_step_update_0`), 1e-6 * options.learning_rate);
  });
});

describe('the other schedules', () => {
  it('cosine, by hand: half a wave, then whole ones', () => {
    const options: ScheduleOptions = { learning_rate: 2, warmup_ratio: 0, warmup_steps: 2, total: 8, lr_scheduler_type: 'cosine' };
    const expected = [0, 1, 2, 1 + Math.cos(Math.PI / 6), 1.5, 1, 0.5, 1 - Math.cos(Math.PI / 6), 0];
    curve(options, 9).forEach((rate, step) => expect(rate).toBeCloseTo(expected[step]!, 12));
    expect(learningRate({ ...options, num_cycles: 1 }, { step: 5 })).toBeCloseTo(0, 12);
  });

  it('constant, with and without warm-up', () => {
    const options: ScheduleOptions = { learning_rate: 3, warmup_ratio: 0.5, total: 6 };
    expect(curve({ ...options, lr_scheduler_type: 'constant' }, 5)).toEqual([3, 3, 3, 3, 3]);
    expect(curve({ ...options, lr_scheduler_type: 'constant_with_warmup' }, 5)).toEqual([0, 1, 2, 3, 3]);
  });

  it('the time schedule asks for a clock and a total', () => {
    const options: ScheduleOptions = { learning_rate: 3, warmup_ratio: 0.5, total: 6, lr_scheduler_type: 'time' };
    const fault = (got: string) => expect.objectContaining({ code: 'no-clock', got });
    expect(() => learningRate(options, { step: 0, hours: 1 })).toThrow(fault('total_training_time 0, a clock'));
    expect(() => learningRate({ ...options, total_training_time: 2 }, { step: 0 })).toThrow(fault('total_training_time 2, no clock'));
  });

  it.each(SCHEDULERS)('%s begins at 0 with warm-up, reaches its peak, never goes above it or below 0', (lr_scheduler_type) => {
    const options: ScheduleOptions = { learning_rate: 5e-4, warmup_ratio: 0.25, warmup_steps: 8, total: 32, total_training_time: 32, lr_scheduler_type };
    const rates = Array.from({ length: 41 }, (_, step) => learningRate(options, { step, hours: step }));
    expect(rates[0]).toBe(lr_scheduler_type === 'constant' ? 5e-4 : 0);
    expect(rates[8]).toBe(5e-4);
    expect(Math.max(...rates)).toBe(5e-4);
    expect(Math.min(...rates)).toBeGreaterThanOrEqual(0);
  });
});
