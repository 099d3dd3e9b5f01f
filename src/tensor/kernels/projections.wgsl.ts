import type * as tf from '../tf.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import { dispatchProducts, extentsOf, forwardInFours, forwardProduct, gradientInFours, inputProduct, weightProduct } from './linear.wgsl.ts';

type Tensors = Record<string, tf.TensorInfo>;

/** Queries, keys and values: the letters of their buffers. */
const PARTS = ['q', 'k', 'v'] as const;

/** Buffers that one dispatch binds. */
export const MOST_BUFFERS = 10;

/** q, k and v [N, O] in one dispatch: three products side by side, with the operations and bytes of three linear layers. */
export function projectionsForward(gpu: LabWebGPUBackend, inputs: Tensors): tf.TensorInfo[] {
  const extents = extentsOf(inputs.x!, inputs.wq!);
  const [rows, , outs] = extents;
  const vectors = forwardInFours(extents);
  const outputs = Object.fromEntries(PARTS.map((part) => [part, gpu.makeTensorInfo([rows, outs], 'float32')]));
  dispatchProducts(gpu, {
    products: PARTS.map((part) => forwardProduct([part, `w${part}`, `b${part}`], extents)),
    outputs, inputs, extents, matrices: PARTS.map(() => [rows, outs]), vectors,
  });
  return Object.values(outputs);
}

/**
 * dx, and of each part dW and db: two dispatches, for there are more buffers than one may bind.
 *
 * The first adds three products in registers before anything is written, and what is passed on; the second has three side by
 * side. 12·N·I·O operations; reads as six products of a dense layer, and 4·N·I bytes of what is passed on; writes
 * 4·(N·I + 3·I·O + 3·O).
 */
export function projectionsGradient(gpu: LabWebGPUBackend, { dq, dk, dv, x, wq, wk, wv, passed }: Tensors): tf.TensorInfo[] {
  const extents = extentsOf(x!, wq!);
  const [rows, ins, outs] = extents;
  const vectors = gradientInFours(extents);
  const dx = gpu.makeTensorInfo([rows, ins], 'float32');
  const gradients = { dq: dq!, dk: dk!, dv: dv! };
  dispatchProducts(gpu, {
    products: [inputProduct(PARTS.map((part) => [`d${part}`, `w${part}`]), { passes: passed !== undefined }, vectors)],
    outputs: { dx }, inputs: { ...gradients, wq: wq!, wk: wk!, wv: wv!, ...(passed && { passed }) }, extents, matrices: [[rows, ins]], vectors,
  });
  const weights = PARTS.map((part) => [`dw${part}`, gpu.makeTensorInfo([outs, ins], 'float32')] as const);
  const biases = PARTS.map((part) => [`db${part}`, gpu.makeTensorInfo([outs], 'float32')] as const);
  dispatchProducts(gpu, {
    products: PARTS.map((part) => weightProduct([`dw${part}`, `db${part}`, `d${part}`], vectors)),
    outputs: Object.fromEntries([...weights, ...biases]), inputs: { x: x!, ...gradients }, extents, matrices: PARTS.map(() => [outs, ins]), vectors,
  });
  return [dx, ...weights.map(([, dw]) => dw), ...biases.map(([, db]) => db)];
}
