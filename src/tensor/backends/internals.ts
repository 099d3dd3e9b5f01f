import type * as tf from '../tf.ts';
import type { UniformField } from './shader.ts';

/** What tfjs's WebGPU backend knows of a tensor; `part` is ours. */
export interface TensorData {
  values: ArrayLike<number> | null;
  resource: unknown;
  refCount: number;
  readonly dtype: tf.DataType;
  readonly shape: number[];
  readonly external?: boolean;
  /** Of a view: the part of `resource` that it is, in bytes. */
  readonly part?: { readonly offset: number; readonly size: number };
}

/** Members of tfjs 4.22.0's backend that its typings mark private; the version is pinned for their sake. */
export interface Internals {
  readonly tensorMap: { get(id: object): TensorData; set(id: object, data: TensorData): void; has(id: object): boolean };
  readonly pipelineCache: Record<string, GPUComputePipeline>;
  /** Buffers that wait to be used again, by size and usage. */
  readonly bufferManager: { readonly freeBuffers: ReadonlyMap<string, GPUBuffer[]>; numFreeBuffers: number; numBytesAllocated: number };
  readonly commandQueueOwnedIds: WeakSet<object>;
  commandEncoder: GPUCommandEncoder | null;
  computePassEncoder: GPUComputePassEncoder | null;
  dispatchCountInPass: number;
  tensorToBinding: (tensor: tf.TensorInfo | undefined) => GPUBindingResource | null;
  releaseResource: (dataId: object) => void;
  nextDataId(): number;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  makeUniforms(fields: UniformField[]): { readonly buffer: GPUBuffer };
}

/** The same object, with its private members. */
export const internals = (backend: object): Internals => backend as Internals;

/** Destroys the buffers that wait to be used again; call when no command does that was not submitted. */
export function emptyPool(backend: object): void {
  const { bufferManager: pool } = internals(backend);
  for (const buffers of pool.freeBuffers.values()) {
    for (const buffer of buffers.splice(0)) {
      buffer.destroy();
      pool.numFreeBuffers -= 1;
      pool.numBytesAllocated -= buffer.size;
    }
  }
}
