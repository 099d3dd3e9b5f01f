import { Fault } from '../fault/fault.ts';
import { readSafetensors, toFloat32, type SafetensorsFile, type SafetensorsTensor } from '../formats/safetensors.ts';
import * as tf from '../tensor/tf.ts';

/** Scores of padded keys: −Infinity, or a real score lowered by 10000. Float32 resolves only 1e-3 there. */
export const MASKED = -1000;

/** The tensors of one group: `inputs/…`, `expected/…` and `grad/…`. */
export class GoldenTensors {
  readonly #file: SafetensorsFile;

  constructor(bytes: Uint8Array, readonly where: string) {
    this.#file = readSafetensors(bytes, where);
  }

  has(name: string): boolean {
    return this.#file.tensors.has(name);
  }

  /** Names below a prefix, in order of name. */
  names(prefix = ''): readonly string[] {
    return [...this.#file.tensors.keys()].filter((name) => name.startsWith(prefix)).sort();
  }

  shape(name: string): readonly number[] {
    return this.#get(name).shape;
  }

  floats(name: string): Float32Array {
    return toFloat32(this.#get(name), `${this.where}, tensor ${JSON.stringify(name)}`);
  }

  integers(name: string): Int32Array {
    const { dtype, bytes } = this.#get(name);
    if (dtype !== 'I32') throw this.#bad(name, 'a tensor of 32-bit integers (I32)', dtype);
    return new Int32Array(bytes.slice().buffer);
  }

  /** Values of either type; Fault when the tensor is of another. */
  values(name: string): Float32Array | Int32Array {
    return this.#get(name).dtype === 'I32' ? this.integers(name) : this.floats(name);
  }

  scalar(name: string): number {
    return this.values(name)[0] ?? NaN;
  }

  /** On the device; integers become int32. */
  tensor(name: string): tf.Tensor {
    const values = this.values(name);
    return tf.tensor(values, [...this.shape(name)], values instanceof Int32Array ? 'int32' : 'float32');
  }

  /** Largest magnitude among these tensors, masked scores left out: G of the metric. */
  scale(names: readonly string[]): number {
    return names.reduce((largest, name) => Math.max(largest, magnitude(this.values(name))), 0);
  }

  #get(name: string): SafetensorsTensor {
    return this.#file.tensors.get(name) ?? fail(this.#bad(name, 'this tensor', 'no such tensor'));
  }

  #bad(name: string, expected: string, got: string): Fault {
    return new Fault({ code: 'missing-golden', where: `${this.where}, tensor ${JSON.stringify(name)}`, expected, got, remedy: 'Give the tensor file that belongs to this manifest.json.' });
  }
}

function fail(error: Error): never {
  throw error;
}

/** max|y| over the entries that are not masked. */
export function magnitude(values: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) if (values[i]! > MASKED) largest = Math.max(largest, Math.abs(values[i]!));
  return largest;
}
