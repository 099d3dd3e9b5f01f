import type { ModelConfig } from './config.ts';
import { initialValues, parameterSpecs, type Head } from './parameters.ts';
import { joined, split, splitLike } from './parts.ts';
import { deviceLimits } from '../tensor/limits.ts';
import * as tf from '../tensor/tf.ts';

/** One tensor in main memory. */
export interface HostTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A model in main memory: what files hold, what a checkpoint stores, what a student is cut from. */
export interface Weights {
  readonly config: ModelConfig;
  readonly heads: readonly Head[];
  readonly tensors: ReadonlyMap<string, HostTensor>;
}

/** A model with random weights. */
export function randomWeights(config: ModelConfig, heads: readonly Head[], seed: number): Weights {
  const specs = parameterSpecs(config, heads);
  const tensors = new Map(specs.map((spec) => [spec.name, { shape: spec.shape, data: initialValues(spec, config, seed) }]));
  return { config, heads, tensors };
}

/**
 * Uploads the tensors as variables that training updates, or as constants of a frozen model; word embeddings of more than
 * `limit` bytes in parts.
 */
export function upload(weights: Weights, trainable: boolean, limit: number = deviceLimits().binding ?? Infinity): Map<string, tf.Variable> {
  const variables = new Map<string, tf.Variable>();
  for (const [name, { shape, data }] of split(weights.tensors, limit)) {
    const tensor = tf.tensor(data, [...shape], 'float32');
    variables.set(name, tf.variable(tensor, trainable));
    tensor.dispose();
  }
  return variables;
}

/** Reads every variable back into main memory, parts as one tensor. */
export async function download(variables: ReadonlyMap<string, tf.Variable>): Promise<Map<string, HostTensor>> {
  const out = new Map<string, HostTensor>();
  for (const [name, variable] of variables) {
    out.set(name, { shape: variable.shape, data: Float32Array.from(await variable.data()) });
  }
  return joined(out);
}

/** Writes whole tensors of main memory into the variables. */
export function assign(variables: ReadonlyMap<string, tf.Variable>, tensors: ReadonlyMap<string, HostTensor>): void {
  const shapes = new Map([...variables].map(([name, { shape }]) => [name, shape]));
  for (const [name, { shape, data }] of splitLike(shapes, tensors)) tf.tidy(() => variables.get(name)!.assign(tf.tensor(data, [...shape])));
}

/** Frees the variables of a model. */
export function dispose(variables: ReadonlyMap<string, tf.Variable>): void {
  for (const variable of variables.values()) variable.dispose();
}
