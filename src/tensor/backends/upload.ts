import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { BufferRange } from '../plan/recording.ts';
import type { TensorData } from './internals.ts';

/** Bytes that are handed to the queue at a time, and up to which tfjs's own way is taken. */
const PIECE = 8 * 2 ** 20;

/**
 * Uploads a large tensor of float32 piece by piece; false for all others.
 *
 * tfjs maps a buffer for all of a tensor, which holds its values a second time in the page.
 */
export function uploadInPieces({ bufferManager, queue }: Pick<WebGPUBackend, 'bufferManager' | 'queue'>, data: TensorData): boolean {
  const { resource, values } = data;
  if (resource || !(values instanceof Float32Array) || values.byteLength <= PIECE) return false;
  const buffer = bufferManager.acquireBuffer(values.byteLength, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST);
  writeInPieces(queue, values, { buffer, offset: 0 });
  Object.assign(data, { resource: buffer, values: null });
  return true;
}

/** Writes a tensor that is not on the device yet to a place there, behind all commands so far; false for all others. */
export function writeHostValues(gpu: { readonly queue: GPUQueue; flush(): void }, { resource, values }: TensorData, place: BufferRange): boolean {
  if (resource || !(values instanceof Float32Array)) return false;
  gpu.flush();
  writeInPieces(gpu.queue, values, place);
  return true;
}

function writeInPieces(queue: GPUQueue, values: Float32Array, { buffer, offset }: Pick<BufferRange, 'buffer' | 'offset'>): void {
  for (let at = 0; at < values.byteLength; at += PIECE) {
    queue.writeBuffer(buffer, offset + at, values.buffer, values.byteOffset + at, Math.min(PIECE, values.byteLength - at));
  }
}
