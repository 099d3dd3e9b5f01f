import { gcd, relationDivergence, scoreDivergence } from '../attention.ts';
import type { LayerPair } from '../layer_mapping.ts';
import type { Objective, ObjectiveInputs, ObjectiveSetting } from '../objective.ts';
import { mergeTaps, pairsOf, sumOverPairs, tapsOfPairs, teacherOf } from '../pairs.ts';

/**
 * MiniLM: attention distributions and value relations of the student should match the teacher's.
 *
 *   L = Σ over layer pairs (s, t)  w · [ KL(softmax(A_t) ‖ softmax(A_s)) + KL(softmax(V_t·V_tᵀ/√dh) ‖ softmax(V_s·V_sᵀ/√dh)) ]
 *
 * each a mean over B, H and real queries. A: attention scores [B, H, T, T]; V: values [B, H, T, dh]. As published only the
 * last layers are compared (mapping `last`). Where the numbers of heads differ, attention distributions are averaged over
 * groups of heads, and values are cut into relation heads.
 * Source: Wang et al. 2020 (MiniLM); `minilm_feature_learn` (task-specific: every mapped layer), `att_val_kl` (task-agnostic,
 * method `att_val_og`).
 * Released form: padded queries count, and padded keys in the value relations; the student's head size scales both models;
 * task-agnostic: student probabilities are clamped (`probability_floor` 1e-7); `one_character_selection` 1: values of the
 * student's last layer meet those of the first mapped teacher layer (D8).
 */
export const minilm: Objective = {
  name: 'minilm',
  aliases: ['att_val_og', 'att_val', 'minilm_feature_learn'],
  title: 'MiniLM',
  about: 'Attention distributions, and how alike the values of any two tokens are, in the last layer.',
  formula: 'L = Σ_(s,t) mean KL(softmax(A_t) ‖ softmax(A_s)) + mean KL(softmax(V_t·V_tᵀ/√dh) ‖ softmax(V_s·V_sᵀ/√dh))',
  source: 'Wang et al. 2020; `minilm_feature_learn`, `att_val_kl`',
  released: 'Padding counts in both parts; the student’s head size scales both models; D8 with `one_character_selection`.',
  needs: { teacherLogits: false },
  controls: [],
  mapping: { kind: 'last' },
  taps: (setting, step) => mergeTaps(tapsOfPairs('attentionScores', pairsOf('minilm', setting, step)), tapsOfPairs('values', valuePairs(setting, step))),
  loss: (inputs) => {
    const { probability_floor = 0 } = inputs.parameters;
    const options = { heads: relationHeadCount(inputs), floor: probability_floor, studentScale: inputs.fidelity === 'released' };
    return {
      att_kl: sumOverPairs('minilm', inputs, 'attentionScores', pairsOf('minilm', inputs, inputs.step), (s, t) => scoreDivergence(s, t, inputs, probability_floor)),
      value_relation: sumOverPairs('minilm', inputs, 'values', valuePairs(inputs, inputs.step), (s, t) => relationDivergence(s, t, inputs, options)),
    };
  },
};

/** Random mappings draw the layers of values apart from those of scores, as the reference does. */
function valuePairs(setting: ObjectiveSetting, step: number): readonly LayerPair[] {
  const pairs = pairsOf('minilm', setting, step, 1);
  const { one_character_selection = 0 } = setting.parameters;
  return one_character_selection === 0 ? pairs : [{ student: setting.student.layers - 1, teacher: pairs[0]!.teacher, weight: 1 }];
}

const relationHeadCount = (inputs: ObjectiveInputs) => gcd(inputs.student.heads, teacherOf('minilm', inputs).heads);
