import type { ModelOutputs, ObjectiveInputs } from '../../src/distill/objective.ts';
import { Taps } from '../../src/model/taps.ts';
import * as tf from '../../src/tensor/tf.ts';
import { expect } from 'vitest';
import { relativeError, type Golden } from '../golden_file.ts';
import { firstOf } from './objective_inputs.ts';

/** A tensor of the file. */
export function tensor(golden: Golden, name: string): tf.Tensor {
  return tf.tensor(golden.floats(name), [...golden.shape(name)]);
}

/** Tensors by name that can be replaced by the ones that a gradient is asked for. */
export type Given = (name: string) => tf.Tensor;

/** How the names of a group become one model's outputs. */
export interface Naming {
  readonly layers: number;
  readonly heads: number;
  readonly hidden_size: number;
  /** Tap → the names of its tensors; hidden states [B, T, d] lose their first two axes. */
  readonly hiddenStates?: readonly string[];
  readonly attentionScores?: readonly string[];
  readonly queries?: readonly string[];
  readonly keys?: readonly string[];
  readonly values?: readonly string[];
  readonly logits?: string;
}

/** Outputs of one model from given tensors. */
export function outputs(naming: Naming, given: Given): ModelOutputs {
  const { layers, heads, hidden_size, hiddenStates, logits, ...others } = naming;
  const flat = (state: tf.Tensor) => tf.reshape(state, [-1, state.shape.at(-1)!]);
  const taps = Taps.of({
    ...(hiddenStates ? { hiddenStates: hiddenStates.map((name) => flat(given(name))), firstTokens: hiddenStates.map((name) => firstOf(given(name))) } : {}),
    ...Object.fromEntries(Object.entries(others).map(([tap, names]) => [tap, names.map(given)])),
  });
  return { layers, heads, hidden_size, taps, ...(logits ? { logits: given(logits) as tf.Tensor2D } : {}) };
}

/** Holds a loss and all gradients of its group to the numbers of the file. */
export function expectGradients(golden: Golden, name: string, loss: (given: Given) => tf.Scalar): void {
  const wanted = golden.under(`grad/${name}/`);
  const names = wanted.map((path) => path.slice(`grad/${name}/`.length));
  const inputs = names.map((input) => tensor(golden, `inputs/${input}`));
  const gradients = tf.grads((...xs: tf.Tensor[]) => loss((other) => xs[names.indexOf(other)] ?? tensor(golden, `inputs/${other}`)))(inputs);
  const scale = golden.scale(`grad/${name}/`);
  wanted.forEach((path, i) => expect(relativeError(gradients[i]!.dataSync(), golden.floats(path), scale), path).toBeLessThan(2e-4));
}

/** What the groups of objectives have in common. */
export const RELEASED: Pick<ObjectiveInputs, 'fidelity' | 'seed' | 'step'> = { fidelity: 'released', seed: 1, step: 0 };
