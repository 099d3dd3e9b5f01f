import { objectiveNamed } from '../distill/objectives/index.ts';
import { parseMapping, type LayerMapping } from '../distill/layer_mapping.ts';
import type { Objective, ObjectiveSetting, TapLayers } from '../distill/objective.ts';
import { initialTensor } from '../distill/trainables.ts';
import type { ObjectiveTerm } from '../experiment/recipe.ts';
import { TAP_NAMES, type TapName } from '../model/taps.ts';
import type { HostTensor } from '../model/weights.ts';
import * as tf from '../tensor/tf.ts';
import type { ParameterGroup } from '../train/parameter_groups.ts';

/** A term of the loss with all that is known of it before the first batch. */
export interface BoundTerm {
  readonly objective: Objective;
  readonly weight: number;
  readonly setting: ObjectiveSetting;
  /** Begins the names of its tensors, beside those of the model. */
  readonly prefix: string;
  /** Of the tensors that it trains beside the student. */
  readonly learning_rate?: number;
}

/** What the terms of a stage share. */
export type SharedSetting = Pick<ObjectiveSetting, 'student' | 'teacher' | 'fidelity' | 'rowLabels' | 'seed'>;

/** Begins the name of every tensor that belongs to an objective. */
export const OBJECTIVE_PREFIX = 'objective.';

/** The recipe's terms, ready for the loop; Fault `unknown-objective`, `bad-layer-mapping` for names that are none. */
export function bindTerms(terms: readonly ObjectiveTerm[], shared: SharedSetting): BoundTerm[] {
  return terms.map(({ name, weight, parameters, mapping, projection, learning_rate }, index) => {
    const objective = objectiveNamed(name);
    const setting = { ...shared, parameters, mapping: mapping === undefined ? (objective.mapping ?? ANY) : parseMapping(mapping), ...(projection ? { projection } : {}) };
    return { objective, weight, setting, prefix: `${OBJECTIVE_PREFIX}${index}.${objective.name}.`, ...(learning_rate === undefined ? {} : { learning_rate }) };
  });
}

/** The mapping of objectives that look at no layer. */
const ANY: LayerMapping = { kind: 'skip' };

/** Terms whose tensors learn at a rate of their own. */
export function termGroups(terms: readonly BoundTerm[]): ParameterGroup[] {
  return terms.flatMap(({ prefix, learning_rate }) => (learning_rate === undefined ? [] : [{ name: prefix, matches: (parameter: string) => parameter.startsWith(prefix), learning_rate }]));
}

const KINDS = {
  trained: ({ objective, setting }: BoundTerm) => objective.trainables?.(setting) ?? [],
  memory: ({ objective, setting }: BoundTerm) => objective.memory?.(setting) ?? [],
} as const;

/** The tensors of the terms by full name, as variables: with saved values where there are any, else as they begin. */
export function objectiveTensors(kind: keyof typeof KINDS, terms: readonly BoundTerm[], saved?: ReadonlyMap<string, HostTensor>): Map<string, tf.Variable> {
  const entries = terms.flatMap((term) => KINDS[kind](term).map((spec) => {
    const name = term.prefix + spec.name;
    const values = saved?.get(name)?.data ?? initialTensor(spec, term.setting.seed, term.prefix);
    return [name, tf.tidy(() => tf.variable(tf.tensor(values, [...spec.shape]), kind === 'trained'))] as const;
  }));
  return new Map(entries);
}

/** The tensors of one term, under the names that its objective gave them. */
export function ownTensors({ prefix }: BoundTerm, tensors: ReadonlyMap<string, tf.Tensor>): ReadonlyMap<string, tf.Tensor> {
  return new Map([...tensors].filter(([name]) => name.startsWith(prefix)).map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}

/** The taps that some steps need of one side: all that a random mapping draws in any of them. */
export function tapsOfSteps(terms: readonly BoundTerm[], side: 'student' | 'teacher', first: number, count: number): TapLayers {
  const random = terms.filter(({ setting }) => setting.mapping.kind === 'random' || setting.mapping.kind === 'random_block');
  const drawn = Array.from({ length: random.length > 0 ? count - 1 : 0 }, (_, i) => tapsNeeded(random, side, first + 1 + i));
  return joined([tapsNeeded(terms, side, first), ...drawn]);
}

/** The taps that a step needs of one side, all terms together. */
export function tapsNeeded(terms: readonly BoundTerm[], side: 'student' | 'teacher', step: number): TapLayers {
  return joined(terms.map(({ objective, setting }) => objective.taps?.(setting, step)[side] ?? {}));
}

function joined(needs: readonly TapLayers[]): TapLayers {
  const layers = (name: TapName) => [...new Set(needs.flatMap((need) => need[name] ?? []))].sort((a, b) => a - b);
  return Object.fromEntries(TAP_NAMES.map((name) => [name, layers(name)] as const).filter(([, list]) => list.length > 0));
}
