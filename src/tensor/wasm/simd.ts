import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type * as tf from '../tf.ts';
import type { SimdKernels } from './simd_kernels.ts';

/** A matrix in WASM memory: its address, and the distance in elements from one row or column to the next. */
export interface Matrix {
  readonly at: number;
  readonly row: number;
  readonly column: number;
}

/** The allocator of tfjs's module, which its typings omit. */
interface Heap {
  _malloc(bytes: number): number;
  _free(at: number): void;
}

/** The lab's own kernels on the memory of one tfjs WASM backend. */
export class Simd {
  readonly #gemmScratch: number;
  #workspace = 0;
  #workspaceBytes = 0;

  constructor(
    readonly kernels: SimdKernels,
    readonly backend: BackendWasm,
  ) {
    this.#gemmScratch = this.#allocate(kernels.gemmScratchBytes());
  }

  /** Where the gemm kernel packs its operands. */
  get gemmScratch(): number {
    return this.#gemmScratch;
  }

  /**
   * Address of a tensor's first element; stays valid when the memory grows, unlike a typed array on it.
   *
   * TypeError for a tensor of another type, whose bits would be misread in silence.
   */
  at(tensor: tf.TensorInfo, dtype: 'float32' | 'int32' = 'float32'): number {
    if (tensor.dtype !== dtype) throw new TypeError(`a kernel expected tensors of ${dtype}, got ${tensor.dtype} [${tensor.shape.join(', ')}]: cast it first`);
    return this.backend.getMemoryOffset(tensor.dataId);
  }

  /** Number of elements. */
  size(tensor: tf.TensorInfo): number {
    return tensor.shape.reduce((product, extent) => product * extent, 1);
  }

  /** A new float32 tensor; what it holds is whatever lay there before. */
  output(shape: readonly number[]): tf.TensorInfo {
    return this.backend.makeOutput([...shape], 'float32');
  }

  /** At least `bytes` of memory that is free until the next kernel runs. */
  workspace(bytes: number): number {
    if (bytes > this.#workspaceBytes) {
      if (this.#workspace) this.#heap._free(this.#workspace);
      this.#workspace = this.#allocate(bytes);
      this.#workspaceBytes = bytes;
    }
    return this.#workspace;
  }

  /** C [m, n] = A [m, k]·B [k, n], plus a bias [n] for every row. */
  multiply([m, n, k]: readonly [number, number, number], a: Matrix, b: Matrix, c: tf.TensorInfo, bias?: tf.TensorInfo): void {
    const biasAt = bias ? this.at(bias) : 0;
    this.kernels.gemm(m, n, k, a.at, a.row, a.column, b.at, b.row, b.column, biasAt, this.at(c), n, this.#gemmScratch);
  }

  /** A tensor [rows, columns] as a matrix. */
  matrix(tensor: tf.TensorInfo): Matrix {
    return { at: this.at(tensor), row: tensor.shape[1]!, column: 1 };
  }

  /** A tensor [rows, columns] as its transpose; nothing moves. */
  transposed(tensor: tf.TensorInfo): Matrix {
    return { at: this.at(tensor), row: 1, column: tensor.shape[1]! };
  }

  get #heap(): Heap {
    return this.backend.wasm as unknown as Heap;
  }

  #allocate(bytes: number): number {
    const at = this.#heap._malloc(bytes) >>> 0;
    if (at === 0) throw new RangeError(`the WASM memory has no ${bytes} bytes left for a kernel's workspace`);
    return at;
  }
}

const ATTACHED = new WeakMap<object, Simd>();

/** Makes the compiled kernels available to every kernel that runs on this backend. */
export function attachSimd(backend: BackendWasm, kernels: SimdKernels): void {
  ATTACHED.set(backend, new Simd(kernels, backend));
}

/** The kernels attached to a backend; an error when the backend was not opened with `openBackend`. */
export function simdOf(backend: tf.KernelBackend): Simd {
  const simd = ATTACHED.get(backend);
  if (!simd) throw new Error('the WASM backend has no kernels of the lab: open it with openBackend()');
  return simd;
}
