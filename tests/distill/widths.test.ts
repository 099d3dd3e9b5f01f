import { beforeAll, describe, expect, it } from 'vitest';
import { relationDivergence, scoreDivergence } from '../../src/distill/attention.ts';
import type { Fidelity } from '../../src/model/config.ts';
import { projectionSpecs } from '../../src/distill/hidden.ts';
import { hiddenMse } from '../../src/distill/objectives/hidden_mse.ts';
import { minilmV2 } from '../../src/distill/objectives/minilm_v2.ts';
import * as tf from '../../src/tensor/tf.ts';
import { open } from '../tensor/backends.ts';
import { filled, gaussian, inputsOf, modelTensors, NARROW, SCENE, settingOf, totalOf } from './objective_inputs.ts';

beforeAll(() => open('cpu'));

const value = (x: tf.Tensor) => x.dataSync()[0]!;
const softmax = (row: readonly number[]) => {
  const exps = row.map(Math.exp);
  const sum = exps.reduce((a, b) => a + b);
  return exps.map((e) => e / sum);
};

describe('the projection of a student of another width', () => {
  const shapes = (kind: 'skip' | 'combine', fidelity: Fidelity, scene = NARROW) => projectionSpecs('hidden_mse', settingOf(hiddenMse, scene, { mapping: { kind }, fidelity })).map(({ shape }) => shape);

  it('leads to the teacher’s width, and is not there for equal widths', () => {
    expect(shapes('skip', 'corrected')).toEqual([[6, 4], [6]]);
    expect(shapes('skip', 'corrected', SCENE)).toEqual([]);
  });

  it('leads from all states of the student to all of the teacher, as released the other way round', () => {
    expect(shapes('combine', 'corrected')).toEqual([[36, 12], [36]]);
    expect(shapes('combine', 'released')).toEqual([[12, 36], [12]]);
  });

  it('may have an activation', () => {
    const setting = settingOf(hiddenMse, NARROW);
    const tensors = new Map([...modelTensors('student', NARROW.student, NARROW, gaussian), ...modelTensors('teacher', NARROW.teacher, NARROW, gaussian)]);
    for (const { name, shape } of hiddenMse.trainables!(setting)) tensors.set(`trained.${name}`, filled(name, shape, gaussian));
    const losses = (['identity', 'tanh', 'relu', 'gelu'] as const).map((activation) => value(totalOf(hiddenMse, inputsOf(hiddenMse, NARROW, { ...setting, projection: { activation } }, tensors))));
    expect(new Set(losses).size).toBe(4);
  });

  it('has to be there', () => {
    const tensors = new Map([...modelTensors('student', NARROW.student, NARROW, gaussian), ...modelTensors('teacher', NARROW.teacher, NARROW, gaussian)]);
    expect(() => hiddenMse.loss(inputsOf(hiddenMse, NARROW, settingOf(hiddenMse, NARROW), tensors))).toThrow(expect.objectContaining({ code: 'objective-input', where: 'objective hidden_mse' }));
  });
});

describe('different numbers of heads', () => {
  const masked = () => ({ mask: tf.ones([1, 2]) as tf.Tensor2D, fidelity: 'corrected' as const });

  it('average attention distributions over groups of heads', () => {
    const [s, t] = [[[0.3, -0.2], [1, 0.4]], [[[0.7, 0.1], [-1, 0.5]], [[-0.4, 2], [0.2, 0.3]]]];
    const byHand = [0, 1].map((q) => {
      const p = [0, 1].map((k) => (softmax(t[0]![q]!)[k]! + softmax(t[1]![q]!)[k]!) / 2);
      return p.reduce((sum, pk, k) => sum + pk * Math.log(pk / softmax(s[q]!)[k]!), 0);
    });
    expect(value(scoreDivergence(tf.tensor([[s]]), tf.tensor([t]), masked(), 0))).toBeCloseTo((byHand[0]! + byHand[1]!) / 2, 6);
  });

  it('cut each token’s vector anew, so that how it was cut before does not matter', () => {
    const tokens = filled('tokens', [1, 2, 12], gaussian);
    const cut = (heads: number) => tf.transpose(tf.reshape(tokens, [1, 2, heads, 12 / heads]), [0, 2, 1, 3]);
    const other = tf.transpose(tf.reshape(filled('other', [1, 2, 6], gaussian), [1, 2, 3, 2]), [0, 2, 1, 3]);
    const losses = [1, 2, 3, 4, 6].map((heads) => value(relationDivergence(other, cut(heads), masked(), { heads: 3, floor: 0, studentScale: false })));
    expect(losses[0]).toBeGreaterThan(0.01);
    for (const loss of losses) expect(loss).toBeCloseTo(losses[0]!, 6);
  });

  it('take relation heads that divide both widths, and refuse others', () => {
    const tensors = new Map([...modelTensors('student', NARROW.student, NARROW, gaussian), ...modelTensors('teacher', NARROW.teacher, NARROW, gaussian)]);
    const at = (relation_heads: number) => value(totalOf(minilmV2, inputsOf(minilmV2, NARROW, settingOf(minilmV2, NARROW, { parameters: { relation_heads } }), tensors)));
    expect(at(0)).toBe(at(2));
    expect(at(1)).not.toBe(at(2));
    expect(() => at(3)).toThrow(expect.objectContaining({ code: 'relation-heads', expected: 'a number that divides the widths 4 and 6', got: '3' }));
  });
});
