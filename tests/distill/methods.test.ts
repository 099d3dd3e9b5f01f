import { describe, expect, it } from 'vitest';
import { formatMapping, parseMapping } from '../../src/distill/layer_mapping.ts';
import { methodNamed, REFERENCE_METHODS, type ReferenceHalf } from '../../src/distill/methods.ts';
import { objectiveNamed } from '../../src/distill/objectives/index.ts';

const HALVES: readonly ReferenceHalf[] = ['task_specific', 'task_agnostic'];

describe.each(HALVES)('the methods of the %s half', (half) => {
  it.each(Object.keys(REFERENCE_METHODS[half]))('%s names objectives and mappings that exist', (method) => {
    for (const { name, mapping, weight } of methodNamed(method, half).objectives) {
      expect(objectiveNamed(name).name).toBe(name);
      if (mapping !== undefined) expect(formatMapping(parseMapping(mapping))).toBe(mapping);
      expect(weight).toBeGreaterThan(0);
    }
  });
});

describe('a method that is not there', () => {
  it.each([
    ['task_specific', 'att_kl', /expected one of kd, att_mse_learn/],
    ['task_agnostic', 'toString', /expected one of att_mse, att_kl/],
    ['task_specific', 'hopfield_mean', /Hopfield layers is commented out/],
    ['task_specific', 'qkv', /never returns queries and keys/],
    ['task_agnostic', 'att_val_two_stage', /two stages with `masked_lm` and then `minilm`/],
  ] as const)('%s %s is a fault that says why', (half, method, message) => {
    expect(() => methodNamed(method, half)).toThrow(message);
  });
});
