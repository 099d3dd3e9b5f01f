import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import compiled from './assembly/index.ts?assemblyscript';
import { shareClones } from './share_clones.ts';
import { attachSimd } from './simd.ts';
import type { SimdKernels } from './simd_kernels.ts';

/** Puts the lab's kernels on the memory of tfjs's active WASM backend; rejects where SIMD is missing. */
export async function openSimd(backend: BackendWasm): Promise<void> {
  const bytes = Uint8Array.from(atob(compiled), (character) => character.charCodeAt(0));
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory: memoryOf(backend) } });
  shareClones();
  attachSimd(backend, instance.exports as unknown as SimdKernels);
}

/** tfjs exports its memory under a name that its typings omit. */
function memoryOf(backend: BackendWasm): WebAssembly.Memory {
  const { asm } = backend.wasm as unknown as { asm?: Record<string, unknown> };
  const memory = asm?.memory;
  if (!(memory instanceof WebAssembly.Memory)) throw new Error('tfjs-backend-wasm exports no memory: version 4.22.0 does');
  return memory;
}
