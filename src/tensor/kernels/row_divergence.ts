import * as tf from '../tf.ts';
import { defineKernel } from '../kernel.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import { simdOf, type Simd } from '../wasm/simd.ts';
import { MASKED_SCORE } from './masked_score.ts';
import { rowDivergenceForward, rowDivergenceGradient } from './row_divergence.wgsl.ts';

type Attrs = { floor: number };

/**
 * Kullback–Leibler divergence between the softmaxes of two rows of scores.
 *
 *   p = softmax(t),  q = softmax(s),  L = Σ_j p_j·(log p_j − log max(q_j, floor))
 *   ds = dL·(m·q − p∘u),  u_j = 1 where q_j ≥ floor,  m = Σ_j p_j·u_j
 *   teacher t, student s […, N] → L […]
 *
 * Columns with p = 0 count 0. Scores below −10000, −∞ too, count as −10000: 0·(−∞) would not be a number. The gradient
 * computes both softmaxes again rather than keeping them until the backward pass.
 */
const forward = defineKernel<Attrs>({
  name: 'LabRowDivergence',
  plain: ({ teacher, student }, { floor }) => [tf.sum(floor > 0 ? floored(teacher!, student!, floor) : exact(teacher!, student!), -1)],
  native: {
    wasm: ({ teacher, student }, { floor }, backend) => {
      const simd = simdOf(backend);
      const losses = simd.output(teacher!.shape.slice(0, -1));
      const { sizes, workspace } = wasmArguments(simd, teacher!);
      simd.kernels.rowDivergence(...sizes, floor, simd.at(teacher!), simd.at(student!), simd.at(losses), workspace);
      return [losses];
    },
    webgpu: (inputs, attrs, backend) => rowDivergenceForward(backend as LabWebGPUBackend, inputs, attrs),
  },
  saves: ['teacher', 'student'],
  gradient: ([dy], { teacher, student }, attrs) => ({ student: backward({ dy: dy!, teacher: teacher!, student: student! }, attrs)[0]! }),
});

const backward = defineKernel<Attrs>({
  name: 'LabRowDivergenceGradient',
  plain: ({ dy, teacher, student }, { floor }) => {
    const [p, q] = [tf.softmax(finite(teacher!)), tf.softmax(finite(student!))];
    const column = tf.expandDims(dy!, -1);
    if (floor <= 0) return [tf.mul(tf.sub(q, p), column)];
    const kept = tf.mul(p, tf.cast(tf.greaterEqual(q, floor), 'float32'));
    return [tf.mul(tf.sub(tf.mul(q, tf.sum(kept, -1, true)), kept), column)];
  },
  native: {
    wasm: ({ dy, teacher, student }, { floor }, backend) => {
      const simd = simdOf(backend);
      const gradient = simd.output(student!.shape);
      const { sizes, workspace } = wasmArguments(simd, teacher!);
      simd.kernels.rowDivergenceGradient(...sizes, floor, simd.at(dy!), simd.at(teacher!), simd.at(student!), simd.at(gradient), workspace);
      return [gradient];
    },
    webgpu: (inputs, attrs, backend) => rowDivergenceGradient(backend as LabWebGPUBackend, inputs, attrs),
  },
});

/** Rows and columns of scores [..., N], and memory for one row. */
function wasmArguments(simd: Simd, scores: tf.TensorInfo) {
  const columns = scores.shape.at(-1)!;
  return { sizes: [simd.size(scores) / columns, columns], workspace: simd.workspace(simd.kernels.rowDivergenceWorkspaceBytes(columns)) } as const;
}

const finite = (scores: tf.Tensor): tf.Tensor => tf.maximum(scores, MASKED_SCORE);

function exact(teacher: tf.Tensor, student: tf.Tensor): tf.Tensor {
  const logP = tf.logSoftmax(finite(teacher));
  return tf.mul(tf.exp(logP), tf.sub(logP, tf.logSoftmax(finite(student))));
}

function floored(teacher: tf.Tensor, student: tf.Tensor, floor: number): tf.Tensor {
  const logP = tf.logSoftmax(finite(teacher));
  return tf.mul(tf.exp(logP), tf.sub(logP, tf.log(tf.maximum(tf.softmax(finite(student)), floor))));
}

/**
 * Divergence of each student row from the teacher's: scores […, N] each → […]; differentiable in the student's.
 *
 * `floor` above 0 raises smaller student probabilities to it, where the gradient is 0.
 */
export function rowDivergence(teacher: tf.Tensor, student: tf.Tensor, floor = 0): tf.Tensor {
  return forward({ teacher, student }, { floor })[0]!;
}
