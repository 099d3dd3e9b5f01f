import { describe, expect, it } from 'vitest';
import { classOrder, isInOrder } from '../../src/data/model_labels.ts';
import { taskNamed } from '../../src/data/tasks.ts';

const order = (task: string, labels: readonly string[], finetuning_task?: string) => classOrder({ labels, finetuning_task }, taskNamed(task));

describe('the outputs of a model', () => {
  it.each<[string, string[], number[], string?]>([
    ['rte', ['entailment', 'not_entailment'], [0, 1]],
    ['rte', ['Entailment', 'Not Entailment'], [0, 1]],
    ['rte', ['not-entailment', 'ENTAILMENT'], [1, 0]],
    ['rte', ['LABEL_0', 'label_1'], [0, 1], 'glue:RTE'],
    ['mnli', ['NEUTRAL', 'contradiction', 'entailment'], [2, 0, 1], 'MNLI'],
    ['sts-b', ['LABEL_0'], [0], 'stsb'],
  ])('of %s are the classes of %j', (task, labels, places, name) => expect(order(task, labels, name)).toEqual(places));

  it.each<[string, string[], string?]>([
    ['qnli', ['entailment', 'not_entailment'], 'rte'],
    ['rte', ['LABEL_0', 'LABEL_1'], 'my task'],
    ['rte', ['entailment', 'neutral', 'contradiction']],
    ['rte', ['LABEL_1', 'LABEL_0']],
    ['sst-2', ['positive', 'positive']],
    ['mnli', ['LABEL_0', 'LABEL_1']],
    ['sts-b', ['similarity']],
  ])('are none of %s: %j', (task, labels, name) => expect(order(task, labels, name)).toBeUndefined());

  it('of own labels are told apart by their case where that is needed', () => {
    const task = { name: 'custom', text: 'a', label: 'label', labels: ['us', 'US', 'it'], metrics: ['accuracy'] } as const;
    expect(classOrder({ labels: ['US', 'it', 'us'] }, task)).toEqual([2, 0, 1]);
  });

  it('may be in order', () => expect([[0, 1, 2], [0, 2, 1]].map(isInOrder)).toEqual([true, false]));
});
