import { describe, expect, it } from 'vitest';
import type { Stage } from '../../../src/experiment/recipe.ts';
import { newTerm, OFFERED, oneStage, twoStages } from '../../../src/ui/state/stages.ts';

const stage = (...names: string[]): Stage => ({ name: 'distillation', objectives: names.map(newTerm), training: {}, start: 'last' });
const shape = (stages: readonly Stage[]) => stages.map(({ name, objectives }) => [name, objectives.map((term) => term.name)]);

describe('stages', () => {
  it('part into hidden layers and predictions, and come together again', () => {
    const two = twoStages([stage('kd', 'hidden_cls', 'att_kl')]);
    expect(shape(two)).toEqual([['intermediate', ['hidden_cls', 'att_kl']], ['prediction', ['kd']]]);
    expect(shape(oneStage(two))).toEqual([['distillation', ['hidden_cls', 'att_kl', 'kd']]]);
  });

  it('are never empty', () => {
    expect(shape(twoStages([stage('ce')]))).toEqual([['intermediate', ['att_mse']], ['prediction', ['ce']]]);
    expect(shape(twoStages([stage('pkd')]))).toEqual([['intermediate', ['pkd']], ['prediction', ['kd']]]);
    expect(shape(oneStage([]))).toEqual([['distillation', ['kd']]]);
  });
});

it('offers what a classifier can be distilled by, each term with its own first numbers', () => {
  expect(OFFERED.map(({ name }) => name)).not.toContain('masked_lm');
  expect(newTerm('kd')).toEqual({ name: 'kd', weight: 1, parameters: { temperature: 2, kd_weight: 0.5 } });
});
