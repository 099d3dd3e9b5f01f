import { describe, expect, it } from 'vitest';
import { glueSteps } from '../../src/train/glue_steps.ts';

describe('steps of run_glue', () => {
  it.each([
    [3668, 5, 32, 0.06, 573.125, 580, 35],
    [2490, 20, 16, 0.1, 3112.5, 3120, 312],
    [67349, 10, 32, 0.05, 21046.5625, 21050, 1052],
    [8551, 20, 16, 0.06, 10688.75, 10690, 641],
    [100, 3, 8, 0.5, 37.5, 40, 20],
    [70, 1, 1, 0.05, 70, 70, 4],
    [320, 1, 32, 0.75, 10, 10, 8],
    [320, 1, 32, 0.55, 10, 10, 6],
  ])('%i rows, %i epochs, batch %i, ratio %d', (n_train, epochs, batch, warmup_ratio, total_steps, rounded_steps, warmup_steps) => {
    expect(glueSteps({ n_train, epochs, batch, warmup_ratio })).toEqual({ total_steps, rounded_steps, warmup_steps });
  });
});
