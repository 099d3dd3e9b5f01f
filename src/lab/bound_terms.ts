import { objectiveNamed } from '../distill/objectives/index.ts';
import type { Objective, ObjectiveSetting, TapLayers, TensorSpec } from '../distill/objective.ts';
import type { ObjectiveTerm } from '../experiment/recipe.ts';
import { TAP_NAMES, type TapName } from '../model/taps.ts';
import type { HostTensor } from '../model/weights.ts';
import { key, mix32, uniform } from '../random/counter.ts';
import * as tf from '../tensor/tf.ts';

/** A term of the loss with all that is known of it before the first batch. */
export interface BoundTerm {
  readonly objective: Objective;
  readonly weight: number;
  readonly setting: ObjectiveSetting;
  /** Begins the names of its tensors, beside those of the model. */
  readonly prefix: string;
}

/** What the terms of a stage share. */
export type SharedSetting = Pick<ObjectiveSetting, 'student' | 'teacher' | 'fidelity' | 'rowLabels' | 'seed'>;

/** Begins the name of every tensor that belongs to an objective. */
export const OBJECTIVE_PREFIX = 'objective.';

/** The recipe's terms, ready for the loop; Fault `unknown-objective` for a name that is none. */
export function bindTerms(terms: readonly ObjectiveTerm[], shared: SharedSetting): BoundTerm[] {
  return terms.map(({ name, weight, parameters, mapping, projection }, index) => {
    const objective = objectiveNamed(name);
    const setting = { ...shared, parameters, mapping: mapping ?? objective.mapping ?? { kind: 'skip' as const }, ...(projection ? { projection } : {}) };
    return { objective, weight, setting, prefix: `${OBJECTIVE_PREFIX}${index}.${objective.name}.` };
  });
}

const KINDS = {
  trained: ({ objective, setting }: BoundTerm) => objective.trainables?.(setting) ?? [],
  memory: ({ objective, setting }: BoundTerm) => objective.memory?.(setting) ?? [],
} as const;

/** The tensors of the terms by full name, as variables: with saved values where there are any, else as they begin. */
export function objectiveTensors(kind: keyof typeof KINDS, terms: readonly BoundTerm[], saved?: ReadonlyMap<string, HostTensor>): Map<string, tf.Variable> {
  const entries = terms.flatMap((term) => KINDS[kind](term).map((spec) => {
    const name = term.prefix + spec.name;
    const values = saved?.get(name)?.data ?? initialValues(spec, term.setting.seed, name);
    return [name, tf.tidy(() => tf.variable(tf.tensor(values, [...spec.shape]), kind === 'trained'))] as const;
  }));
  return new Map(entries);
}

/** Values that a tensor begins with; a function of seed and name alone. */
function initialValues({ shape, initial }: TensorSpec, seed: number, name: string): Float32Array {
  const size = shape.reduce((product, n) => product * n, 1);
  if (initial.kind === 'zeros') return new Float32Array(size);
  const k = key(seed, 'init', hashOf(name));
  return Float32Array.from({ length: size }, (_, i) => (2 * uniform(k, i) - 1) * initial.bound);
}

function hashOf(name: string): number {
  return [...name].reduce((hash, letter) => mix32(Math.imul(hash, 31) + letter.charCodeAt(0)), 0);
}

/** The tensors of one term, under the names that its objective gave them. */
export function ownTensors({ prefix }: BoundTerm, tensors: ReadonlyMap<string, tf.Tensor>): ReadonlyMap<string, tf.Tensor> {
  return new Map([...tensors].filter(([name]) => name.startsWith(prefix)).map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}

/** The taps that a step needs of one side, all terms together. */
export function tapsNeeded(terms: readonly BoundTerm[], side: 'student' | 'teacher', step: number): TapLayers {
  const needs = terms.map(({ objective, setting }) => objective.taps?.(setting, step)[side] ?? {});
  const layers = (name: TapName) => [...new Set(needs.flatMap((need) => need[name] ?? []))].sort((a, b) => a - b);
  return Object.fromEntries(TAP_NAMES.map((name) => [name, layers(name)] as const).filter(([, list]) => list.length > 0));
}
