import { describe, expect, it } from 'vitest';
import { Health, type HealthState } from '../../src/train/health.ts';

const OPTIONS = { learning_rate: 0.5, max_grad_norm: 1 };

/** Steps with these losses, one after another; NaN stands for a gradient that is not finite. */
function watch(losses: readonly number[], saved?: HealthState, from = 0): { health: Health; admitted: boolean[] } {
  const health = new Health(OPTIONS, saved);
  const admitted = losses.map((loss, i) => health.admits({ step: from + i, terms: { ce: loss }, loss, norm: Number.isNaN(loss) ? NaN : 1 }));
  return { health, admitted };
}

describe('steps that are not finite', () => {
  it('are left out one by one', () => {
    expect(watch([1, NaN, 1, NaN, NaN, 1]).admitted).toEqual([true, false, true, false, false, true]);
    expect(watch([1, Infinity]).admitted).toEqual([true, false]);
  });

  it('end the run at the third in a row, which is named with its terms and the learning rate', () => {
    expect(() => watch([1, 1, NaN, NaN, NaN])).toThrow(expect.objectContaining({
      code: 'diverged',
      where: 'step 5',
      expected: 'a finite gradient',
      got: 'one that is not (loss terms: ce NaN), 3 times in the last 100 steps',
      remedy: 'Start a new run with a learning rate lower than 0.5; what this run saved before is finite and stays.',
    }));
  });

  it('end the run at the tenth in a hundred, not when they are further apart', () => {
    const every = (n: number, count: number) => Array.from({ length: n * count }, (_, i) => (i % n === 0 ? NaN : 1));
    expect(() => watch(every(11, 10))).toThrow(expect.objectContaining({ where: 'step 100' }));
    expect(() => watch(every(12, 30))).not.toThrow();
  });

  it('count on in a run that is continued', () => {
    const { health } = watch([1, NaN, NaN]);
    expect(() => watch([NaN], health.state, 3)).toThrow(expect.objectContaining({ where: 'step 4' }));
    expect(() => watch([1, NaN], health.state, 3)).not.toThrow();
  });
});

describe('a loss that runs away', () => {
  it('ends the run at the third step in a row above a hundred times the first', () => {
    expect(() => watch([1, 201, 250, 199, 201, 300])).not.toThrow();
    expect(() => watch([1, 2, 201, 250, 300])).toThrow(expect.objectContaining({ code: 'diverged', where: 'step 5', expected: 'a loss below 200, a hundred times the first', got: '300.0 (ce 300.0), for the third time in a row' }));
  });

  it('is measured by the first loss of the run, also after it was continued', () => {
    const { health } = watch([9, 999, 1001]);
    expect(health.state).toEqual({ skippedSteps: [], firstLoss: 9, highInARow: 1 });
    expect(() => watch([1001, 1001], health.state, 3)).toThrow(expect.objectContaining({ where: 'step 5' }));
    expect(() => watch([1001, 999], health.state, 3)).not.toThrow();
  });

  it('that begins near 0 may grow to 100', () => {
    expect(() => watch([0.01, 99, 99, 99, 99])).not.toThrow();
    expect(() => watch([0.01, 102, 102, 102])).toThrow();
  });
});

it('asks for clipping where there is none', () => {
  const health = new Health({ learning_rate: 3, max_grad_norm: 0 }, { skippedSteps: [4, 5] });
  expect(() => health.admits({ step: 6, terms: {}, loss: 1, norm: Infinity })).toThrow(expect.objectContaining({ remedy: expect.stringContaining('lower than 3, and with clipping on;') as string }));
});
