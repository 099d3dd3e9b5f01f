import * as tf from '../../tensor/tf.ts';
import type { OptimizerRule } from './rule.ts';

/**
 * Stochastic gradient descent with optional momentum.
 *
 *   g ← g + λp;  b ← μb + g;  p ← p − lr·b, or p ← p − lr·(g + μb) with Nesterov's momentum
 *
 * Without momentum nothing is kept. Source: Sutskever et al. 2013; `torch.optim.SGD` with dampening 0.
 */
export const sgd: OptimizerRule = {
  name: 'sgd',
  aliases: [],
  title: 'SGD',
  formula: 'g ← g + λp; b ← μb + g; p ← p − lr·b (Nesterov: g + μb for b)',
  source: 'Sutskever et al. 2013; torch.optim.SGD',
  decaysAll: false,
  moments: (shape, { momentum = 0 }) => (momentum === 0 ? [] : [['momentum', shape]]),
  update: ({ parameter, moments }, gradient, { lr, weightDecay, scale }, { momentum = 0, nesterov = false }) =>
    tf.tidy(() => {
      const g = tf.add(tf.mul(gradient, scale), tf.mul(parameter, weightDecay));
      const buffer = moments.momentum;
      buffer?.assign(tf.add(tf.mul(buffer, momentum), g));
      const ahead = buffer && nesterov ? tf.add(g, tf.mul(buffer, momentum)) : (buffer ?? g);
      parameter.assign(tf.sub(parameter, tf.mul(ahead, lr)));
    }),
};
