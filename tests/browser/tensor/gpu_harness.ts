import { expect } from 'vitest';
import * as tf from '../../../src/tensor/tf.ts';
import { openBackend } from '../../../src/tensor/backends/open.ts';
import type { AdapterTraits } from '../../../src/tensor/backends/adapter.ts';
import type { LabWebGPUBackend } from '../../../src/tensor/backends/webgpu.ts';
import type { Attributes, Inputs } from '../../../src/tensor/kernel.ts';
import { relativeL2, run, runPlain } from '../../tensor/wasm_harness.ts';

export { random, relativeL2, run, runPlain } from '../../tensor/wasm_harness.ts';

/** The forms that kernels have: on the processor, there without subgroups, and on hardware. */
export const TRAITS: readonly AdapterTraits[] = [
  { software: true, lanes: 4 },
  { software: true, lanes: 1 },
  { software: false, lanes: 32 },
];

/** Opens WebGPU, fills whatever a kernel is going to write with NaN, and lets a GPU fault fail the test that is running. */
export async function openPoisoned(): Promise<{ checkFaults(): void }> {
  const faults: string[] = [];
  await openBackend({ choice: 'webgpu', onFault: (fault) => faults.push(fault.message) });
  const gpu = tf.backend() as LabWebGPUBackend;
  const make = gpu.makeTensorInfo.bind(gpu);
  gpu.makeTensorInfo = (shape, dtype, values) => make(shape, dtype, values ?? (dtype === 'float32' ? new Float32Array(tf.util.sizeFromShape(shape)).fill(NaN) : undefined));
  return { checkFaults: () => expect(faults).toEqual([]) };
}

/** Makes the kernels take the forms of another adapter. */
export function takeForms(traits: AdapterTraits): void {
  Object.assign(tf.backend(), { adapter: traits });
}

/** Holds the first outputs of a kernel to float64 values and to its plain form, and a second run of it to the same bits. */
export async function holdForms(name: string, inputs: Inputs, attrs: Attributes, exact: readonly ArrayLike<number>[], shared: Inputs = {}): Promise<void> {
  const plain = runPlain(name, inputs, attrs);
  const [own, again] = [run(name, { ...inputs, ...shared }, attrs), run(name, { ...inputs, ...shared }, attrs)];
  for (const [i, values] of exact.entries()) {
    const got = await own[i]!.data();
    expect(own[i]!.shape).toEqual(plain[i]!.shape);
    expect(relativeL2(got, values)).toBeLessThan(1e-5);
    expect(relativeL2(got, await plain[i]!.data())).toBeLessThan(1e-5);
    expect(new Int32Array((await again[i]!.data()).buffer)).toEqual(new Int32Array(got.buffer));
  }
  tf.dispose([plain, own, again]);
}
