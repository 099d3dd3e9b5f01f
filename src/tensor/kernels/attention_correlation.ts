import * as tf from '../tf.ts';
import { defineKernel } from '../kernel.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import { simdOf, type Simd } from '../wasm/simd.ts';
import { attentionCorrelationForward, attentionCorrelationGradient } from './attention_correlation.wgsl.ts';
import { MASKED_SCORE } from './masked_score.ts';

/** When vectors count, and what keeps their correlation finite. */
export type CorrelationBounds = {
  /** A vector counts where the teacher's squared deviations add up to more than this. */
  readonly threshold: number;
  /** Squared norms below this count as this. */
  readonly floor: number;
  /** Is added to the product of both norms. */
  readonly added: number;
};

/** Axes of [B, H, T, T] along which vectors are correlated, in the order of the results: keys, queries, heads, sentences. */
const AXES = [3, 2, 1, 0] as const;

/**
 * Pearson correlation of two models' attention probabilities along each axis of [B, H, T, T].
 *
 *   x = softmax(s), y = softmax(t);  L_axis = mean over vectors along the axis that count of 1 − ρ,  ρ = Σ a·b/D
 *   D = ‖a‖·‖b‖ + added, a and b the deviations of x and y from their means over elements of two real tokens
 *   dx = dL/n·(a·(Σ a·b)·‖b‖/(D²·‖a‖) − b/D), summed over the axes;  ds = x∘(dx − Σ_j dx∘x)
 *   student s, teacher t [B, H, T, T]; mask [B, T], 1 = real token → L [4], and the numbers n of vectors that count [4]
 *
 * Scores below −10000, −∞ too, count as −10000. Probabilities are computed again for the gradient, which alone is as large
 * as the scores; on WebGPU it does so from log Σ exp and the moments of all vectors, which the forward form there returns too.
 */
const forward = defineKernel<CorrelationBounds>({
  name: 'LabAttentionCorrelation',
  plain: ({ student, teacher, mask }, bounds) => {
    const axes = AXES.map((axis) => {
      const { yy, xy, norms } = momentsOf(student!, teacher!, mask!, axis, bounds);
      const counted = counts(yy, bounds);
      const number = tf.sum(counted);
      return { loss: tf.div(tf.sum(tf.mul(tf.sub(1, tf.div(xy, norms.whole)), counted)), tf.maximum(number, 1)), number };
    });
    return [tf.stack(axes.map(({ loss }) => loss)), tf.stack(axes.map(({ number }) => number))];
  },
  native: {
    wasm: ({ student, teacher, mask }, bounds, backend) => {
      const simd = simdOf(backend);
      const [losses, numbers] = [simd.output([4]), simd.output([4])];
      const { sizes, workspace } = wasmArguments(simd, student!, bounds);
      simd.kernels.attentionCorrelation(...sizes, simd.at(student!), simd.at(teacher!), simd.at(mask!), simd.at(losses), simd.at(numbers), workspace);
      return [losses, numbers];
    },
    webgpu: (inputs, bounds, backend) => attentionCorrelationForward(backend as LabWebGPUBackend, inputs, bounds),
  },
  saves: ['student', 'teacher', 'mask'],
  keeps: [undefined, 'numbers', 'lse', 'measured'],
  gradient: ([dy], saved, bounds) => ({ student: backward({ ...saved, dy: dy! }, bounds)[0]! }),
});

const backward = defineKernel<CorrelationBounds>({
  name: 'LabAttentionCorrelationGradient',
  plain: ({ dy, student, teacher, mask, numbers }, bounds) => {
    const shares = tf.unstack(tf.div(dy!, tf.maximum(numbers!, 1)));
    const dx = AXES.map((axis, n) => {
      const { a, b, xx, yy, xy, norms } = momentsOf(student!, teacher!, mask!, axis, bounds);
      const forB = tf.div(tf.mul(shares[n]!, counts(yy, bounds)), norms.whole);
      const moves = tf.cast(tf.greaterEqual(xx, bounds.floor), 'float32');
      const forA = tf.div(tf.mul(tf.mul(tf.mul(forB, xy), norms.y), moves), tf.mul(norms.whole, norms.x));
      return tf.sub(tf.mul(a, forA), tf.mul(b, forB));
    }).reduce((sum, one) => tf.add(sum, one));
    const x = probabilities(student!);
    return [tf.mul(x, tf.sub(dx, tf.sum(tf.mul(dx, x), -1, true)))];
  },
  native: {
    wasm: ({ dy, student, teacher, mask, numbers }, bounds, backend) => {
      const simd = simdOf(backend);
      const gradient = simd.output(student!.shape);
      const { sizes, workspace } = wasmArguments(simd, student!, bounds);
      simd.kernels.attentionCorrelationGradient(...sizes, simd.at(dy!), simd.at(numbers!), simd.at(student!), simd.at(teacher!), simd.at(mask!), simd.at(gradient), workspace);
      return [gradient];
    },
    webgpu: (inputs, bounds, backend) => attentionCorrelationGradient(backend as LabWebGPUBackend, inputs, bounds),
  },
});

function wasmArguments(simd: Simd, { shape }: tf.TensorInfo, { threshold, floor, added }: CorrelationBounds) {
  const [batch, heads, length] = shape as [number, number, number];
  return { sizes: [batch, heads, length, threshold, floor, added], workspace: simd.workspace(simd.kernels.attentionCorrelationWorkspaceBytes(batch, heads, length)) } as const;
}

const probabilities = (scores: tf.Tensor): tf.Tensor => tf.softmax(tf.maximum(scores, MASKED_SCORE));

const counts = (yy: tf.Tensor, { threshold }: CorrelationBounds): tf.Tensor => tf.cast(tf.greater(yy, threshold), 'float32');

/** Deviations a and b [B, H, T, T] along an axis, their products, of extent 1 along it, and the norms. */
function momentsOf(student: tf.Tensor, teacher: tf.Tensor, mask: tf.Tensor, axis: number, { floor, added }: CorrelationBounds) {
  const [batch, length] = mask.shape as [number, number];
  const real = tf.tile(tf.mul(tf.reshape(mask, [batch, 1, length, 1]), tf.reshape(mask, [batch, 1, 1, length])), [1, student.shape[1]!, 1, 1]);
  const number = tf.maximum(tf.sum(real, axis, true), 1);
  const deviations = (z: tf.Tensor) => tf.mul(tf.sub(z, tf.div(tf.sum(tf.mul(z, real), axis, true), number)), real);
  const [a, b] = [deviations(probabilities(student)), deviations(probabilities(teacher))];
  const product = (p: tf.Tensor, q: tf.Tensor) => tf.sum(tf.mul(p, q), axis, true);
  const [xx, yy, xy] = [product(a, a), product(b, b), product(a, b)];
  const norm = (square: tf.Tensor) => tf.sqrt(tf.maximum(square, floor));
  const [x, y] = [norm(xx), norm(yy)];
  return { a, b, xx, yy, xy, norms: { x, y, whole: tf.add(tf.mul(x, y), added) } };
}

/**
 * Mean distance 1 − ρ of two models' attention along keys, queries, heads and sentences: scores [B, H, T, T] → [4];
 * differentiable in the student's.
 */
export function attentionCorrelation(student: tf.Tensor, teacher: tf.Tensor, mask: tf.Tensor, bounds: CorrelationBounds): tf.Tensor1D {
  return forward({ student, teacher, mask }, bounds)[0]! as tf.Tensor1D;
}
