import * as tf from '../../tensor/tf.ts';
import type { OpenObjective } from './open_objective.ts';

/** A value with its gradient, in main memory. */
export interface Differentiated {
  readonly value: number;
  /** By every value of the student's parameters, in their order; 0 where the value does not depend on one. */
  readonly student: Float32Array;
  /** By the tensors that the objective trains itself. */
  readonly trained: Float32Array;
}

/** The names of an objective's terms. */
export function termNames(open: OpenObjective, teacher: readonly tf.Tensor[]): string[] {
  let names: string[] = [];
  tf.tidy(() => void (names = Object.keys(open.losses(teacher).terms)));
  return names;
}

/** One term of an objective, differentiated by the student and by the objective's own tensors. */
export async function differentiated(open: OpenObjective, teacher: readonly tf.Tensor[], term: string): Promise<Differentiated> {
  const groups = [open.student, open.trained].map((tensors) => [...tensors.values()]);
  const { value, grads } = tf.variableGrads(() => open.losses(teacher).terms[term]!, groups.flat());
  const [student, trained] = groups.map((variables) => flat(variables, grads));
  tf.dispose(grads);
  const read = await Promise.all([value, student!, trained!].map((tensor) => tensor.data<'float32'>()));
  const [number, ...gradients] = read.map((values) => Float32Array.from(values)) as [Float32Array, Float32Array, Float32Array];
  tf.dispose([value, student!, trained!]);
  return { value: number[0]!, student: gradients[0], trained: gradients[1] };
}

/** Gradients of variables side by side, [n]; 0 for those that have none. */
function flat(variables: readonly tf.Variable[], grads: tf.NamedTensorMap): tf.Tensor {
  return tf.tidy(() => {
    const parts = variables.map((variable) => (grads[variable.name] ? tf.reshape(grads[variable.name]!, [-1]) : tf.zeros([variable.size])));
    return parts.length > 0 ? tf.concat(parts) : tf.zeros([0]);
  });
}

/** Σ aᵢ·bᵢ, added up in float64. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** √Σ aᵢ². */
export function norm(a: Float32Array): number {
  return Math.sqrt(dot(a, a));
}

/** aᵢ + bᵢ of every array. */
export function sum(arrays: readonly Float32Array[]): Float32Array {
  const [first, ...rest] = arrays;
  const total = Float32Array.from(first ?? []);
  for (const array of rest) for (let i = 0; i < total.length; i++) total[i]! += array[i]!;
  return total;
}

/**
 * Cosines of any two gradients, a·b/(|a|·|b|); null where one of them is 0 or was not kept. Symmetric, and 1 with itself.
 */
export function cosines(gradients: readonly (Float32Array | undefined)[]): (number | null)[][] {
  const norms = gradients.map((gradient) => (gradient ? norm(gradient) : 0));
  const table = gradients.map(() => gradients.map((): number | null => null));
  gradients.forEach((a, i) => gradients.slice(0, i + 1).forEach((b, j) => {
    if (!a || !b || norms[i] === 0 || norms[j] === 0) return;
    const cosine = i === j ? 1 : Math.min(1, Math.max(-1, dot(a, b) / (norms[i]! * norms[j]!)));
    table[i]![j] = table[j]![i] = cosine;
  }));
  return table;
}
