import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { expect } from 'vitest';
import * as tf from '../../src/tensor/tf.ts';
import type { Attributes, Inputs } from '../../src/tensor/kernel.ts';
import { key, normal } from '../../src/random/counter.ts';

/** Standard normal values, a function of the index alone. */
export function random(shape: number[], index: number, scale = 1): tf.Tensor {
  const k = key(11, 'init', index);
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(Float32Array.from({ length: size }, (_, i) => scale * normal(k, i)), shape);
}

/** √(Σ (a − b)² / Σ b²); infinite when a value of `a` is not finite. */
export function relativeL2(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [difference, size] = [0, 0];
  expect(a.length).toBe(b.length);
  for (let i = 0; i < b.length; i++) {
    difference += (a[i]! - b[i]!) ** 2;
    size += b[i]! ** 2;
  }
  return Number.isFinite(difference) ? Math.sqrt(difference / Math.max(size, 1e-30)) : Infinity;
}

/** Outputs of a kernel as the current backend runs it. */
export function run(name: string, inputs: Inputs, attrs: Attributes = {}): tf.Tensor[] {
  const out: tf.Tensor | tf.Tensor[] = tf.engine().runKernel(name, inputs, attrs as unknown as tf.NamedAttrMap);
  return Array.isArray(out) ? out : [out];
}

/** The plain form of a kernel on the current backend: what the CPU backend, which has no other, registers. */
export function runPlain(name: string, inputs: Inputs, attrs: Attributes = {}): tf.Tensor[] {
  const kernel = tf.getKernel(name, 'cpu').kernelFunc;
  return kernel({ inputs, attrs: attrs as unknown as tf.NamedAttrMap, backend: tf.backend() }) as tf.Tensor[];
}

/** Runs a kernel, holds every output to the plain form's shape and values and, where given, to float64 values. */
export function expectEqualForms(name: string, inputs: Inputs, attrs: Attributes = {}, exact?: readonly ArrayLike<number>[]): void {
  const plain = runPlain(name, inputs, attrs);
  const own = run(name, inputs, attrs);
  const again = run(name, inputs, attrs);
  own.forEach((output, i) => {
    const values = output.dataSync();
    expect(output.shape).toEqual(plain[i]!.shape);
    expect(relativeL2(values, plain[i]!.dataSync())).toBeLessThan(1e-5);
    if (exact) expect(relativeL2(values, exact[i]!)).toBeLessThan(1e-5);
    expect(new Int32Array(again[i]!.dataSync().buffer)).toEqual(new Int32Array(values.buffer));
  });
  tf.dispose([plain, own, again]);
}

const FENCE = 64;

/**
 * From now on every block that the WASM backend allocates is full of NaN, and ends at a fence that must stay whole; the
 * function that comes back fails when a kernel wrote beyond a block that is still in use.
 */
export function poisonMemory(): () => void {
  const heap = (tf.backend() as BackendWasm).wasm as unknown as { _malloc(n: number): number; _free(at: number): void; HEAPU8: Uint8Array };
  // The first call of each replaces it in the module, so both are called once before they are wrapped.
  heap._free(heap._malloc(1));
  const [malloc, free] = [heap._malloc.bind(heap), heap._free.bind(heap)];
  const sizes = new Map<number, number>();
  const check = (at: number) => {
    const size = sizes.get(at);
    if (size !== undefined) expect(heap.HEAPU8.slice(at + size, at + size + FENCE).every((byte) => byte === 0xff)).toBe(true);
  };
  heap._malloc = (bytes) => {
    const at = malloc(bytes + FENCE) >>> 0;
    heap.HEAPU8.fill(0xff, at, at + bytes + FENCE);
    sizes.set(at, bytes);
    return at;
  };
  heap._free = (at) => {
    check(at >>> 0);
    sizes.delete(at >>> 0);
    free(at);
  };
  return () => [...sizes.keys()].forEach(check);
}
