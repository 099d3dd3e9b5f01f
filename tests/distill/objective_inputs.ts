import type { ModelOutputs, Objective, ObjectiveInputs, ObjectiveSetting } from '../../src/distill/objective.ts';
import { initialTensor } from '../../src/distill/trainables.ts';
import { Taps } from '../../src/model/taps.ts';
import { key, normal } from '../../src/random/counter.ts';
import * as tf from '../../src/tensor/tf.ts';

/** Sizes of one made-up model. */
export interface Sizes {
  readonly layers: number;
  readonly heads: number;
  readonly hidden_size: number;
}

/** A batch of made-up tensors; `lengths` are the real tokens of each example. */
export interface Scene {
  readonly student: Sizes;
  readonly teacher: Sizes;
  readonly length: number;
  readonly lengths: readonly number[];
  readonly labels: readonly number[];
  readonly rowLabels: readonly number[];
  readonly examples: readonly number[];
}

export const CLASSES = 4;
const [VOCABULARY, MASKED] = [11, 8];

export const SCENE: Scene = {
  student: { layers: 2, heads: 3, hidden_size: 6 },
  teacher: { layers: 5, heads: 3, hidden_size: 6 },
  length: 7,
  lengths: [7, 5, 3, 6, 1],
  labels: [0, 2, 1, 1, 3],
  rowLabels: [1, 0, 3, 2, 1, 0, 1, 2, 3, 0, 2, 3, 1],
  examples: [1, 3, 4, 6, 2],
};

/** A student of another width and another number of heads than its teacher. */
export const NARROW: Scene = { ...SCENE, student: { layers: 2, heads: 2, hidden_size: 4 } };

/** Values of a tensor by its indices, so that a larger tensor begins with those of a smaller one. */
export type Values = (name: string, index: readonly number[]) => number;

const hash = (text: string): number => [...text].reduce((h, c) => (Math.imul(h, 31) + c.charCodeAt(0)) >>> 0, 7);
export const gaussian: Values = (name, index) => Math.fround(normal(key(hash(name), 'grammar', hash(index.join())), 0));

/** A tensor of given values. */
export function filled(name: string, shape: readonly number[], values: Values): tf.Tensor {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  data.forEach((_, flat) => {
    let rest = flat;
    const index = [...shape].reverse().map((n) => {
      const i = rest % n;
      rest = Math.floor(rest / n);
      return i;
    }).reverse();
    data[flat] = values(name, index);
  });
  return tf.tensor(data, [...shape]);
}

/** Every tensor of a model by name, e.g. `student.hiddenStates.2`, hidden states as [B, T, d]. */
export function modelTensors(prefix: string, { layers, heads, hidden_size }: Sizes, { lengths, length }: Scene, values: Values): Map<string, tf.Tensor> {
  const batch = lengths.length;
  const shapes: [string, readonly number[]][] = [['logits', [batch, CLASSES]], ['maskedLm', [MASKED, VOCABULARY]], ['nextSentence', [batch, CLASSES]]];
  for (let i = 0; i <= layers; i++) shapes.push([`hiddenStates.${i}`, [batch, length, hidden_size]]);
  for (let i = 0; i < layers; i++) {
    shapes.push([`attentionScores.${i}`, [batch, heads, length, length]]);
    for (const tap of ['queries', 'keys', 'values']) shapes.push([`${tap}.${i}`, [batch, heads, length, hidden_size / heads]]);
  }
  const masked: Values = (name, index) => values(name, index) + (name.includes('attentionScores') && index[3]! >= lengths[index[0]!]! ? -10000 : 0);
  return new Map(shapes.map(([name, shape]) => [`${prefix}.${name}`, filled(`${prefix}.${name}`, shape, masked)]));
}

/** Vectors of first tokens: states [B, T, d] → [B, d]. */
export const firstOf = (states: tf.Tensor): tf.Tensor => tf.squeeze(tf.slice(states, [0, 0, 0], [-1, 1, -1]), [1]);

function outputs(prefix: string, sizes: Sizes, tensors: ReadonlyMap<string, tf.Tensor>): ModelOutputs {
  const all = (tap: string, count: number) => Array.from({ length: count }, (_, i) => tensors.get(`${prefix}.${tap}.${i}`)!);
  const states = all('hiddenStates', sizes.layers + 1);
  const taps = Taps.of({
    hiddenStates: states.map((state) => tf.reshape(state, [-1, sizes.hidden_size])),
    firstTokens: states.map(firstOf),
    ...Object.fromEntries(['attentionScores', 'queries', 'keys', 'values'].map((tap) => [tap, all(tap, sizes.layers)])),
  });
  return { ...sizes, taps, logits: tensors.get(`${prefix}.logits`) as tf.Tensor2D, maskedLm: tensors.get(`${prefix}.maskedLm`) as tf.Tensor2D, nextSentence: tensors.get(`${prefix}.nextSentence`) as tf.Tensor2D };
}

/** What an objective's term knows before any batch. */
export function settingOf(objective: Objective, scene: Scene, more: Partial<ObjectiveSetting> = {}): ObjectiveSetting {
  const small = { nce_k: 5, nce_t: 0.7, crd_feat_dim: 3 };
  return {
    student: scene.student,
    teacher: scene.teacher,
    mapping: objective.mapping ?? { kind: 'skip' },
    fidelity: 'corrected',
    parameters: { ...small, ...more.parameters },
    rowLabels: scene.rowLabels,
    seed: 5,
    ...Object.fromEntries(Object.entries(more).filter(([name]) => name !== 'parameters')),
  };
}

/** The trained tensors of an objective, by the names `trained.…`. */
export function trainedTensors(objective: Objective, setting: ObjectiveSetting): Map<string, tf.Tensor> {
  const specs = objective.trainables?.(setting) ?? [];
  return new Map(specs.map((spec) => [`trained.${spec.name}`, tf.tensor(initialTensor(spec, 3, objective.name), [...spec.shape])]));
}

/** Inputs of a loss from named tensors of the student, of the teacher and of the objective. */
export function inputsOf(objective: Objective, scene: Scene, setting: ObjectiveSetting, tensors: ReadonlyMap<string, tf.Tensor>): ObjectiveInputs {
  const { lengths, length, labels, examples } = scene;
  const memory = objective.memory?.(setting) ?? [];
  const trained = [...tensors].filter(([name]) => name.startsWith('trained.'));
  return {
    ...setting,
    step: 0,
    student: outputs('student', scene.student, tensors),
    teacher: outputs('teacher', scene.teacher, tensors),
    labels: tf.tensor1d([...labels], 'int32'),
    mask: tf.tensor2d(lengths.flatMap((n) => Array.from({ length }, (_, t) => Number(t < n))), [lengths.length, length]),
    maskedLabels: tf.tensor1d(Array.from({ length: MASKED }, (_, i) => (i * 5) % VOCABULARY), 'int32'),
    examples,
    trained: new Map(trained.map(([name, tensor]) => [name.slice('trained.'.length), tensor])),
    memory: new Map(memory.map((spec) => [spec.name, spec.name === 'normalisers' ? tf.tensor1d([23, 29]) : tf.tensor(initialTensor(spec, 3, objective.name), [...spec.shape])])),
  };
}

/** The sum of an objective's terms. */
export function totalOf(objective: Objective, inputs: ObjectiveInputs): tf.Scalar {
  return Object.values(objective.loss(inputs)).reduce<tf.Scalar>((sum, term) => tf.add(sum, term), tf.scalar(0));
}
