import { beforeAll, describe, expect, it } from 'vitest';
import { encode } from '../../src/model/encoder.ts';
import { classify, maskedLmLogits } from '../../src/model/heads.ts';
import type { Parameters } from '../../src/model/parameters.ts';
import * as tf from '../../src/tensor/tf.ts';
import { crossEntropy } from '../../src/tensor/kernels/cross_entropy.ts';
import { idIndex } from '../../src/tensor/kernels/lookup.ts';
import { NODE_BACKENDS, open } from '../tensor/backends.ts';
import { GoldenModel } from './golden_model.ts';

/** BERT in both orders of LayerNorm: the group, its sizes, and the tensors inside of the encoder and gradients that it has. */
const GROUPS = [
  { name: 'a1_bert_postln', size: 4, length: 12, internals: 40, gradients: { classification: 73, mlm: 73 } },
  { name: 'a2_bert_preln', size: 3, length: 10, internals: 30, gradients: { classification: 55, mlm: 55, mlm_final_ln: 57 } },
] as const;

describe.each(NODE_BACKENDS)('BERT against the original code, on %s', (backend) => {
  beforeAll(() => open(backend));

  describe.each(GROUPS)('$name', (group) => {
    const model = new GoldenModel(group.name);
    const { golden, config } = model;

    /** Positions with a masked-LM label, in row-major order, and their labels. */
    const masked = () => {
      const labels = golden.integers('inputs/masked_lm_labels');
      const positions = [...labels.keys()].filter((i) => labels[i] !== -1);
      return { positions: idIndex(Int32Array.from(positions), labels.length), labels: tf.tensor1d(positions.map((i) => labels[i]!), 'int32') };
    };

    /** D17: distillation and classification read a pre-LN output that no last LayerNorm has seen. */
    const lastOf = (parameters: Parameters, fidelity: 'released' | 'corrected') => encode(parameters, config, model.batch(group), { fidelity }).last;

    it('is read without a missing or unexpected tensor', () => {
      expect(model.report).toEqual({ missing: [], unexpected: [], misshaped: [] });
    });

    it('gives every internal tensor', () => {
      expect(model.compareInternals(model.parameters(), model.batch(group), 'released')).toBe(group.internals);
    });

    const LOSSES = {
      classification: (parameters: Parameters) => {
        const { logits } = classify(parameters, config, lastOf(parameters, 'released'), model.batch(group));
        return tf.mean(crossEntropy(logits, tf.tensor1d(golden.integers('inputs/class_labels'), 'int32')));
      },
      mlm: (parameters: Parameters) => {
        const { positions, labels } = masked();
        return tf.mean(crossEntropy(maskedLmLogits(parameters, config, lastOf(parameters, 'released'), positions, 'released'), labels));
      },
      mlm_final_ln: (parameters: Parameters) => {
        const { positions, labels } = masked();
        return tf.mean(crossEntropy(maskedLmLogits(parameters, config, lastOf(parameters, 'corrected'), positions, 'released'), labels));
      },
    };

    it.each(Object.entries(group.gradients))('gives the %s loss and its %d gradients', (name, count) => {
      const loss = LOSSES[name as keyof typeof LOSSES];
      expect(model.compareGradients(name, 'loss', loss).length).toBe(count);
    });

    it('gives the logits of every head', () => {
      const parameters = model.parameters();
      const { positions, labels } = masked();
      const { pooled, logits } = classify(parameters, config, lastOf(parameters, 'released'), model.batch(group));
      model.near('expected/classification/pooled_output', pooled);
      model.near('expected/classification/logits', logits);
      model.near('expected/mlm/logits_masked_positions', maskedLmLogits(parameters, config, lastOf(parameters, 'released'), positions, 'released'));
      const corrected = maskedLmLogits(parameters, config, lastOf(parameters, 'corrected'), positions);
      model.near('expected/mlm_dense_head/logits_masked_positions', corrected);
      model.near('expected/mlm_dense_head/loss', tf.mean(crossEntropy(corrected, labels)));
      if (!('mlm_final_ln' in group.gradients)) return;
      model.near('expected/mlm_final_ln/logits_masked_positions', maskedLmLogits(parameters, config, lastOf(parameters, 'corrected'), positions, 'released'));
    });

    it('gives the regression’s output and loss', () => {
      const regression = new Map<string, tf.Tensor>([
        ...model.parameters(),
        ['classifier.weight', tf.tensor(golden.floats('inputs/regression_head.weight'), [1, 32])],
        ['classifier.bias', tf.tensor(golden.floats('inputs/regression_head.bias'))],
      ]);
      const { logits } = classify(regression, config, lastOf(regression, 'released'), model.batch(group));
      model.near('expected/regression/logits', logits);
      const targets = tf.tensor(golden.floats('inputs/regression_labels'), [group.size, 1]);
      model.near('expected/regression/loss', tf.mean(tf.squaredDifference(logits, targets)));
    });
  });
});
