import * as tf from '../../tensor/tf.ts';
import { adamWUpdate } from '../../tensor/kernels/adamw.ts';
import { squareNorm } from '../../tensor/kernels/square_norm.ts';
import type { OptimizerArguments } from '../optimization.ts';
import type { OptimizerRule } from './rule.ts';

/**
 * LAMB: Adam's direction, scaled for each parameter by the ratio of its norm to the direction's.
 *
 *   u = (m/c₁)/(√(v/c₂) + ε) + λp;  p ← p − lr·r·u,  r = ‖p‖/‖u‖, or 1 where a norm is 0
 *
 * `bias_correction` false takes c₁ = c₂ = 1, and `min_coeff` and `max_coeff` bound r, as the reference's DeepSpeed form
 * does by default (false, 0.01, 0.3).
 * Source: You et al. 2020, Algorithm 2, with φ the identity.
 */
export const lamb: OptimizerRule = {
  name: 'lamb',
  aliases: [],
  title: 'LAMB',
  formula: 'u = (m/c₁)/(√(v/c₂) + ε) + λp; p ← p − lr·(‖p‖/‖u‖)·u',
  source: 'You et al. 2020, Algorithm 2',
  decaysAll: false,
  moments: (shape) => [['m', shape], ['v', shape]],
  update: ({ parameter, moments }, gradient, { lr, weightDecay, scale, t }, options) => {
    const { adam_beta1: beta1, adam_beta2: beta2, adam_epsilon: eps } = options;
    const [correction1, correction2] = options.bias_correction ?? true ? [1 - beta1 ** t, 1 - beta2 ** t] : [1, 1];
    // From 0, with lr −1 and no decay, AdamW's kernel leaves the direction itself.
    const direction = tf.tidy(() => tf.variable(tf.zerosLike(parameter), false));
    adamWUpdate({ parameter: direction, m: moments.m!, v: moments.v! }, gradient, { lr: -1, beta1, beta2, eps, scale, correction1: correction1!, correction2: correction2!, weightDecay: 0 });
    tf.tidy(() => {
      const u = weightDecay === 0 ? direction : tf.add(direction, tf.mul(parameter, weightDecay));
      parameter.assign(tf.sub(parameter, tf.mul(u, tf.mul(trustRatio(parameter, u, options), lr))));
    });
    direction.dispose();
  },
};

function trustRatio(parameter: tf.Tensor, u: tf.Tensor, { min_coeff, max_coeff }: OptimizerArguments): tf.Tensor {
  const [ofParameter, ofUpdate] = [tf.sqrt(squareNorm([parameter])), tf.sqrt(squareNorm([u]))];
  const both = tf.logicalAnd(tf.greater(ofParameter, 0), tf.greater(ofUpdate, 0));
  const ratio = tf.div(ofParameter, ofUpdate);
  const atLeast = min_coeff === undefined ? ratio : tf.maximum(ratio, min_coeff);
  const bounded = max_coeff === undefined ? atLeast : tf.minimum(atLeast, max_coeff);
  return tf.where(both, bounded, tf.onesLike(ratio));
}
