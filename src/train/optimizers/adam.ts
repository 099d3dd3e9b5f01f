import * as tf from '../../tensor/tf.ts';
import { adamWUpdate, type AdamWStep } from '../../tensor/kernels/adamw.ts';
import type { OptimizerArguments } from '../optimization.ts';
import type { OptimizerRule, Slot, UpdateStep } from './rule.ts';

const twoMoments: OptimizerRule['moments'] = (shape) => [['m', shape], ['v', shape]];

/** The step of PyTorch's AdamW; the other forms are this one with other constants. */
function adamWStep({ lr, weightDecay, scale, t }: UpdateStep, { adam_beta1: beta1, adam_beta2: beta2, adam_epsilon: eps }: OptimizerArguments): AdamWStep {
  return { lr, beta1, beta2, eps, scale, correction1: 1 - beta1 ** t, correction2: 1 - beta2 ** t, weightDecay };
}

function apply({ parameter, moments }: Slot, gradient: tf.Tensor, step: AdamWStep): void {
  adamWUpdate({ parameter, m: moments.m!, v: moments.v! }, gradient, step);
}

/**
 * AdamW as PyTorch computes it.
 *
 *   m ← β₁m + (1−β₁)g;  v ← β₂v + (1−β₂)g²;  p ← p − lr·( (m/c₁)/(√(v/c₂) + ε) + λp ),  c = 1 − βᵗ
 *
 * Source: Loshchilov & Hutter 2019, Algorithm 2; `torch.optim.AdamW`.
 */
export const adamWTorch: OptimizerRule = {
  name: 'adamw_torch',
  aliases: ['adamw'],
  title: 'AdamW',
  formula: 'p ← p − lr·((m/c₁)/(√(v/c₂) + ε) + λp)',
  source: 'Loshchilov & Hutter 2019; torch.optim.AdamW',
  decaysAll: false,
  moments: twoMoments,
  update: (slot, gradient, step, options) => apply(slot, gradient, adamWStep(step, options)),
};

/**
 * fairseq's Adam: ε is added before the correction of v, and every parameter decays, biases and LayerNorm too.
 *
 *   p ← p − lr·λp − lr·(√c₂/c₁)·m/(√v + ε)
 *
 * m/(√v + ε)·√c₂ = m/(√(v/c₂) + ε/√c₂), so it is PyTorch's form with ε/√c₂ for ε.
 * Source: fairseq/optim/adam.py of the reference.
 */
export const adamFairseq: OptimizerRule = {
  name: 'adam_fairseq',
  aliases: ['fairseq_adam'],
  title: 'Adam of fairseq',
  formula: 'p ← p − lr·λp − lr·(√c₂/c₁)·m/(√v + ε)',
  source: 'fairseq/optim/adam.py',
  decaysAll: true,
  moments: twoMoments,
  update: (slot, gradient, step, options) => apply(slot, gradient, uncorrectedEpsilon(adamWStep(step, options))),
};

/**
 * AdamW of transformers before version 5: ε as in fairseq, and the decay is taken from the parameter after its update.
 *
 *   p′ = p − lr·(√c₂/c₁)·m/(√v + ε);  p ← p′ − lr·λp′
 *
 * p′(1 − lrλ) = p − lr·(1 − lrλ)·direction − lr·λp, so it is fairseq's form with c₁/(1 − lrλ) for c₁.
 * Source: transformers 4, `optimization.AdamW`; `run_glue.py` of the reference (there with λ = 0: D20).
 */
export const adamWHuggingFace: OptimizerRule = {
  name: 'adamw_hf',
  aliases: ['adamw_transformers'],
  title: 'AdamW of transformers 4',
  formula: 'p′ = p − lr·(√c₂/c₁)·m/(√v + ε); p ← p′ − lr·λp′',
  source: 'transformers 4, optimization.AdamW',
  decaysAll: false,
  moments: twoMoments,
  update: (slot, gradient, step, options) => {
    const fairseq = uncorrectedEpsilon(adamWStep(step, options));
    apply(slot, gradient, { ...fairseq, correction1: fairseq.correction1 / (1 - step.lr * step.weightDecay) });
  },
};

/**
 * Adam with the decay added to the gradient (L2).
 *
 *   g ← g + λp;  p ← p − lr·(m/c₁)/(√(v/c₂) + ε)
 *
 * Source: Kingma & Ba 2015; `torch.optim.Adam`; `optimizer_type adam` of the task-agnostic reference.
 */
export const adam: OptimizerRule = {
  name: 'adam',
  aliases: ['adam_torch'],
  title: 'Adam',
  formula: 'g ← g + λp; p ← p − lr·(m/c₁)/(√(v/c₂) + ε)',
  source: 'Kingma & Ba 2015; torch.optim.Adam',
  decaysAll: false,
  moments: twoMoments,
  update: (slot, gradient, step, options) =>
    tf.tidy(() => {
      const penalised = tf.add(tf.mul(gradient, step.scale), tf.mul(slot.parameter, step.weightDecay));
      apply(slot, penalised, adamWStep({ ...step, scale: 1, weightDecay: 0 }, options));
    }),
};

function uncorrectedEpsilon(step: AdamWStep): AdamWStep {
  return { ...step, eps: step.eps / Math.sqrt(step.correction2) };
}
