import type { GradientCheck } from '../../experiment/objective_bench.ts';
import { key, normal } from '../../random/counter.ts';
import * as tf from '../../tensor/tf.ts';
import { dot } from './gradients.ts';

/** Random directions that a gradient is held to. */
const DIRECTIONS = 3;

/** Width of the differences, as a share of each tensor's own size: below it float32 rounds, above it the loss bends. */
const WIDTH = 0.004;

/** Size of a tensor whose values are all 0, such as a new bias. */
const LEAST = 0.01;

/** Largest relative error of a gradient that is right, in float32. */
export const TOLERANCE = 0.02;

/**
 * Holds a gradient to its loss along random directions of all variables at once.
 *
 *   d_k = (4·c(h) − c(2h))/3,  c(h) = (L(θ + h·D_k) − L(θ − h·D_k))/2h;  error = |d − D·g| / |d|
 *
 * D_k is normally distributed with each tensor's own root mean square as deviation, so that weights of any size move
 * alike. `gradient` [n] is in the order of the variables, whose values are put back in the end. `gate` is waited for
 * after each direction.
 */
export async function checkGradient(loss: () => tf.Tensor, variables: readonly tf.Variable[], gradient: Float32Array, seed: number, gate: () => Promise<void>): Promise<GradientCheck> {
  const before = variables.map((variable) => tf.tidy(() => tf.clone(variable)));
  try {
    const sizes = await Promise.all(before.map(sizeOf));
    const pairs: [number, number][] = [];
    for (let k = 0; k < DIRECTIONS; k++) {
      const direction = directionOf(variables, sizes, key(seed, 'init', k));
      const slope = await slopeAlong(loss, variables, before, direction);
      pairs.push([slope, dot(gradient, direction)]);
      await gate();
    }
    return verdict(pairs);
  } finally {
    variables.forEach((variable, i) => variable.assign(before[i]!));
    tf.dispose(before);
  }
}

function verdict(pairs: readonly (readonly [number, number])[]): GradientCheck {
  const length = (values: readonly number[]) => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0));
  const difference = length(pairs.map(([byDifferences, byGradient]) => byDifferences - byGradient));
  const error = difference === 0 ? 0 : difference / length(pairs.map(([byDifferences]) => byDifferences));
  return { error, passed: error <= TOLERANCE };
}

/** Root mean square of a tensor's values. */
async function sizeOf(tensor: tf.Tensor): Promise<number> {
  const values = await tensor.data<'float32'>();
  return Math.max(LEAST, Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / Math.max(1, values.length)));
}

function directionOf(variables: readonly tf.Variable[], sizes: readonly number[], k: number): Float32Array {
  const direction = new Float32Array(variables.reduce((sum, { size }) => sum + size, 0));
  let at = 0;
  variables.forEach(({ size }, v) => {
    for (const end = at + size; at < end; at++) direction[at] = sizes[v]! * normal(k, at);
  });
  return direction;
}

/** The derivative along a direction by central differences of two widths, extrapolated to width 0. */
async function slopeAlong(loss: () => tf.Tensor, variables: readonly tf.Variable[], before: readonly tf.Tensor[], direction: Float32Array): Promise<number> {
  let at = 0;
  const moves = variables.map(({ shape, size }) => tf.tensor(direction.subarray(at, (at += size)), shape));
  const lossAt = async (by: number): Promise<number> => {
    variables.forEach((variable, i) => tf.tidy(() => variable.assign(tf.add(before[i]!, tf.mul(moves[i]!, by)))));
    const value = tf.tidy(loss);
    const [number] = await value.data();
    value.dispose();
    return number!;
  };
  const central = async (h: number) => ((await lossAt(h)) - (await lossAt(-h))) / (2 * h);
  const [narrow, wide] = [await central(WIDTH), await central(2 * WIDTH)];
  tf.dispose(moves);
  return (4 * narrow - wide) / 3;
}
