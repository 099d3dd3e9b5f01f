import { describe, expect, it } from 'vitest';
import { frequencyOrder, isHidden, knownLabels, readLabel, referenceOrder, TRAINING_COUNTS } from '../../src/data/labels.ts';
import { TASKS, taskNamed } from '../../src/data/tasks.ts';

describe('the labels of GLUE', () => {
  it('are in the order of Hugging Face’s data set', () => {
    expect(Object.fromEntries(TASKS.map(({ name, labels }) => [name, labels]))).toEqual({
      cola: ['unacceptable', 'acceptable'], 'sst-2': ['negative', 'positive'], mrpc: ['not_equivalent', 'equivalent'], qqp: ['not_duplicate', 'duplicate'],
      'sts-b': [], mnli: ['entailment', 'neutral', 'contradiction'], qnli: ['entailment', 'not_entailment'], rte: ['entailment', 'not_entailment'], wnli: ['not_entailment', 'entailment'],
    });
  });

  it.each([
    ['mnli', 'contradiction', 2], ['mnli', 'Neutral', 1], ['mnli', '0', 0], ['mnli', '1.0', 1], ['rte', 'not entailment', 1], ['sst-2', ' 1 ', 1],
    ['mnli', '3', undefined], ['mnli', '-', undefined], ['sst-2', '', undefined], ['sst-2', '0.5', undefined], ['sst-2', '-1', undefined],
    ['sts-b', '5.000', 5], ['sts-b', '3.7999999523162842', 3.7999999523162842], ['sts-b', '5.1', undefined], ['sts-b', 'high', undefined],
  ])('of %s: %j is %s', (task, word, label) => expect(readLabel(taskNamed(task), word)).toBe(label));

  it('are hidden behind -1, however it is written', () => {
    expect(['-1', ' -1.0', '-1e0', '1', '', 'a'].map(isHidden)).toEqual([true, true, true, false, false, false]);
  });

  it('are named where one is unknown', () => {
    expect(knownLabels(taskNamed('rte'))).toBe('one of "entailment" or 0, "not_entailment" or 1');
    expect(knownLabels(taskNamed('sts-b'))).toBe('a number from 0 to 5');
  });
});

describe('the order of fairseq’s dictionaries', () => {
  it('has the commoner label first, and equal ones by name', () => {
    expect(frequencyOrder([3, 7, 5], ['a', 'b', 'c'])).toEqual([1, 2, 0]);
    expect(frequencyOrder([5, 5, 7], ['b', 'a', 'c'])).toEqual([2, 1, 0]);
  });

  it('is known for the tasks of the reference', () => {
    const orders = Object.fromEntries(TASKS.map((task) => [task.name, referenceOrder(task)?.map((id) => task.labels[id])]));
    expect(orders).toEqual({
      cola: ['acceptable', 'unacceptable'], 'sst-2': ['positive', 'negative'], mrpc: ['equivalent', 'not_equivalent'], qqp: ['not_duplicate', 'duplicate'],
      mnli: ['contradiction', 'neutral', 'entailment'], qnli: ['not_entailment', 'entailment'], rte: ['entailment', 'not_entailment'], 'sts-b': undefined, wnli: undefined,
    });
  });

  it('comes from the sizes of the training sets', () => {
    const sizes = Object.fromEntries(Object.entries(TRAINING_COUNTS).map(([task, counts]) => [task, counts.reduce((a, b) => a + b)]));
    expect(sizes).toEqual({ 'sst-2': 67349, cola: 8551, mrpc: 3668, qqp: 363846, rte: 2490, qnli: 104743, mnli: 392702 });
  });
});
