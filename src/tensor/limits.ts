import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { heldBytes, mostBytes } from './backends/buffer_meter.ts';
import * as tf from './tf.ts';

/** What the open backend can hold, in bytes; a bound that is absent is not known. */
export interface DeviceLimits {
  /** Of one tensor. */
  readonly binding?: number;
  /** Of all tensors together. */
  readonly total?: number;
  /** Whether attention runs without a matrix of scores. */
  readonly fusedAttention: boolean;
  /** Whether steps are replayed from a record, so that their tensors share memory. */
  readonly replayed?: boolean;
}

/** WebAssembly addresses 4 GiB; tfjs's binary declares that much as its most. */
const WASM_BYTES = 2 ** 32;

const LIMITS: ReadonlyMap<string, () => DeviceLimits> = new Map<string, () => DeviceLimits>([
  ['wasm', () => ({ total: WASM_BYTES, binding: 2 ** 31, fusedAttention: true })],
  ['webgpu', () => {
    const { limits } = (tf.backend() as WebGPUBackend).device;
    return { binding: Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize), fusedAttention: true, replayed: true };
  }],
]);

/** The limits of the backend that is open. */
export function deviceLimits(): DeviceLimits {
  return LIMITS.get(tf.getBackend())?.() ?? { fusedAttention: false };
}

/** The most bytes of all buffers on the GPU since this was last asked; undefined on other backends. */
export function mostBytesOnDevice(): number | undefined {
  return tf.getBackend() === 'webgpu' ? mostBytes((tf.backend() as WebGPUBackend).device) : undefined;
}

/** Bytes of all buffers on the GPU; undefined on other backends. */
export function bytesOnDevice(): number | undefined {
  return tf.getBackend() === 'webgpu' ? heldBytes((tf.backend() as WebGPUBackend).device) : undefined;
}
