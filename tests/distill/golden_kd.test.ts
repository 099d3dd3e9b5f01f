import { beforeAll, describe, expect, it } from 'vitest';
import { kd } from '../../src/distill/objectives/kd.ts';
import { Taps } from '../../src/model/taps.ts';
import * as tf from '../../src/tensor/tf.ts';
import { Golden, relativeError } from '../golden_file.ts';
import { NODE_BACKENDS, open } from '../tensor/backends.ts';

const golden = new Golden('tests/golden/b_kd.safetensors');
const B = 3;
const taps = new Taps(new Set());
const CASES = [
  { name: 'kd_T2_alpha0.5', temperature: 2, kd_weight: 0.5 },
  { name: 'kd_T1_alpha1', temperature: 1, kd_weight: 1 },
  { name: 'kd_T4_alpha0.3', temperature: 4, kd_weight: 0.3 },
];

/** The released criterion sums over the batch and divides the gradient by B afterwards; ours is the mean at once. */
describe.each(NODE_BACKENDS)('kd against the original criterion, on %s', (backend) => {
  beforeAll(() => open(backend));

  it.each(CASES)('$name', ({ name, temperature, kd_weight }) => {
    const logits = (model: string) => tf.tensor2d(golden.floats(`inputs/${model}.logits`), [B, 3]);
    const labels = tf.tensor1d(golden.integers('inputs/labels'), 'int32');
    const teacher = { logits: logits('teacher'), taps };
    const terms = (student: tf.Tensor2D) => kd.loss({ student: { logits: student, taps }, teacher, labels }, { temperature, kd_weight });
    const total = (student: tf.Tensor) => tf.addN(Object.values(terms(student as tf.Tensor2D))) as tf.Scalar;
    const near = (got: tf.Tensor, expected: Float32Array, tolerance: number) => expect(relativeError(got.dataSync() as Float32Array, expected, 1)).toBeLessThan(tolerance);
    near(tf.mul(total(logits('student')), B), golden.floats(`expected/${name}/loss`), 2e-5);
    near(tf.mul(terms(logits('student')).kd!, B / kd_weight), golden.floats(`expected/${name}/kd_loss`), 2e-5);
    near(tf.mul(tf.grad(total)(logits('student')), B), golden.floats(`grad/${name}/student.logits`), 2e-4);
  });
});
