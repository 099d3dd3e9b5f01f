import * as tf from '../../tensor/tf.ts';
import type { GoldenCase, Plan, Planner, SkippedCase } from '../group.ts';
import type { Options } from '../options.ts';
import { objectiveCase, termsNamed, type Logged, type MaskOf, type ObjectiveSpec, type Part } from './objective_case.ts';

/** How the feature losses are logged. */
const LOGGED: Readonly<Record<string, Logged>> = {
  loss_att: termsNamed('att_mse', 'att_kl'),
  loss_val: termsNamed('value_relation'),
  loss_hidden: termsNamed('hidden_mse', 'hidden_cls'),
  inter_token_1: termsNamed('inter_token_1'),
  inter_token_2: termsNamed('inter_token_2'),
  inter_head: termsNamed('inter_head'),
  inter_sentence: termsNamed('inter_sentence'),
};

/** The parts of MiniLMv2, one a kind of relation. */
const RELATIONS: Readonly<Record<string, Logged>> = { loss_q: termsNamed('query_relation'), loss_k: termsNamed('key_relation'), loss_v: termsNamed('value_relation') };

/** Student probabilities are clamped in every form of this half. */
const FLOOR = 1e-7;

type Meaning = Pick<ObjectiveSpec, 'parts'> & Partial<Omit<ObjectiveSpec, 'parts' | 'name'>>;

/** The layers that a case names by its ending: several teacher layers, or one for the student's last. */
const selection = (dims: Options, ending: string | undefined): string => dims.text(ending === 'multi' ? 'multi' : 'single');

const attention = (objective: string, parameters: Part['parameters'] = {}) => (dims: Options, [, ending]: readonly (string | undefined)[]): Meaning => ({
  parts: [{ objective, mapping: selection(dims, ending), parameters }],
});

const hidden = (objective: string, rest: Partial<Part> = {}, fidelity: ObjectiveSpec['fidelity'] = 'released') => (dims: Options): Meaning => ({
  parts: [{ objective, mapping: selection(dims, 'single'), ...rest, parameters: { embeddings: 0, ...rest.parameters } }],
  fidelity,
});

/** Tensors of one layer for both models, of differing sizes: `v2.<case>.student.query` and so on. */
const ofSizes = (_: Options, [, sizes]: readonly (string | undefined)[]): Meaning => ({
  parts: [{ objective: 'minilm_v2', mapping: '0' }],
  logged: RELATIONS,
  student: { prefix: `v2.${sizes}.student`, firstHidden: 1 },
  teacher: { prefix: `v2.${sizes}.teacher`, firstHidden: 1 },
  trained: [`v2.${sizes}.student.`],
});

/** Names of cases → their meaning; the first that matches holds. */
const MEANINGS: readonly (readonly [RegExp, (dims: Options, match: readonly (string | undefined)[]) => Meaning])[] = [
  [/^att_kl_(multi|single)$/, attention('att_kl', { probability_floor: FLOOR })],
  [/^att_mse_(multi|single)$/, attention('att_mse')],
  [/^att_val_og_(multi|single)$/, attention('minilm', { probability_floor: FLOOR })],
  [/^hidden_mse$/, hidden('hidden_mse')],
  [/^hidden_mse_combine$/, (dims) => ({ ...hidden('hidden_mse', { mapping: 'combine' })(dims), projection: 'proj', trained: ['student.', 'proj.'] })],
  [/^hidden_mse_cls_as_published$/, hidden('hidden_cls', { parameters: { first_example: 1 } })],
  [/^hidden_mse_cls_intended$/, hidden('hidden_cls', {}, 'corrected')],
  [/^att_mse_hidden_mse$/, hidden('att_mse_hidden_mse')],
  [/^att_kl_hidden_mse$/, hidden('att_kl_hidden_mse', { parameters: { probability_floor: FLOOR } })],
  [/^minilm_v2$/, (dims) => ({ parts: [{ objective: 'minilm_v2', mapping: selection(dims, 'single') }], logged: RELATIONS })],
  [/^minilm_v2_(\w+)$/, ofSizes],
  [/^pear_col$/, () => ({ parts: [{ objective: 'pear_col', mapping: 'last' }] })],
];

const maskOf: MaskOf = (given) => tf.cast(given.input('attention_mask'), 'float32') as tf.Tensor2D;

/** Group b_task_agnostic: the feature losses of the BERT half on given tensors, as released. */
export const taskAgnostic: Planner = async (group): Promise<Plan> => {
  const tensors = await group.tensors();
  const dims = group.entry.object('dims');
  return { tensors, cases: group.cases().map(({ name }) => planned(name, dims)) };
};

function planned(name: string, dims: Options): GoldenCase | SkippedCase {
  for (const [pattern, meaning] of MEANINGS) {
    const match = pattern.exec(name);
    if (match) return objectiveCase({ ...USUAL, name, ...meaning(dims, match) }, maskOf);
  }
  return { name, why: 'no objective of this name is known here' };
}

const USUAL = {
  logged: LOGGED,
  student: { prefix: 'student', firstHidden: 1 },
  teacher: { prefix: 'teacher', firstHidden: 1 },
  labels: 'attention_mask',
  fidelity: 'released',
  trained: ['student.'],
} as const satisfies Partial<ObjectiveSpec>;
