import { beforeAll, describe, expect, it } from 'vitest';
import type { ModelOutputs, ObjectiveInputs } from '../../src/distill/objective.ts';
import { ce } from '../../src/distill/objectives/ce.ts';
import { OBJECTIVES, objectiveNamed } from '../../src/distill/objectives/index.ts';
import { kd } from '../../src/distill/objectives/kd.ts';
import { Taps } from '../../src/model/taps.ts';
import { key, normal } from '../../src/random/counter.ts';
import * as tf from '../../src/tensor/tf.ts';
import { NODE_BACKENDS, open } from '../tensor/backends.ts';

const [B, C] = [7, 3];
const LABELS = [0, 2, 1, 1, 0, 2, 2];
const draws = (stream: number) => Array.from({ length: B * C }, (_, i) => Math.fround(2 * normal(key(stream, 'grammar'), i)));
const [STUDENT, TEACHER] = [draws(1), draws(2)];

const logSoftmax = (row: readonly number[]): number[] => {
  const top = Math.max(...row);
  const sum = Math.log(row.reduce((s, z) => s + Math.exp(z - top), 0)) + top;
  return row.map((z) => z - sum);
};
const row = (values: readonly number[], b: number, by = 1) => values.slice(b * C, (b + 1) * C).map((z) => z / by);
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** The two terms in double precision, written out from the formula. */
function byHand(student: readonly number[], temperature: number, beta: number): { ce: number; kd: number } {
  const hard = mean(LABELS.map((label, b) => -logSoftmax(row(student, b))[label]!));
  const soft = mean(LABELS.map((_, b) => {
    const [p, q] = [logSoftmax(row(TEACHER, b, temperature)), logSoftmax(row(student, b, temperature))];
    return p.reduce((sum, logP, c) => sum + Math.exp(logP) * (logP - q[c]!), 0);
  }));
  return { ce: (1 - beta) * hard, kd: beta * temperature ** 2 * soft };
}

const outputs = (logits: tf.Tensor2D): ModelOutputs => ({ layers: 1, heads: 1, hidden_size: 1, logits, taps: Taps.of({}) });

function inputs(student: tf.Tensor2D, parameters: Record<string, number>, teacher?: readonly number[]): ObjectiveInputs {
  return {
    student: outputs(student),
    ...(teacher ? { teacher: outputs(tf.tensor2d([...teacher], [B, C])) } : {}),
    labels: tf.tensor1d(LABELS, 'int32'),
    mask: tf.ones([B, 1]),
    mapping: { kind: 'skip' },
    fidelity: 'corrected',
    parameters,
    seed: 1,
    step: 0,
  };
}

function terms(student: readonly number[], temperature: number, kd_weight: number): Record<string, number> {
  const losses = kd.loss(inputs(tf.tensor2d([...student], [B, C]), { temperature, kd_weight }, TEACHER));
  return Object.fromEntries(Object.entries(losses).map(([name, value]) => [name, value.dataSync()[0]!]));
}

describe.each(NODE_BACKENDS)('logit KD on %s', (backend) => {
  beforeAll(() => open(backend));

  it.each([[1, 0.5], [2, 0.5], [3.5, 0.9], [20, 1], [0.5, 0.3]])('is the formula at temperature %d and weight %d', (temperature, beta) => {
    const [got, expected] = [terms(STUDENT, temperature, beta), byHand(STUDENT, temperature, beta)];
    expect(Math.abs(got.ce! - expected.ce)).toBeLessThan(2e-6 * (1 + expected.ce));
    expect(Math.abs(got.kd! - expected.kd)).toBeLessThan(2e-5 * (1 + expected.kd));
  });

  it.each([[2, 0.5], [0.5, 0.8], [7, 1]])('has the gradient of the formula at temperature %d and weight %d', (temperature, kd_weight) => {
    const loss = (z: tf.Tensor) => Object.values(kd.loss(inputs(z as tf.Tensor2D, { temperature, kd_weight }, TEACHER))).reduce((sum, term) => tf.add(sum, term)) as tf.Scalar;
    const gradient = tf.grad(loss)(tf.tensor2d(STUDENT, [B, C])).dataSync();
    const at = (i: number, h: number) => {
      const { ce: hard, kd: soft } = byHand(STUDENT.map((z, j) => (j === i ? z + h : z)), temperature, kd_weight);
      return hard + soft;
    };
    STUDENT.forEach((_, i) => expect(Math.abs(gradient[i]! - (at(i, 1e-5) - at(i, -1e-5)) / 2e-5)).toBeLessThan(3e-6));
  });

  it('is cross-entropy alone at weight 0, and needs no labels at weight 1', () => {
    const alone = ce.loss(inputs(tf.tensor2d(STUDENT, [B, C]), {})).ce!.dataSync()[0]!;
    expect(terms(STUDENT, 2, 0)).toEqual({ ce: alone, kd: 0 });
    expect(terms(STUDENT, 2, 1).ce).toBe(0);
  });

  it('keeps the size of its gradient as the temperature grows: τ² undoes the softening', () => {
    const norm = (temperature: number) => {
      const gradient = tf.grad((z: tf.Tensor) => kd.loss(inputs(z as tf.Tensor2D, { temperature, kd_weight: 1 }, TEACHER)).kd!)(tf.tensor2d(STUDENT, [B, C])).dataSync();
      return Math.sqrt([...gradient].reduce((sum, x) => sum + x * x, 0));
    };
    // For large τ the gradient goes to (z_S − z_T, centred) / (B·C), which no longer depends on τ.
    const limit = Math.sqrt(LABELS.reduce((sum, _, b) => {
      const difference = row(STUDENT, b).map((z, c) => z - row(TEACHER, b)[c]!);
      return sum + difference.reduce((s, d) => s + ((d - mean(difference)) / (B * C)) ** 2, 0);
    }, 0));
    expect(norm(50) / limit).toBeCloseTo(1, 1);
    expect(norm(100) / norm(50)).toBeCloseTo(1, 1);
  });

  it('is 0 for equal logits, and finite for confident ones', () => {
    expect(Math.abs(terms(TEACHER, 2, 1).kd!)).toBeLessThan(1e-6);
    const far = TEACHER.map((z, i) => (i % C === 0 ? 1e4 : z));
    expect(Object.values(terms(far, 0.5, 0.5)).every(Number.isFinite)).toBe(true);
  });

  it('says that it needs a teacher', () => {
    expect(() => kd.loss(inputs(tf.tensor2d(STUDENT, [B, C]), {}))).toThrow(expect.objectContaining({ code: 'no-teacher', where: 'objective kd' }));
  });
});

describe('the objectives', () => {
  it('are found by name and by every alias, each once', () => {
    const names = OBJECTIVES.flatMap(({ name, aliases }) => [name, ...aliases]);
    expect(new Set(names).size).toBe(names.length);
    for (const objective of OBJECTIVES) for (const name of [objective.name, ...objective.aliases]) expect(objectiveNamed(name)).toBe(objective);
  });

  it('have controls whose initial value lies in their range, and say where they come from', () => {
    for (const { controls, formula, source, title } of OBJECTIVES) {
      expect([formula, source, title].every((text) => text.length > 3)).toBe(true);
      for (const { initial, minimum, maximum, step } of controls) expect(minimum <= initial && initial <= maximum && step > 0).toBe(true);
    }
  });
});
