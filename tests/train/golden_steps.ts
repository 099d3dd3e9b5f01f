import * as tf from '../../src/tensor/tf.ts';
import type { Golden } from '../golden_file.ts';

/** Parameters and their shapes in the optimiser goldens. */
export const SHAPES: Readonly<Record<string, readonly number[]>> = {
  'embeddings.word_embeddings.weight': [5, 3],
  'encoder.layer.0.output.LayerNorm.weight': [6],
  'encoder.layer.0.output.dense.bias': [4],
  'encoder.layer.0.output.dense.weight': [4, 6],
};

export const STEPS = 20;

const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

export function parametersOf(golden: Golden): Map<string, tf.Variable> {
  return new Map(Object.entries(SHAPES).map(([name, shape]) => [name, tf.variable(tf.tensor(golden.floats(`inputs/param/${name}`), [...shape]))]));
}

/** The values of one parameter in a tensor that holds it once a step. */
export function atStep(golden: Golden, prefix: string, name: string, step: number): Float32Array {
  const size = sizeOf(SHAPES[name]!);
  return golden.floats(`${prefix}/${name}`).slice(step * size, (step + 1) * size);
}

export function gradientsAt(golden: Golden, step: number): Map<string, tf.Tensor> {
  return new Map(Object.entries(SHAPES).map(([name, shape]) => [name, tf.tensor(atStep(golden, 'inputs/grad_per_step', name, step), [...shape])]));
}

/** Norm of a whole gradient, in double precision. */
export function normOf(gradients: ReadonlyMap<string, tf.Tensor>): number {
  return Math.sqrt([...gradients.values()].reduce((sum, g) => sum + [...g.dataSync()].reduce((s, x) => s + x * x, 0), 0));
}
