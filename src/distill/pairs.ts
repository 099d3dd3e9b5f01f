import * as tf from '../tensor/tf.ts';
import { Fault } from '../fault/fault.ts';
import type { TapName } from '../model/taps.ts';
import { total } from './averages.ts';
import { layerPairs, type LayerPair } from './layer_mapping.ts';
import type { ModelOutputs, ModelShape, ObjectiveInputs, ObjectiveSetting, TapLayers, TapNeeds } from './objective.ts';

/** What an objective needs of its teacher: shape before the run, outputs within it. Fault `no-teacher` without one. */
export function teacherOf<T extends ModelShape>(name: string, { teacher }: { readonly teacher?: T | undefined }): T {
  if (teacher) return teacher;
  throw new Fault({
    code: 'no-teacher',
    where: `objective ${name}`,
    expected: 'a teacher',
    got: 'none',
    remedy: 'Choose a teacher, or finetune without one (objective ce).',
  });
}

/** A tensor that every run of the objective gives; Fault `objective-input` where it is absent. */
export function present<T>(value: T | undefined, objective: string, what: string): T {
  if (value !== undefined) return value;
  throw new Fault({ code: 'objective-input', where: `objective ${objective}`, expected: what, got: 'none', remedy: 'Combine this objective with a task that has it.' });
}

/** Layer pairs of one step; `draw` separates two random mappings of it. */
export function pairsOf(name: string, setting: ObjectiveSetting, step: number, draw = 0): readonly LayerPair[] {
  const depths = { student: setting.student.layers, teacher: teacherOf(name, setting).layers };
  return layerPairs(setting.mapping, depths, { seed: setting.seed, step, draw });
}

/**
 * Pairs of hidden states, by state: 0 is the embedding output, i the output of layer i − 1.
 *
 * `skip` has the pair of embedding outputs as well, unless the parameter `embeddings` is 0 (the task-agnostic reference).
 */
export function statePairs(name: string, setting: ObjectiveSetting, step: number): readonly LayerPair[] {
  const pairs = pairsOf(name, setting, step).map(({ student, teacher, weight }) => ({ student: student + 1, teacher: teacher + 1, weight }));
  const withEmbeddings = setting.mapping.kind === 'skip' && (setting.parameters['embeddings'] ?? 1) !== 0;
  return withEmbeddings ? [{ student: 0, teacher: 0, weight: 1 }, ...pairs] : pairs;
}

/** Every hidden state of both models, which `combine` compares; without the embedding outputs if `embeddings` is 0. */
export function allStates(name: string, setting: ObjectiveSetting): { readonly student: readonly number[]; readonly teacher: readonly number[] } {
  const first = (setting.parameters['embeddings'] ?? 1) === 0 ? 1 : 0;
  const from = ({ layers }: ModelShape) => Array.from({ length: layers + 1 - first }, (_, i) => i + first);
  return { student: from(setting.student), teacher: from(teacherOf(name, setting)) };
}

/** The taps of some pairs. */
export function tapsOfPairs(tap: TapName, pairs: readonly LayerPair[]): TapNeeds {
  return { student: { [tap]: distinct(pairs.map(({ student }) => student)) }, teacher: { [tap]: distinct(pairs.map(({ teacher }) => teacher)) } };
}

const distinct = (values: readonly number[]): number[] => [...new Set(values)].sort((a, b) => a - b);

/** Both needs together. */
export function mergeTaps(...needs: readonly TapNeeds[]): TapNeeds {
  const merge = (of: (needs: TapNeeds) => TapLayers): TapLayers => {
    const merged: Partial<Record<TapName, number[]>> = {};
    for (const [tap, layers] of needs.flatMap((need) => Object.entries(of(need)) as [TapName, readonly number[]][])) {
      merged[tap] = distinct([...(merged[tap] ?? []), ...layers]);
    }
    return merged;
  };
  return { student: merge(({ student }) => student), teacher: merge(({ teacher }) => teacher) };
}

/** Σ over pairs of weight · loss(student tensor, teacher tensor) of one tap. */
export function sumOverPairs(name: string, inputs: ObjectiveInputs, tap: TapName, pairs: readonly LayerPair[], loss: (student: tf.Tensor, teacher: tf.Tensor) => tf.Scalar): tf.Scalar {
  const outputs: ModelOutputs = teacherOf(name, inputs);
  return total(pairs.map(({ student, teacher, weight }) => {
    const value = loss(inputs.student.taps.at(tap, student), outputs.taps.at(tap, teacher));
    return weight === 1 ? value : tf.mul(value, weight) as tf.Scalar;
  }));
}
