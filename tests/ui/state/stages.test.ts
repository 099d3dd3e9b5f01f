import { describe, expect, it } from 'vitest';
import { entryNamed } from '../../../src/experiment/objective_catalogue.ts';
import type { Recipe, Stage } from '../../../src/experiment/recipe.ts';
import { lackingIn, newTerm, offeredIn, oneStage, twoStages } from '../../../src/ui/state/stages.ts';

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

it('part on text into masked words and what the teacher gives', () => {
  expect(shape(twoStages([stage('att_kl', 'masked_lm')], 'distill-text'))).toEqual([['masked-lm', ['masked_lm']], ['distillation', ['att_kl']]]);
  expect(shape(twoStages([], 'distill-text'))).toEqual([['masked-lm', ['masked_lm']], ['distillation', ['masked_lm_distill']]]);
});

it('offers what a student can learn by in a task, on text, and with scores, each term with its own first numbers', () => {
  const names = (kind: Recipe['kind'], task: string) => offeredIn({ kind, task }).map(({ name }) => name);
  expect(names('distill', 'cola')).not.toContain('masked_lm');
  expect(names('distill', 'cola')).toContain('crd');
  expect(names('distill', 'sts-b')).not.toContain('crd');
  expect(names('distill-text', 'cola')).toContain('masked_lm_distill');
  expect(names('distill-text', 'cola')).not.toContain('kd');
  expect(lackingIn({ kind: 'distill-text', task: 'cola' }, entryNamed('kd')!)).toBe('the labels of a task');
  expect(newTerm('kd')).toEqual({ name: 'kd', weight: 1, parameters: { temperature: 2, kd_weight: 0.5 } });
});
