import { key, mix32, uniform } from '../random/counter.ts';
import type { TensorSpec } from './objective.ts';

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Weight [outputs, inputs] and bias of a dense layer that is trained beside the student, as PyTorch begins one: U(±1/√inputs). */
export function denseSpecs(name: string, outputs: number, inputs: number): TensorSpec[] {
  const initial = { kind: 'uniform', bound: 1 / Math.sqrt(inputs) } as const;
  return [{ name: `${name}.weight`, shape: [outputs, inputs], initial }, { name: `${name}.bias`, shape: [outputs], initial }];
}

/** Initial values of an objective's tensor, a function of the seed, the objective's name and the tensor's. */
export function initialTensor({ name, shape, initial }: TensorSpec, seed: number, objective: string): Float32Array {
  if (initial.kind === 'zeros') return new Float32Array(sizeOf(shape));
  const k = key(seed, 'init', nameHash(`${objective}/${name}`));
  return Float32Array.from({ length: sizeOf(shape) }, (_, i) => initial.bound * (2 * uniform(k, i) - 1));
}

function nameHash(name: string): number {
  let hash = 0;
  for (let i = 0; i < name.length; i++) hash = mix32(Math.imul(hash, 31) + name.charCodeAt(i));
  return hash;
}
