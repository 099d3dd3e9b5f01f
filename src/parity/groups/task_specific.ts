import type { GoldenCase, Plan, Planner, SkippedCase } from '../group.ts';
import type { Options } from '../options.ts';
import * as tf from '../../tensor/tf.ts';
import { objectiveCase, termsNamed, type Logged, type MaskOf, type ObjectiveSpec, type Part } from './objective_case.ts';

/** What a name of a case means: the objectives, and whatever differs from the usual inputs and log. */
type Meaning = Pick<ObjectiveSpec, 'parts'> & Partial<Pick<ObjectiveSpec, 'logged' | 'teacher' | 'student' | 'labels' | 'projection' | 'trained'>>;

/** How the criteria log the terms, each without its weight in the loss. */
const LOGGED: Readonly<Record<string, Logged>> = {
  loss_inter: (parts) => parts.filter(({ prediction }) => !prediction).map((part) => ({ part: { ...part, weight: 1 } })),
  loss_att: termsNamed('att_mse', 'att_kl'),
  loss_rep: termsNamed('hidden_mse', 'hidden_cls'),
  loss_val: termsNamed('value_relation'),
  ce_loss: (parts) => hard(parts),
  loss_ce: (parts) => hard(parts),
  kd_loss: (parts) => soft(parts),
  loss_kd: (parts) => soft(parts),
};

/** The criterion logs the attention part of MiniLM as `loss_rep` and the values as `loss_att` (D8). */
const MINILM_LOG: Readonly<Record<string, Logged>> = { ...LOGGED, loss_rep: termsNamed('att_kl'), loss_att: termsNamed('value_relation') };

const prediction = (parts: readonly Part[]) => parts.filter((part) => part.prediction);
/** Both halves of a prediction loss are logged without their weights. */
const hard: Logged = (parts) => prediction(parts).map((part) => ({ part: { ...part, parameters: { ...part.parameters, kd_weight: 0 } }, terms: ['ce'] }));
const soft: Logged = (parts) => prediction(parts).map((part) => ({ part: { ...part, parameters: { ...part.parameters, kd_weight: 1 } }, terms: ['kd', 'logit_mse'] }));

/** A number of a case: from its options, else from its formula as `name=1.5`. */
function numberOf(one: Options, name: string, otherwise: number): number {
  if (one.has('options') && one.object('options').has(name)) return one.object('options').number(name);
  const found = new RegExp(`${name}=(\\d*\\.?\\d+)`).exec(one.text('formula', ''))?.[1];
  return found === undefined ? otherwise : Number(found);
}

const kdPart = (one: Options, objective = 'kd'): Part => ({
  objective,
  prediction: true,
  parameters: { temperature: numberOf(one, 'tau', 1), kd_weight: numberOf(one, 'alpha', 1) },
});

const regressionKd = (one: Options): Meaning => ({
  parts: [{ objective: 'kd', prediction: true, parameters: { temperature: 1, kd_weight: numberOf(one, 'alpha', 0.5) } }],
  labels: 'labels_regression',
  student: { prefix: 'student', firstHidden: 0, logits: 'student.logits_regression' },
  teacher: { prefix: 'teacher', firstHidden: 0, logits: 'teacher.logits_regression' },
});

/** Hidden-state objectives: the mapping is in the name, a wider teacher has inputs of its own. */
const hidden = (objective: string) => (_: Options, [, mapping, wide]: readonly (string | undefined)[]): Meaning => ({
  parts: [{ objective, mapping }],
  ...(mapping === 'combine' ? { projection: wide ? 'wide.proj' : 'proj', trained: ['student.hidden.', wide ? 'wide.proj.' : 'proj.'] } : {}),
  ...(wide ? { teacher: { prefix: 'wide.teacher', firstHidden: 0 } } : {}),
});

const single = (objective: string, rest: Partial<Part> = {}, logged = LOGGED) => (): Meaning => ({ parts: [{ objective, mapping: 'skip', ...rest }], logged });

/** Names of cases → their meaning; the first that matches holds. */
const MEANINGS: readonly (readonly [RegExp, (one: Options, match: readonly (string | undefined)[]) => Meaning])[] = [
  [/^kd_use_mse/, (one) => ({ parts: [kdPart(one, 'logit_mse')] })],
  [/^kd_regression/, regressionKd],
  [/^(kd_|pred_stage_kd)/, (one) => ({ parts: [kdPart(one)] })],
  [/^one_stage_att_(kl|mse)_plus_kd/, (one, [, kind]) => ({ parts: [kdPart(one), { objective: `att_${kind}`, mapping: 'skip', weight: numberOf(one, 'inter_weight', 1) }] })],
  [/^hidden_mse_learn_(skip|last|combine)(_wider_teacher)?$/, hidden('hidden_mse')],
  [/^hidden_mse_token_(skip|last|combine)(_wider_teacher)?$/, hidden('hidden_cls')],
  [/^(att_mse_hidden_mse_learn|tiny_feature_learn)$/, single('att_mse_hidden_mse')],
  [/^att_kl_hid(d?)en_mse_learn$/, single('att_kl_hidden_mse')],
  [/^att_mse_learn$/, single('att_mse')],
  [/^att_kl_learn$/, single('att_kl')],
  [/^mobile_feature_learn$/, single('att_kl', { parameters: { probability_floor: 0 } })],
  [/^minilm_one_char_layer_selection$/, single('minilm', { parameters: { one_character_selection: 1 } }, MINILM_LOG)],
  [/^minilm_single_layer$/, single('minilm', { mapping: 'last' })],
  [/^minilm$/, single('minilm', {}, MINILM_LOG)],
  [/^pkd$/, single('pkd')],
  [/^alp_kd$/, single('alp_kd')],
];

const maskOf: MaskOf = (given) => tf.sub(1, tf.cast(given.input('key_padding_mask'), 'float32')) as tf.Tensor2D;

/** Group b_task_specific: the criteria of the RoBERTa half on given tensors, as released. */
export const taskSpecific: Planner = async (group): Promise<Plan> => {
  const tensors = await group.tensors();
  return { tensors, cases: group.cases().map(({ name, case: one }) => planned(name, one)) };
};

function planned(name: string, one: Options): GoldenCase | SkippedCase {
  for (const [pattern, meaning] of MEANINGS) {
    const match = pattern.exec(name);
    if (match) return objectiveCase({ ...USUAL, name, ...meaning(one, match) }, maskOf);
  }
  return { name, why: 'no objective of this name is known here' };
}

const USUAL = {
  logged: LOGGED,
  student: { prefix: 'student', firstHidden: 0, logits: 'student.logits' },
  teacher: { prefix: 'teacher', firstHidden: 0, logits: 'teacher.logits' },
  labels: 'labels',
  fidelity: 'released',
  trained: ['student.'],
} as const satisfies Partial<ObjectiveSpec>;
