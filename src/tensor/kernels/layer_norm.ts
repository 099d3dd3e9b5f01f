import * as tf from '../tf.ts';
import { defineKernel, type Inputs } from '../kernel.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import { simdOf } from '../wasm/simd.ts';
import { layerNormForward, layerNormGradient } from './layer_norm.wgsl.ts';

type Attrs = { eps: number };

/**
 * Layer normalisation over the last axis.
 *
 *   x̂ = (x − mean) / sqrt(var + ε) with the biased variance;  y = γ·x̂ + β;  x [N, d], γ, β [d]
 *   dx = (g − mean(g) − x̂·mean(g·x̂)) / sqrt(var + ε), g = dy·γ;  dγ = Σ_n dy·x̂;  dβ = Σ_n dy
 *
 * The statistics are computed again for the gradient, since they are few; on WebGPU they come along from the forward form, so that
 * rows and columns of the gradient do not wait for each other.
 */
const forward = defineKernel<Attrs>({
  name: 'LabLayerNorm',
  plain: layerNormPlain,
  native: {
    wasm: ({ x, gamma, beta }, { eps }, backend) => {
      const simd = simdOf(backend);
      const columns = gamma!.shape[0]!;
      const rows = simd.size(x!) / columns;
      const y = simd.output(x!.shape);
      simd.kernels.layerNorm(rows, columns, eps, simd.at(x!), simd.at(gamma!), simd.at(beta!), simd.at(y));
      return [y];
    },
    webgpu: (inputs, attrs, backend) => layerNormForward(backend as LabWebGPUBackend, inputs, attrs),
  },
  saves: ['x', 'gamma'],
  keeps: [undefined, 'stats'],
  gradient: ([dy], saved, attrs) => {
    const [dx, dgamma, dbeta] = backward({ ...saved, dy: dy! }, attrs);
    return { x: dx!, gamma: dgamma!, beta: dbeta! };
  },
});

const backward = defineKernel<Attrs>({
  name: 'LabLayerNormGradient',
  plain: layerNormGradientPlain,
  native: {
    wasm: ({ dy, x, gamma }, { eps }, backend) => {
      const simd = simdOf(backend);
      const columns = gamma!.shape[0]!;
      const rows = simd.size(x!) / columns;
      const outputs = [simd.output(x!.shape), simd.output([columns]), simd.output([columns])];
      const inputsAt = [simd.at(dy!), simd.at(x!), simd.at(gamma!)] as const;
      const outputsAt = outputs.map((output) => simd.at(output)) as [number, number, number];
      simd.kernels.layerNormGradient(rows, columns, eps, ...inputsAt, ...outputsAt, simd.workspace(8 * columns));
      return outputs;
    },
    webgpu: (inputs, attrs, backend) => layerNormGradient(backend as LabWebGPUBackend, inputs, attrs),
  },
});

function normalise(x: tf.Tensor, eps: number): { xHat: tf.Tensor; rstd: tf.Tensor } {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const rstd = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), eps));
  return { xHat: tf.mul(centred, rstd), rstd };
}

/** y in stock operations. */
export function layerNormPlain({ x, gamma, beta }: Inputs, { eps }: Attrs): tf.Tensor[] {
  return [tf.add(tf.mul(normalise(x!, eps).xHat, gamma!), beta!)];
}

/** dx, dγ and dβ in stock operations. */
export function layerNormGradientPlain({ dy, x, gamma }: Inputs, { eps }: Attrs): tf.Tensor[] {
  const { xHat, rstd } = normalise(x!, eps);
  const g = tf.mul(dy!, gamma!);
  const centred = tf.sub(tf.sub(g, tf.mean(g, -1, true)), tf.mul(xHat, tf.mean(tf.mul(g, xHat), -1, true)));
  return [tf.mul(centred, rstd), tf.sum(tf.mul(dy!, xHat), 0), tf.sum(dy!, 0)];
}

/** Layer normalisation: x [N, d], gamma [d], beta [d] → [N, d]. */
export function layerNorm(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, eps: number): tf.Tensor {
  return forward({ x, gamma, beta }, { eps })[0]!;
}
