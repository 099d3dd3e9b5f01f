import { beforeAll, describe, expect, it } from 'vitest';
import { parseMapping } from '../../src/distill/layer_mapping.ts';
import type { ObjectiveInputs, Terms } from '../../src/distill/objective.ts';
import { objectiveNamed } from '../../src/distill/objectives/index.ts';
import * as tf from '../../src/tensor/tf.ts';
import { Golden, relativeError } from '../golden_file.ts';
import { NODE_BACKENDS, open } from '../tensor/backends.ts';
import { expectGradients, outputs, RELEASED, type Given } from './golden_inputs.ts';

const golden = new Golden('tests/golden/b_task_specific.safetensors');
const [HEADS, WIDTH, STUDENT_LAYERS, TEACHER_LAYERS] = [4, 16, 3, 6];

interface Case {
  readonly name: string;
  readonly objective: string;
  readonly mapping?: string;
  readonly parameters?: Record<string, number>;
  /** Names in the file, by term; a number divides the term first. */
  readonly terms?: Record<string, readonly [expected: string, divisor?: number]>;
  readonly regression?: true;
  readonly wide?: true;
}

const kdCase = (name: string, temperature: number, kd_weight: number): Case => ({
  name,
  objective: 'kd',
  parameters: { temperature, kd_weight },
  terms: { kd: ['kd_loss', kd_weight], ...(kd_weight < 1 ? { ce: ['ce_loss', 1 - kd_weight] as const } : {}) },
});

const CASES: readonly Case[] = [
  { ...kdCase('pred_stage_kd', 1, 1), terms: { kd: ['loss_kd'] } },
  kdCase('kd_T2_alpha0.5', 2, 0.5),
  kdCase('kd_T1_alpha1', 1, 1),
  kdCase('kd_T4_alpha0.3', 4, 0.3),
  { name: 'kd_use_mse_flag', objective: 'use_mse', parameters: { temperature: 2, kd_weight: 0.5 }, terms: { logit_mse: ['kd_loss', 0.5], ce: ['ce_loss', 0.5] } },
  { name: 'kd_regression_as_published', objective: 'kd', parameters: { kd_weight: 0.5 }, regression: true, terms: { kd: ['kd_loss', 0.5], ce: ['ce_loss', 0.5] } },
  ...['skip', 'last', 'combine'].flatMap((mapping): Case[] => [
    { name: `hidden_mse_learn_${mapping}`, objective: 'hidden_mse_learn', mapping },
    { name: `hidden_mse_token_${mapping}`, objective: 'hidden_mse_token', mapping },
  ]),
  { name: 'hidden_mse_learn_combine_wider_teacher', objective: 'hidden_mse', mapping: 'combine', wide: true },
  { name: 'att_mse_learn', objective: 'att_mse_learn' },
  { name: 'att_kl_learn', objective: 'att_kl_learn' },
  { name: 'att_mse_hidden_mse_learn', objective: 'att_mse_hidden_mse_learn', terms: { att_mse: ['loss_att'], hidden_mse: ['loss_rep'] } },
  { name: 'att_kl_hiden_mse_learn', objective: 'att_kl_hiden_mse_learn', terms: { att_kl: ['loss_att'], hidden_mse: ['loss_rep'] } },
  { name: 'minilm', objective: 'minilm', mapping: 'skip', terms: { att_kl: ['loss_rep'], value_relation: ['loss_att'] } },
  { name: 'minilm_one_char_layer_selection', objective: 'minilm', mapping: 'skip', parameters: { one_character_selection: 1 }, terms: { att_kl: ['loss_rep'], value_relation: ['loss_att'] } },
  { name: 'minilm_single_layer', objective: 'minilm', mapping: 'last', terms: { att_kl: ['loss_att'], value_relation: ['loss_val'] } },
  { name: 'tiny_feature_learn', objective: 'tiny', terms: { att_mse: ['loss_att'], hidden_mse: ['loss_rep'] } },
  { name: 'mobile_feature_learn', objective: 'mobile', parameters: { probability_floor: 0 } },
  { name: 'pkd', objective: 'pkd' },
  { name: 'alp_kd', objective: 'alp_kd' },
];

const range = (n: number) => Array.from({ length: n }, (_, i) => i);

function inputsOf({ objective, mapping, parameters = {}, regression, wide }: Case, given: Given): ObjectiveInputs {
  const model = (name: 'student' | 'teacher', layers: number) => {
    const wider = wide && name === 'teacher';
    return outputs({
      layers,
      heads: HEADS,
      hidden_size: wider ? 24 : WIDTH,
      hiddenStates: range(layers + 1).map((i) => `${wider ? 'wide.' : ''}${name}.hidden.${i}`),
      attentionScores: range(layers).map((i) => `${name}.scores.${i}`),
      values: range(layers).map((i) => `${name}.value.${i}`),
      logits: `${name}.logits${regression ? '_regression' : ''}`,
    }, given);
  };
  return {
    ...RELEASED,
    student: model('student', STUDENT_LAYERS),
    teacher: model('teacher', TEACHER_LAYERS),
    labels: regression ? given('labels_regression') as tf.Tensor1D : tf.tensor1d(golden.integers('inputs/labels'), 'int32'),
    mask: tf.sub(1, tf.tensor2d(golden.integers('inputs/key_padding_mask'), [3, 10])),
    mapping: mapping ? parseMapping(mapping) : objectiveNamed(objective).mapping ?? { kind: 'skip' },
    parameters,
    trained: new Map(['weight', 'bias'].map((part) => [`projection.${part}`, given(`${wide ? 'wide.' : ''}proj.${part}`)])),
  };
}

const termsOf = (c: Case, given: Given): Terms => objectiveNamed(c.objective).loss(inputsOf(c, given));
const sum = (terms: Terms) => Object.values(terms).reduce((a, b) => tf.add(a, b));
const fromFile: Given = (name) => tf.tensor(golden.floats(`inputs/${name}`), [...golden.shape(`inputs/${name}`)]);

describe.each(NODE_BACKENDS)('objectives against the task-specific criteria, on %s', (backend) => {
  beforeAll(() => open(backend));

  it.each(CASES)('$name', (c) => {
    const terms = termsOf(c, fromFile);
    const near = (got: tf.Scalar, expected: string) => expect(relativeError(got.dataSync(), golden.floats(`expected/${c.name}/${expected}`), 0), expected).toBeLessThan(2e-5);
    near(sum(terms), 'loss');
    for (const [term, [expected, divisor = 1]] of Object.entries(c.terms ?? {})) near(tf.div(terms[term]!, divisor) as tf.Scalar, expected);
    expectGradients(golden, c.name, (given) => sum(termsOf(c, given)));
  });

  it('one_stage_att_kl_plus_kd: objectives add up', () => {
    const both = (given: Given) => tf.add(sum(termsOf(kdCase('', 2, 0.5), given)), sum(termsOf({ name: '', objective: 'att_kl' }, given))) as tf.Scalar;
    expect(relativeError(both(fromFile).dataSync(), golden.floats('expected/one_stage_att_kl_plus_kd/loss'), 0)).toBeLessThan(2e-5);
    expectGradients(golden, 'one_stage_att_kl_plus_kd', both);
  });
});

describe('the cases of the file', () => {
  it('are all held', () => {
    const held = new Set([...CASES.map(({ name }) => name), 'one_stage_att_kl_plus_kd']);
    expect([...new Set(golden.under('expected/').map((path) => path.split('/')[1]!))].filter((name) => !held.has(name))).toEqual([]);
  });
});
