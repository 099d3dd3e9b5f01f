import * as tf from '../../tensor/tf.ts';
import { contrast, contrastRows, contrastTensor } from '../contrast.ts';
import type { Objective, ObjectiveSetting, TapReader, TensorSpec } from '../objective.ts';
import { allStates, present, statePairs, teacherOf } from '../pairs.ts';
import { denseSpecs } from '../trainables.ts';

const NAME = 'crd';

/**
 * CRD: an example's two embeddings should be closer than those of examples of other classes.
 *
 *   L = (L_S + L_T)/2,  each side as in `contrast`: one positive and K negatives against the other model's memory bank
 *
 * Features: first-token vectors of all hidden states side by side (mapping `combine`), or of the mapped states alone, which
 * is the choice of the criterion `_crd` (mapping `skip`, `embeddings` 0: student layers from 1, teacher 4, 8, 12); both are
 * projected to `crd_feat_dim`. Banks [n, E] hold one row for each training row.
 * Source: Tian et al. 2020; Wang et al. 2023, "Hid-CLS-Contrast"; `crd/criterion.py`.
 * Differs from the reference: evaluation never writes to the banks; vectors of length 0 stay finite.
 */
export const crd: Objective = {
  name: NAME,
  aliases: ['hid_cls_contrast', 'contrastive'],
  title: 'Contrastive (CRD)',
  about: 'Two models’ embeddings of one sentence should be closer than those of sentences of other classes.',
  formula: 'L = ½ Σ over sides of −mean [log P₊/(P₊ + K/n) + Σ_K log (K/n)/(P₋ + K/n)], P = exp(e·m/τ)/Z',
  source: 'Tian et al. 2020; Wang et al. 2023, "Hid-CLS-Contrast"; `crd/criterion.py`',
  needs: { teacherLogits: false, labels: 'classes' },
  controls: [
    { name: 'nce_k', label: 'Negatives K', initial: 100, minimum: 1, maximum: 4096, step: 1 },
    { name: 'crd_feat_dim', label: 'Width of the embeddings', initial: 128, minimum: 2, maximum: 1024, step: 1 },
    { name: 'nce_t', label: 'Temperature τ', initial: 0.07, minimum: 0.01, maximum: 1, step: 0.01 },
    { name: 'nce_m', label: 'Momentum of the banks', initial: 0.5, minimum: 0, maximum: 1, step: 0.05 },
  ],
  mapping: { kind: 'combine' },
  taps: (setting, step) => {
    const states = featureStates(setting, step);
    return { student: { firstTokens: states.student }, teacher: { firstTokens: states.teacher } };
  },
  trainables: (setting) => {
    const states = featureStates(setting, 0);
    const { crd_feat_dim = 128 } = setting.parameters;
    const [student, teacher] = [states.student.length * setting.student.hidden_size, states.teacher.length * teacherOf(NAME, setting).hidden_size];
    return [...denseSpecs('embed_s', crd_feat_dim, student), ...denseSpecs('embed_t', crd_feat_dim, teacher)];
  },
  memory: (setting) => {
    const { crd_feat_dim = 128 } = setting.parameters;
    const rows = present(setting.rowLabels, NAME, 'the labels of all training rows').length;
    const initial = { kind: 'uniform', bound: 1 / Math.sqrt(crd_feat_dim / 3) } as const;
    const bank = (name: string): TensorSpec => ({ name, shape: [rows, crd_feat_dim], initial });
    return [bank('memory_v1'), bank('memory_v2'), { name: 'normalisers', shape: [2], initial: { kind: 'zeros' } }];
  },
  contrast: drawn,
  loss: (inputs) => {
    const { nce_t = 0.07, nce_m = 0.5 } = inputs.parameters;
    const states = featureStates(inputs, inputs.step);
    const examples = () => present(inputs.examples, NAME, 'the training rows of the batch');
    const { studentLoss, teacherLoss, after } = contrast({
      student: features(inputs.student.taps, states.student),
      teacher: features(teacherOf(NAME, inputs).taps, states.teacher),
      trained: (name) => present(inputs.trained?.get(name), NAME, `the trained tensor ${name}`),
      memory: (name) => present(inputs.memory?.get(name), NAME, `the memory ${name}`),
      contrast: inputs.contrast ?? contrastTensor(drawn(inputs, inputs.step, examples()), inputs.labels.size),
      temperature: nce_t,
      momentum: nce_m,
    });
    for (const [name, value] of Object.entries(after)) inputs.remember?.(name, value);
    return { crd_student: tf.mul(studentLoss, 0.5) as tf.Scalar, crd_teacher: tf.mul(teacherLoss, 0.5) as tf.Scalar };
  },
};

function featureStates(setting: ObjectiveSetting, step: number): { readonly student: readonly number[]; readonly teacher: readonly number[] } {
  if (setting.mapping.kind === 'combine') return allStates(NAME, setting);
  const pairs = statePairs(NAME, setting, step);
  return { student: pairs.map(({ student }) => student), teacher: pairs.map(({ teacher }) => teacher) };
}

/** First-token vectors of some states side by side, [B, states·d]. */
function features(taps: TapReader, states: readonly number[]): tf.Tensor2D {
  return tf.concat2d(states.map((index) => taps.at('firstTokens', index) as tf.Tensor2D), 1);
}

function drawn({ rowLabels, parameters: { nce_k = 100 }, seed }: ObjectiveSetting, step: number, examples: ArrayLike<number>): Int32Array {
  return contrastRows({ labels: present(rowLabels, NAME, 'the labels of all training rows'), examples, negatives: nce_k, seed, step });
}
