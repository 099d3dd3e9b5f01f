import * as tf from '../tf.ts';
import { defineKernel, type Inputs } from '../kernel.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import { dropout, dropoutOfPart } from './dropout.ts';
import { layerNorm, layerNormGradientPlain, layerNormPlain } from './layer_norm.ts';
import { layerNormForward, layerNormGradient } from './layer_norm.wgsl.ts';

/** `spacing`: row n stands for row n·spacing of a larger tensor, and draws what that row would; 1 by default. */
type Attrs = { eps: number; rate: number; key: number; spacing?: number };
type ResidualNorm = (x: tf.Tensor, residual: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, attrs: Attrs) => tf.Tensor;

/**
 * The end of a post-LN branch in one pass: y = LN(dropout(x) + r).
 *
 *   s = x∘m + r, m = 0 or 1/(1 − rate);  y = γ·ŝ + β;  x, r [N, d], γ, β [d]
 *   dr = (g − mean(g) − ŝ·mean(g·ŝ)) / sqrt(var + ε), g = dy·γ;  dx = dr∘m;  dγ = Σ_n dy·ŝ;  dβ = Σ_n dy
 *
 * The sum is nowhere stored: the gradient adds x and r again.
 */
const forward = defineKernel<Attrs>({
  name: 'LabResidualNorm',
  plain: (inputs, attrs) => layerNormPlain({ ...inputs, x: sum(inputs, attrs) }, attrs),
  native: { webgpu: (inputs, attrs, backend) => layerNormForward(backend as LabWebGPUBackend, inputs, attrs) },
  saves: ['x', 'residual', 'gamma'],
  keeps: [undefined, 'stats'],
  gradient: ([dy], saved, attrs) => {
    const [dx, dgamma, dbeta, other] = backward({ ...saved, dy: dy! }, attrs);
    // The tape frees what it adds to, so two inputs must not share one tensor.
    return { x: dx!, residual: other ?? tf.clone(dx!), gamma: dgamma!, beta: dbeta! };
  },
});

/** A fourth output, the residual's gradient, stands behind the others where dropout makes it another one than dx. */
const backward = defineKernel<Attrs>({
  name: 'LabResidualNormGradient',
  plain: (inputs, attrs) => {
    const [dr, dgamma, dbeta] = layerNormGradientPlain({ ...inputs, x: sum(inputs, attrs) }, attrs);
    return [dropped(dr!, attrs), dgamma!, dbeta!, ...(attrs.rate > 0 ? [dr!] : [])];
  },
  native: { webgpu: (inputs, attrs, backend) => layerNormGradient(backend as LabWebGPUBackend, inputs, attrs) },
});

const sum = ({ x, residual }: Inputs, attrs: Attrs): tf.Tensor => tf.add(dropped(x!, attrs), residual!);

function dropped(x: tf.Tensor, { rate, key, spacing = 1 }: Attrs): tf.Tensor {
  const columns = x.shape.at(-1)!;
  return spacing === 1 ? dropout(x, { rate, key }) : dropoutOfPart(x, { rate, key }, (i) => i + Math.floor(i / columns) * columns * (spacing - 1));
}

const composed: ResidualNorm = (x, residual, gamma, beta, attrs) => layerNorm(sum({ x, residual }, attrs), gamma, beta, attrs.eps);

const fused: ResidualNorm = (x, residual, gamma, beta, attrs) => forward({ x, residual, gamma, beta }, attrs)[0]!;

const FORMS: Readonly<Record<string, ResidualNorm>> = { webgpu: fused };

/** LN(dropout(x) + residual): x, residual [N, d], gamma, beta [d] → [N, d]; composed of its parts where no backend does it in one. */
export const residualNorm: ResidualNorm = (...operands) => (FORMS[tf.getBackend()] ?? composed)(...operands);
