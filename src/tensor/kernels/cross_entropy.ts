import * as tf from '../tf.ts';
import { defineKernel } from '../kernel.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import { simdOf } from '../wasm/simd.ts';
import { crossEntropyForward, crossEntropyGradient } from './cross_entropy.wgsl.ts';

/**
 * Cross-entropy of each row against a class id.
 *
 *   L_n = −log softmax(z_n)[y_n];  dz = dy·(softmax(z) − onehot(y));  z [N, C], y [N] int32 → L [N]
 */
const forward = defineKernel<Record<string, never>>({
  name: 'LabCrossEntropy',
  plain: ({ logits, labels }) => {
    const hot = oneHot(labels!, logits!.shape[1]!);
    return [tf.neg(tf.sum(tf.mul(hot, tf.logSoftmax(logits!)), -1))];
  },
  native: {
    wasm: ({ logits, labels }, _attrs, backend) => {
      const simd = simdOf(backend);
      const [rows, classes] = [logits!.shape[0]!, logits!.shape[1]!];
      const losses = simd.output([rows]);
      simd.kernels.crossEntropy(rows, classes, simd.at(logits!), simd.at(labels!, 'int32'), simd.at(losses));
      return [losses];
    },
    webgpu: (inputs, _attrs, backend) => crossEntropyForward(backend as LabWebGPUBackend, inputs),
  },
  saves: ['logits', 'labels'],
  gradient: ([dy], { logits, labels }) => ({ logits: backward({ dy: dy!, logits: logits!, labels: labels! }, {})[0]! }),
});

const backward = defineKernel<Record<string, never>>({
  name: 'LabCrossEntropyGradient',
  plain: ({ dy, logits, labels }) => {
    const hot = oneHot(labels!, logits!.shape[1]!);
    return [tf.mul(tf.sub(tf.softmax(logits!), hot), tf.expandDims(dy!, -1))];
  },
  native: {
    wasm: ({ dy, logits, labels }, _attrs, backend) => {
      const simd = simdOf(backend);
      const [rows, classes] = [logits!.shape[0]!, logits!.shape[1]!];
      const dLogits = simd.output([rows, classes]);
      simd.kernels.crossEntropyGradient(rows, classes, simd.at(dy!), simd.at(logits!), simd.at(labels!, 'int32'), simd.at(dLogits));
      return [dLogits];
    },
    webgpu: (inputs, _attrs, backend) => crossEntropyGradient(backend as LabWebGPUBackend, inputs),
  },
});

/** Class ids [N] as rows [N, C] of float32; tfjs's WASM kernel writes integer bits when it is asked for floats. */
export function oneHot(ids: tf.Tensor, classes: number): tf.Tensor2D {
  return tf.cast(tf.oneHot(ids as tf.Tensor1D, classes), 'float32') as tf.Tensor2D;
}

/** Cross-entropy by row: logits [N, C], labels [N] int32 → [N]. */
export function crossEntropy(logits: tf.Tensor, labels: tf.Tensor1D): tf.Tensor1D {
  return forward({ logits, labels }, {})[0] as tf.Tensor1D;
}
