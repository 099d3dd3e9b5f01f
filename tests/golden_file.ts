import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { readSafetensors, toFloat32, type SafetensorsFile } from '../src/formats/safetensors.ts';

/** One group of numbers that the original code produced. */
export class Golden {
  readonly #file: SafetensorsFile;

  constructor(readonly path: string) {
    this.#file = readSafetensors(new Uint8Array(readFileSync(path)), path);
  }

  floats(name: string): Float32Array {
    return toFloat32(this.#get(name), `${this.path}: ${name}`);
  }

  integers(name: string): Int32Array {
    const { bytes } = this.#get(name);
    return new Int32Array(bytes.slice().buffer);
  }

  shape(name: string): readonly number[] {
    return this.#get(name).shape;
  }

  /** Names below a prefix, e.g. every `grad/mlm/…`. */
  under(prefix: string): string[] {
    return [...this.#file.tensors.keys()].filter((name) => name.startsWith(prefix));
  }

  /** Largest magnitude in the group below a prefix: the manifest's G. */
  scale(prefix: string): number {
    return Math.max(...this.under(prefix).flatMap((name) => this.floats(name).reduce((a, x) => (x > -1000 ? Math.max(a, Math.abs(x)) : a), 0)));
  }

  #get(name: string) {
    const tensor = this.#file.tensors.get(name);
    if (!tensor) throw new RangeError(`${this.path} has no tensor "${name}"`);
    return tensor;
  }
}

/** The manifest's measure: max|x − y| / max(max|y|, 1e-3·G), masked scores (≤ −1000) left out. */
export function relativeError(got: ArrayLike<number>, expected: Float32Array, groupScale: number): number {
  expect(got.length).toBe(expected.length);
  let [worst, largest] = [0, 0];
  expected.forEach((y, i) => {
    if (y <= -1000) return;
    worst = Math.max(worst, Math.abs(got[i]! - y));
    largest = Math.max(largest, Math.abs(y));
  });
  return worst / Math.max(largest, 1e-3 * groupScale);
}
