import * as tf from '../tf.ts';

/**
 * Makes a clone on the WASM backend another name for the same memory, as on tfjs's other backends.
 *
 * tfjs's own WASM form copies every value, and the tape clones each tensor that it keeps for the backward pass. The memory
 * is counted by references and freed with the last of them. Registering twice is harmless.
 */
export function shareClones(): void {
  tf.unregisterKernel('Identity', 'wasm');
  tf.registerKernel({
    kernelName: 'Identity',
    backendName: 'wasm',
    kernelFunc({ inputs, backend }) {
      const { dataId, shape, dtype } = inputs.x as tf.TensorInfo;
      (backend as tf.KernelBackend).incRef(dataId);
      return { dataId, shape, dtype };
    },
  });
}
