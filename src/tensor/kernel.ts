import * as tf from './tf.ts';
import type { BackendName } from './backends/backend_name.ts';
import type { LabWebGPUBackend } from './backends/webgpu.ts';

/** Named input tensors of a kernel. */
export type Inputs = Record<string, tf.Tensor>;
/** Plain values that a kernel is specialised by; never tensors. */
export type Attributes = Record<string, number | string | boolean | undefined | readonly number[]>;

/** One backend's own form of a kernel: reads and writes the backend's memory itself. */
export type NativeKernel<A extends Attributes> = (inputs: Record<string, tf.TensorInfo>, attrs: A, backend: tf.KernelBackend) => tf.TensorInfo[];

/**
 * One fused operation.
 *
 * `plain` composes it from stock tfjs operations: it runs on every backend that has no form of its own in `native`, and is
 * the oracle that the native forms are tested against. Nothing inside a kernel is recorded on the tape; `gradient` is.
 */
export interface Kernel<A extends Attributes> {
  readonly name: string;
  plain(inputs: Inputs, attrs: A): tf.Tensor[];
  readonly native?: Partial<Record<BackendName, NativeKernel<A>>>;
  /** Names of the inputs that `gradient` needs again. */
  readonly saves?: readonly string[];
  /**
   * Names under which `gradient` gets outputs again, in the order of the outputs; undefined for one that it does not need. A native form may return more outputs than
   * the plain one, for the gradient alone; those that a backend does not return are absent.
   */
  readonly keeps?: readonly (string | undefined)[];
  /**
   * Gradients by input name, from the gradient of each output. Inputs that are left out must never be differentiated
   * (ids, masks).
   */
  gradient?(dy: readonly tf.Tensor[], saved: Inputs, attrs: A): Record<string, tf.Tensor>;
}

const ALL_BACKENDS: readonly BackendName[] = ['webgpu', 'wasm', 'webgl', 'cpu'];

/**
 * Registers a kernel (and its gradient) with every backend and returns the function that runs it.
 *
 * The kernel has one or more outputs, each of which can be differentiated, which `tf.customGrad` cannot do.
 */
export function defineKernel<A extends Attributes>(kernel: Kernel<A>): (inputs: Inputs, attrs: A) => tf.Tensor[] {
  for (const backendName of ALL_BACKENDS) {
    const native = kernel.native?.[backendName];
    tf.registerKernel({
      kernelName: kernel.name,
      backendName,
      kernelFunc: ({ inputs, attrs, backend }) => {
        if (!native) return tf.tidy(() => kernel.plain(inputs as Inputs, attrs as unknown as A));
        const run = () => native(inputs as Record<string, tf.TensorInfo>, attrs as unknown as A, backend as tf.KernelBackend);
        return backendName === 'webgpu' ? (backend as LabWebGPUBackend).running(kernel.name, run) : run();
      },
    });
  }
  if (kernel.gradient) registerGradient(kernel);
  return (inputs, attrs) => {
    const out: tf.Tensor | tf.Tensor[] = tf.engine().runKernel(kernel.name, inputs, attrs as unknown as tf.NamedAttrMap);
    return Array.isArray(out) ? out : [out];
  };
}

function registerGradient<A extends Attributes>(kernel: Kernel<A>): void {
  const { saves = [], keeps = [] } = kernel;
  const names = [...saves, ...keeps.filter((name) => name !== undefined)];
  tf.registerGradient({
    kernelName: kernel.name,
    inputsToSave: [...saves],
    outputsToSave: keeps.map((name) => name !== undefined),
    gradFunc: (dy, saved, attrs) => {
      const named = Object.fromEntries((saved as tf.Tensor[]).map((tensor, i) => [names[i]!, tensor]));
      const grads = kernel.gradient!(Array.isArray(dy) ? dy : [dy], named, attrs as unknown as A);
      return Object.fromEntries(Object.entries(grads).map(([name, tensor]) => [name, () => tensor]));
    },
  });
}
