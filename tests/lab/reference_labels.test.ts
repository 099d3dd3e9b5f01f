import { describe, expect, it } from 'vitest';
import { taskNamed } from '../../src/data/tasks.ts';
import { inTaskOrder } from '../../src/lab/reference_labels.ts';
import type { Weights } from '../../src/model/weights.ts';
import { SMALL_CONFIG } from './given_files.ts';

const NAMES = ['LABEL_0', 'LABEL_1', 'LABEL_2'];

function classifier(labels: readonly string[], model_type: 'bert' | 'roberta' = 'roberta'): Weights {
  const output = model_type === 'bert' ? 'classifier' : 'classifier.out_proj';
  const tensors = new Map([
    [`${output}.weight`, { shape: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
    [`${output}.bias`, { shape: [3], data: Float32Array.of(7, 8, 9) }],
    ['classifier.dense.weight', { shape: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
  ]);
  return { config: { ...SMALL_CONFIG, model_type, labels }, heads: ['classification'], tensors };
}

describe('a classifier of fairseq', () => {
  it('gets the task’s order and names: contradiction is its first output of MNLI', () => {
    const { config, tensors } = inTaskOrder(classifier(NAMES), taskNamed('mnli'), 'm');
    expect([config.labels, config.finetuning_task]).toEqual([['entailment', 'neutral', 'contradiction'], 'mnli']);
    expect([...tensors.values()].map(({ data }) => [...data])).toEqual([[5, 6, 3, 4, 1, 2], [9, 8, 7], [1, 2, 3, 4, 5, 6]]);
  });

  it('is left alone where that could be wrong', () => {
    const unfit = (labels: readonly string[], task: string) => expect(() => inTaskOrder(classifier(labels), taskNamed(task), 'm')).toThrow(expect.objectContaining({ code: 'UnknownLabel', where: 'm' }));
    unfit(['contradiction', 'neutral', 'entailment'], 'mnli');
    unfit(NAMES, 'rte');
    unfit(NAMES, 'wnli');
    expect(() => inTaskOrder({ ...classifier(NAMES), heads: [] }, taskNamed('mnli'), 'm')).toThrow(expect.objectContaining({ code: 'UnknownLabel' }));
  });
});
