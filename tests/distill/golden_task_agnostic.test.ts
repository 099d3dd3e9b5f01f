import { beforeAll, describe, expect, it } from 'vitest';
import { parseMapping } from '../../src/distill/layer_mapping.ts';
import type { Fidelity } from '../../src/model/config.ts';
import type { ObjectiveInputs, Terms } from '../../src/distill/objective.ts';
import { objectiveNamed } from '../../src/distill/objectives/index.ts';
import * as tf from '../../src/tensor/tf.ts';
import { Golden, relativeError } from '../golden_file.ts';
import { NODE_BACKENDS, open } from '../tensor/backends.ts';
import { expectGradients, outputs, RELEASED, type Given, type Naming } from './golden_inputs.ts';

const golden = new Golden('tests/golden/b_task_agnostic.safetensors');
const range = (n: number) => Array.from({ length: n }, (_, i) => i);

interface Case {
  readonly name: string;
  readonly objective: string;
  readonly mapping: string;
  readonly parameters?: Record<string, number>;
  readonly fidelity?: Fidelity;
  readonly terms?: Record<string, string>;
  /** Sizes [student width, student heads, teacher width, teacher heads] of the cases with models of one layer. */
  readonly sizes?: readonly [number, number, number, number];
}

const CLAMPED = { probability_floor: 1e-7 };
const LAYERS = { embeddings: 0 };
const QKV = { query_relation: 'loss_q', key_relation: 'loss_k', value_relation: 'loss_v' };

const CASES: readonly Case[] = [
  ...Object.entries({ multi: '1,3,5', single: '5' }).flatMap(([name, mapping]): Case[] => [
    { name: `att_kl_${name}`, objective: 'att_kl', mapping, terms: { att_kl: 'loss_att' } },
    { name: `att_mse_${name}`, objective: 'att_mse', mapping, terms: { att_mse: 'loss_att' } },
    { name: `att_val_og_${name}`, objective: 'att_val_og', mapping, parameters: CLAMPED, terms: { att_kl: 'loss_att', value_relation: 'loss_val' } },
  ]),
  { name: 'hidden_mse', objective: 'hidden_mse', mapping: '5', parameters: LAYERS, terms: { hidden_mse: 'loss_hidden' } },
  { name: 'hidden_mse_combine', objective: 'hidden_mse_combine', mapping: 'combine', parameters: LAYERS },
  { name: 'hidden_mse_cls_as_published', objective: 'hidden_cls', mapping: '5', parameters: { ...LAYERS, first_example: 1 }, terms: { hidden_cls: 'loss_hidden' } },
  { name: 'hidden_mse_cls_intended', objective: 'hidden_cls', mapping: '5', parameters: { first_example: 1 }, fidelity: 'corrected' },
  { name: 'att_mse_hidden_mse', objective: 'att_mse_hidden_mse', mapping: '5', parameters: LAYERS, terms: { att_mse: 'loss_att', hidden_mse: 'loss_hidden' } },
  { name: 'att_kl_hidden_mse', objective: 'att_kl_hidden_mse', mapping: '5', parameters: { ...LAYERS, ...CLAMPED }, terms: { att_kl: 'loss_att', hidden_mse: 'loss_hidden' } },
  { name: 'minilm_v2', objective: 'minilm_v2', mapping: '5', terms: QKV },
  { name: 'minilm_v2_same', objective: 'minilm_v2', mapping: '0', terms: QKV, sizes: [16, 4, 16, 4] },
  { name: 'minilm_v2_student_fewer_heads', objective: 'minilm_v2', mapping: '0', terms: QKV, sizes: [16, 2, 16, 4] },
  { name: 'minilm_v2_student_more_heads_wider_teacher', objective: 'minilm_v2', mapping: '0', terms: QKV, sizes: [16, 4, 24, 2] },
  { name: 'pear_col', objective: 'pear_col', mapping: 'last', terms: Object.fromEntries(['inter_token_1', 'inter_token_2', 'inter_head', 'inter_sentence'].map((term) => [term, term])) },
];

/** Hidden states of this half begin with the first layer's output; the embedding output is never read. */
const naming = (model: string, layers: number): Naming => ({
  layers,
  heads: 4,
  hidden_size: 16,
  hiddenStates: [`${model}.hidden.0`, ...range(layers).map((i) => `${model}.hidden.${i}`)],
  attentionScores: range(layers).map((i) => `${model}.scores.${i}`),
  queries: range(layers).map((i) => `${model}.query.${i}`),
  keys: range(layers).map((i) => `${model}.key.${i}`),
  values: range(layers).map((i) => `${model}.value.${i}`),
});

const oneLayer = (prefix: string, hidden_size: number, heads: number): Naming => ({
  layers: 1, heads, hidden_size, queries: [`${prefix}.query`], keys: [`${prefix}.key`], values: [`${prefix}.value`],
});

function namings({ name, sizes }: Case): readonly [Naming, Naming] {
  if (!sizes) return [naming('student', 3), naming('teacher', 6)];
  const prefix = `v2.${name.slice('minilm_v2_'.length)}`;
  return [oneLayer(`${prefix}.student`, sizes[0], sizes[1]), oneLayer(`${prefix}.teacher`, sizes[2], sizes[3])];
}

function termsOf(c: Case, given: Given): Terms {
  const [student, teacher] = namings(c);
  const inputs: ObjectiveInputs = {
    ...RELEASED,
    fidelity: c.fidelity ?? 'released',
    student: outputs(student, given),
    teacher: outputs(teacher, given),
    labels: tf.zeros([3], 'int32'),
    mask: tf.cast(tf.tensor2d(golden.integers('inputs/attention_mask'), [3, 10]), 'float32'),
    mapping: parseMapping(c.mapping),
    parameters: c.parameters ?? {},
    trained: new Map(['weight', 'bias'].map((part) => [`projection.${part}`, given(`proj.${part}`)])),
  };
  return objectiveNamed(c.objective).loss(inputs);
}

const sum = (terms: Terms) => Object.values(terms).reduce((a, b) => tf.add(a, b));
const fromFile: Given = (name) => tf.tensor(golden.floats(`inputs/${name}`), [...golden.shape(`inputs/${name}`)]);

describe.each(NODE_BACKENDS)('objectives against the task-agnostic functions, on %s', (backend) => {
  beforeAll(() => open(backend));

  it.each(CASES)('$name', (c) => {
    const terms = termsOf(c, fromFile);
    const scale = golden.scale(`expected/${c.name}/`);
    const near = (got: tf.Scalar, expected: string) => expect(relativeError(got.dataSync(), golden.floats(`expected/${c.name}/${expected}`), scale), expected).toBeLessThan(2e-5);
    near(sum(terms), 'loss');
    for (const [term, expected] of Object.entries(c.terms ?? {})) near(terms[term]!, expected);
    expectGradients(golden, c.name, (given) => sum(termsOf(c, given)));
  });
});

describe('the cases of the file', () => {
  it('are all held', () => {
    const held = new Set(CASES.map(({ name }) => name));
    expect([...new Set(golden.under('expected/').map((path) => path.split('/')[1]!))].filter((name) => !held.has(name))).toEqual([]);
  });
});
