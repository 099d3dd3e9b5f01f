import { describe, expect, it } from 'vitest';
import { contrastRows } from '../../src/distill/contrast.ts';
import { parseMapping } from '../../src/distill/layer_mapping.ts';
import { methodNamed } from '../../src/distill/methods.ts';
import { crd } from '../../src/distill/objectives/crd.ts';

const labels = [0, 1, 2, 0, 1, 2, 2, 0, 1, 1, 0];
const rows = (negatives: number, more: Partial<Parameters<typeof contrastRows>[0]> = {}) => {
  const { examples = [3, 5], ...rest } = more;
  const flat = contrastRows({ labels, examples, negatives, seed: 3, step: 1, ...rest });
  return Array.from({ length: examples.length }, (_, b) => [...flat.slice(b * (negatives + 1), (b + 1) * (negatives + 1))]);
};

describe('the rows that an example is contrasted with', () => {
  it('are its own, then different ones of other classes', () => {
    for (let step = 0; step < 30; step++) {
      for (const [own, ...others] of rows(5, { step })) {
        expect(others.every((row) => labels[row] !== labels[own!])).toBe(true);
        expect(new Set(others).size).toBe(5);
      }
    }
    expect(rows(5).map(([own]) => own)).toEqual([3, 5]);
  });

  it('reach every row of another class', () => {
    const seen = new Set(Array.from({ length: 60 }, (_, step) => rows(5, { step })[0]!.slice(1)).flat());
    expect([...seen].sort((a, b) => a - b)).toEqual([1, 2, 4, 5, 6, 8, 9]);
  });

  it('repeat where there are not enough', () => {
    const [, ...others] = rows(40)[0]!;
    expect(others.length).toBe(40);
    expect(others.every((row) => labels[row] !== 0)).toBe(true);
  });

  it('depend on seed, step and example, not on the place in the batch', () => {
    expect(rows(5, { examples: [5, 3] })).toEqual([...rows(5)].reverse());
    expect(rows(5, { step: 2 })).not.toEqual(rows(5));
    expect(rows(5, { seed: 4 })).not.toEqual(rows(5));
  });

  it('are other rows where all are of one class, and the row itself where it is alone', () => {
    expect(rows(3, { labels: [1, 1, 1], examples: [2] })[0]!.slice(1).every((row) => row !== 2)).toBe(true);
    expect(rows(3, { labels: [1], examples: [0] })).toEqual([[0, 0, 0, 0]]);
  });
});

describe('the features of contrastive distillation', () => {
  const shape = (layers: number) => ({ layers, heads: 2, hidden_size: 6 });
  const statesOf = (method: string) => {
    const { mapping, parameters } = methodNamed(method, 'task_specific').objectives.find(({ name }) => name === 'crd')!;
    return crd.taps!({ student: shape(3), teacher: shape(12), mapping: parseMapping(mapping!), fidelity: 'corrected', parameters, seed: 0 }, 0);
  };

  it('are all states of both models, or those of the criterion `_crd`: layers from 1, and 4, 8, 12', () => {
    expect(statesOf('crd')).toEqual({ student: { firstTokens: [0, 1, 2, 3] }, teacher: { firstTokens: [...Array(13).keys()] } });
    expect(statesOf('sentence_prediction_crd')).toEqual({ student: { firstTokens: [1, 2, 3] }, teacher: { firstTokens: [4, 8, 12] } });
  });
});
