import * as tf from '../tf.ts';
import { defineKernel, type Inputs } from '../kernel.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import { crossEntropy, oneHot } from './cross_entropy.ts';
import { distillationGradient, distillationLosses, type DistillationAttrs as Attrs } from './distillation_loss.wgsl.ts';
import { rowDivergence } from './row_divergence.ts';

type Losses = [hard: tf.Scalar, soft: tf.Scalar];
type DistillationLoss = (teacher: tf.Tensor2D, student: tf.Tensor2D, labels: tf.Tensor1D, attrs: Attrs, shares?: tf.Tensor1D) => Losses;

/**
 * Both terms of logit distillation, and their gradient, in one pass over few classes.
 *
 *   hard = (1−β)·R CE(y_n, z_n),  soft = β·τ²·R KL(softmax(t_n/τ) ‖ softmax(z_n/τ)),  R = Σ or mean over n
 *   dz = d_hard·(1−β)·r·(softmax(z) − onehot(y)) + d_soft·β·τ·r·(softmax(z/τ) − softmax(t/τ)),  r = 1 or 1/N
 *   teacher t, student z [N, C], labels y [N] int32 → two scalars
 */
const forward = defineKernel<Attrs>({
  name: 'LabDistillationLoss',
  plain: ({ teacher, student, labels }, attrs) => composed(teacher as tf.Tensor2D, student as tf.Tensor2D, labels as tf.Tensor1D, attrs),
  native: { webgpu: (inputs, attrs, backend) => distillationLosses(backend as LabWebGPUBackend, inputs, attrs) },
  saves: ['teacher', 'student', 'labels'],
  gradient: ([hard, soft], saved, attrs) => ({ student: backward({ ...saved, hard: hard!, soft: soft! }, attrs)[0]! }),
});

const backward = defineKernel<Attrs>({
  name: 'LabDistillationLossGradient',
  plain: gradientPlain,
  native: { webgpu: (inputs, attrs, backend) => distillationGradient(backend as LabWebGPUBackend, inputs, attrs) },
});

function gradientPlain({ teacher, student, labels, hard, soft }: Inputs, { temperature, weight, mean }: Attrs): tf.Tensor[] {
  const share = mean ? 1 / student!.shape[0]! : 1;
  const softened = (z: tf.Tensor) => tf.softmax(tf.div(z, temperature));
  const fromHard = tf.mul(tf.sub(tf.softmax(student!), oneHot(labels!, student!.shape[1]!)), tf.mul(hard!, (1 - weight) * share));
  return [tf.add(fromHard, tf.mul(tf.sub(softened(student!), softened(teacher!)), tf.mul(soft!, weight * temperature * share)))];
}

/** KL(softmax(t/τ) ‖ softmax(z/τ)) by row, [N]. */
function divergences(teacher: tf.Tensor2D, student: tf.Tensor2D, temperature: number): tf.Tensor {
  const logP = tf.logSoftmax(tf.div(teacher, temperature));
  const logQ = tf.logSoftmax(tf.div(student, temperature));
  return tf.sum(tf.mul(tf.exp(logP), tf.sub(logP, logQ)), -1);
}

function weighted(values: tf.Tensor, { mean }: Attrs, weight: number, shares?: tf.Tensor1D): tf.Scalar {
  const reduced = shares ? tf.sum(tf.mul(values, shares)) : mean ? tf.mean(values) : tf.sum(values);
  return tf.mul(reduced, weight) as tf.Scalar;
}

const composed: DistillationLoss = (teacher, student, labels, attrs, shares) => [
  weighted(crossEntropy(student, labels), attrs, 1 - attrs.weight, shares),
  weighted(divergences(teacher, student, attrs.temperature), attrs, attrs.weight * attrs.temperature ** 2, shares),
];

/** Above so many classes a row is too much for one thread. */
const FEW_CLASSES = 64;

const byRow: DistillationLoss = (teacher, student, labels, attrs, shares) => [
  weighted(crossEntropy(student, labels), attrs, 1 - attrs.weight, shares),
  weighted(rowDivergence(tf.div(teacher, attrs.temperature), tf.div(student, attrs.temperature)), attrs, attrs.weight * attrs.temperature ** 2, shares),
];

const onGpu: DistillationLoss = (teacher, student, labels, attrs, shares) =>
  student.shape[1] <= FEW_CLASSES && !shares ? (forward({ teacher, student, labels }, attrs) as Losses) : byRow(teacher, student, labels, attrs, shares);

const FORMS: Readonly<Record<string, DistillationLoss>> = { webgpu: onGpu };

/** The weighted terms of logit distillation: teacher, student [N, C], labels [N] int32 → hard, soft; differentiable in the student's. `shares` [N]: weights of the rows in a sum that is taken instead of either. */
export const distillationLoss: DistillationLoss = (...operands) => (FORMS[tf.getBackend()] ?? composed)(...operands);
