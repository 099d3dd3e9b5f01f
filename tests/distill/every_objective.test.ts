import { beforeAll, describe, expect, it } from 'vitest';
import type { Objective, ObjectiveSetting } from '../../src/distill/objective.ts';
import { OBJECTIVES } from '../../src/distill/objectives/index.ts';
import * as tf from '../../src/tensor/tf.ts';
import { NODE_BACKENDS, open } from '../tensor/backends.ts';
import { gaussian, inputsOf, modelTensors, NARROW, SCENE, settingOf, totalOf, trainedTensors, type Scene, type Values } from './objective_inputs.ts';

type Tensors = ReadonlyMap<string, tf.Tensor>;

function tensorsOf(objective: Objective, scene: Scene, setting: ObjectiveSetting, values: Values = gaussian): Tensors {
  return new Map([...modelTensors('student', scene.student, scene, values), ...modelTensors('teacher', scene.teacher, scene, values), ...trainedTensors(objective, setting)]);
}

const differentiable = (name: string) => !name.startsWith('teacher.');
const lossAt = (objective: Objective, scene: Scene, setting: ObjectiveSetting, tensors: Tensors) => totalOf(objective, inputsOf(objective, scene, setting, tensors));

/** Value and gradients by name of everything that training may change; what the loss does not depend on is absent. */
function differentiated(objective: Objective, scene: Scene, setting: ObjectiveSetting, tensors: Tensors): { value: number; gradients: Map<string, Float32Array> } {
  const variables = new Map([...tensors].map(([name, tensor]) => [name, differentiable(name) ? tf.variable(tensor) : tensor]));
  const trained = [...variables].filter(([name]) => differentiable(name)) as [string, tf.Variable][];
  const { value, grads } = tf.variableGrads(() => lossAt(objective, scene, setting, variables), trained.map(([, variable]) => variable));
  const gradients = new Map(trained.filter(([, variable]) => grads[variable.name]).map(([name, variable]) => [name, Float32Array.from(grads[variable.name]!.dataSync())]));
  for (const [, variable] of trained) variable.dispose();
  return { value: value.dataSync()[0]!, gradients };
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.from(a).reduce((sum, x, i) => sum + x * b[i]!, 0);
const norm = (a: ArrayLike<number>) => Math.sqrt(dot(a, a));

/** Derivative along a direction in one tensor by central differences of two widths, extrapolated to width 0. */
function slope(objective: Objective, scene: Scene, setting: ObjectiveSetting, tensors: Tensors, name: string, direction: Float32Array): number {
  const at = (by: number) => tf.tidy(() => {
    const moved = tf.add(tensors.get(name)!, tf.tensor(direction.map((d) => d * by), tensors.get(name)!.shape));
    return lossAt(objective, scene, setting, new Map([...tensors, [name, moved]])).dataSync()[0]!;
  });
  const central = (h: number) => (at(h) - at(-h)) / (2 * h);
  return (4 * central(0.01) - central(0.02)) / 3;
}

const CASES = OBJECTIVES.flatMap((objective) => [
  { name: objective.name, objective, scene: SCENE },
  ...(objective.taps ? [{ name: `${objective.name}, narrow student`, objective, scene: NARROW }] : []),
]);

/** Objectives whose definition gives more than 0 for equal models: they know labels, or mix the teacher's states. */
const NOT_ZERO_AT_TEACHER = ['ce', 'masked_lm', 'next_sentence', 'alp_kd', 'crd'];

describe.each(NODE_BACKENDS)('every objective on %s', (backend) => {
  beforeAll(() => open(backend));

  it.each(CASES)('has the gradient of its loss: $name', ({ objective, scene }) => {
    const setting = settingOf(objective, scene);
    const tensors = tensorsOf(objective, scene, setting);
    const { gradients } = differentiated(objective, scene, setting, tensors);
    expect(gradients.size).toBeGreaterThan(0);
    const largest = Math.max(...[...gradients.values()].map(norm));
    for (const [name, gradient] of gradients) {
      const random = Float32Array.from(gradient, (_, i) => gaussian(`direction of ${name}`, [i]));
      for (const direction of [gradient, random]) {
        const unit = direction.map((x) => x / (norm(direction) || 1));
        const difference = slope(objective, scene, setting, tensors, name, unit);
        expect(Math.abs(difference - dot(gradient, unit)), `${name}: ${difference} by differences, ${dot(gradient, unit)} by the gradient`).toBeLessThan(4e-3 * Math.max(largest, 0.02));
      }
    }
  });

  it.each(CASES)('does not see padding: $name', ({ objective, scene }) => {
    const longer = { ...scene, length: scene.length + 4 };
    const setting = settingOf(objective, scene);
    const [short, long] = [scene, longer].map((s) => differentiated(objective, s, setting, tensorsOf(objective, s, setting))) as [ReturnType<typeof differentiated>, ReturnType<typeof differentiated>];
    expect(long.value).toBeCloseTo(short.value, 5);
    const scale = Math.max(...[...short.gradients.values()].map(norm));
    for (const [name, gradient] of short.gradients) expect(Math.abs(norm(gradient) - norm(long.gradients.get(name)!)), name).toBeLessThan(1e-5 * scale);
  });

  it.each(OBJECTIVES.filter(({ name }) => !NOT_ZERO_AT_TEACHER.includes(name)))('is least for a student that equals its teacher: $name', (objective) => {
    const scene = { ...SCENE, teacher: SCENE.student };
    const setting = settingOf(objective, scene, { parameters: { kd_weight: 1 } });
    const same: Values = (name, index) => gaussian(name.replace(/^student/, 'teacher'), index);
    const { value, gradients } = differentiated(objective, scene, setting, tensorsOf(objective, scene, setting, same));
    expect(Math.abs(value)).toBeLessThan(2e-6);
    for (const [name, gradient] of gradients) expect(norm(gradient), name).toBeLessThan(2e-6);
    const other = differentiated(objective, scene, setting, tensorsOf(objective, scene, setting));
    expect(other.value).toBeGreaterThan(0.01);
  });

  it.each(CASES)('does not depend on the order of examples: $name', ({ objective, scene }) => {
    const order = [3, 0, 4, 2, 1];
    const turned = <T>(values: readonly T[]) => order.map((b) => values[b]!);
    const permuted = { ...scene, lengths: turned(scene.lengths), labels: turned(scene.labels), examples: turned(scene.examples) };
    const setting = settingOf(objective, scene);
    const moved: Values = (name, index) => (name.endsWith('maskedLm') ? gaussian(name, index) : gaussian(name, [order[index[0]!]!, ...index.slice(1)]));
    const value = (s: Scene, values: Values) => lossAt(objective, s, setting, tensorsOf(objective, s, setting, values)).dataSync()[0]!;
    expect(value(permuted, moved)).toBeCloseTo(value(scene, gaussian), 5);
  });
});

const ONE = { labels: [1], examples: [4], lengths: [3] };
const DEGENERATE: readonly { readonly what: string; readonly scene: Scene; readonly values?: Values }[] = [
  { what: 'one token', scene: { ...SCENE, length: 1, lengths: [1, 1, 1, 1, 1] } },
  { what: 'one example', scene: { ...SCENE, ...ONE } },
  { what: 'one example of one token', scene: { ...SCENE, ...ONE, length: 1, lengths: [1] } },
  { what: 'one class', scene: { ...SCENE, labels: [1, 1, 1, 1, 1], rowLabels: SCENE.rowLabels.map(() => 1) } },
  { what: 'one training row', scene: { ...SCENE, ...ONE, examples: [0], rowLabels: [1] } },
  { what: 'constant vectors', scene: SCENE, values: () => 0.5 },
  { what: 'vectors of zeros', scene: SCENE, values: () => 0 },
  { what: 'large vectors', scene: SCENE, values: (name, index) => 300 * gaussian(name, index) },
];

describe.each(DEGENERATE)('a batch of $what', ({ scene, values }) => {
  beforeAll(() => open('cpu'));

  it.each(OBJECTIVES.flatMap((objective) => (['corrected', 'released'] as const).map((fidelity) => ({ name: objective.name, objective, fidelity }))))('leaves $name finite, $fidelity', ({ objective, fidelity }) => {
    const setting = settingOf(objective, scene, { fidelity });
    const { value, gradients } = differentiated(objective, scene, setting, tensorsOf(objective, scene, setting, values));
    expect(Number.isFinite(value)).toBe(true);
    for (const [name, gradient] of gradients) expect(gradient.every(Number.isFinite), name).toBe(true);
  });
});

describe('the taps that an objective asks for', () => {
  beforeAll(() => open('cpu'));

  it.each(CASES)('are all that it reads, and are all read: $name', ({ objective, scene }) => {
    const setting = settingOf(objective, scene);
    const read = { student: new Set<string>(), teacher: new Set<string>() };
    const inputs = inputsOf(objective, scene, setting, tensorsOf(objective, scene, setting));
    const spied = (model: 'student' | 'teacher') => ({ ...inputs[model]!, taps: { at: (name: Parameters<typeof inputs.student.taps.at>[0], index: number) => (read[model].add(`${name}.${index}`), inputs[model]!.taps.at(name, index)) } });
    objective.loss({ ...inputs, student: spied('student'), teacher: spied('teacher') });
    const needs = objective.taps?.(setting, 0) ?? { student: {}, teacher: {} };
    for (const model of ['student', 'teacher'] as const) {
      const asked = Object.entries(needs[model]).flatMap(([name, indices]) => indices.map((index) => `${name}.${index}`));
      expect([...read[model]].sort(), model).toEqual(asked.sort());
    }
  });
});
