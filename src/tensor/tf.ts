/**
 * The parts of tfjs that the lab uses, in one place: everything outside `src/tensor` imports tensors from here.
 *
 * tfjs-core registers no gradients by itself; the second import does, and needs the first one's flags.
 */
import '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';

export * from '@tensorflow/tfjs-core';
