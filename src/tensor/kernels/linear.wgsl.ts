import type * as tf from '../tf.ts';
import { u32 } from '../backends/shader.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import { ACTIVATION_WGSL, type WgslActivation } from './activation.wgsl.ts';
import { fours, storeFours, type Product, type ProductForm } from './product.wgsl.ts';
import { groupGrid, productForm, productMembers, productSizes, productsMain } from './products.ts';

/** Rows of x, inputs and outputs of a linear layer: N, I, O. */
type Extents = readonly [rows: number, inputs: number, outputs: number];

/** Loads of four need rows of whole fours. */
const inFours = (...extents: number[]): boolean => extents.every((extent) => extent % 4 === 0);

const HEAD = (form: ProductForm, products: readonly Product[]) => `${form.enables}
struct Size { rows: u32, inputs: u32, outputs: u32, ${productMembers(products)} }`;

/** y = x·Wᵀ + b; with an activation, u = x·Wᵀ + b and y = act(u). */
function forwardShader(form: ProductForm, vectors: boolean, activation?: WgslActivation): string {
  const write = (buffer: string, value: string) => storeFours(buffer, 'row * N + column', value, 'N - column', vectors);
  const activated = `vec4<f32>(${['x', 'y', 'z', 'w'].map((part) => `activated(sum.${part})`).join(', ')})`;
  const y: Product = {
    name: 'product',
    a: { buffer: 'x', orientation: 'rows' },
    b: { buffer: 'w', orientation: 'columns' },
    size: ['size.rows', 'size.outputs', 'size.inputs'],
    store: `let sum = value + load_b(column, N - column); ${activation ? `${write('u', 'sum')} let result = ${activated}; ${write('y', 'result')}` : write('y', 'sum')}`,
  };
  return `${HEAD(form, [y])}
${activation ? ACTIVATION_WGSL[activation] : ''}
${fours('y', 0, 'read_write', vectors)}
${['x', 'w', 'b'].map((name, i) => fours(name, i + 1, 'read', vectors)).join('\n')}
${activation ? fours('u', 4, 'read_write', vectors) : ''}
@group(0) @binding(${activation ? 5 : 4}) var<uniform> size: Size;
${productsMain(form, [y], vectors)}`;
}

/** dx = dy·W, dW = dyᵀ·x and db = Σ_n dy, side by side. */
function gradientShader(form: ProductForm, vectors: boolean): string {
  const dx: Product = {
    name: 'input_gradient',
    a: { buffer: 'dy', orientation: 'rows' },
    b: { buffer: 'w', orientation: 'rows' },
    size: ['size.rows', 'size.inputs', 'size.outputs'],
    store: storeFours('dx', 'row * N + column', 'value', 'N - column', vectors),
  };
  const dw: Product = {
    name: 'weight_gradient',
    a: { buffer: 'dy', orientation: 'columns' },
    b: { buffer: 'x', orientation: 'rows' },
    size: ['size.outputs', 'size.inputs', 'size.rows'],
    store: storeFours('dw', 'row * N + column', 'value', 'N - column', vectors),
    storeRowSum: 'db[row] = sum;',
  };
  return `${HEAD(form, [dx, dw])}
${['dx', 'dw'].map((name, i) => fours(name, i, 'read_write', vectors)).join('\n')}
@group(0) @binding(2) var<storage, read_write> db: array<f32>;
${['dy', 'x', 'w'].map((name, i) => fours(name, i + 3, 'read', vectors)).join('\n')}
@group(0) @binding(6) var<uniform> size: Size;
${productsMain(form, [dx, dw], vectors)}`;
}

type Tensors = Record<string, tf.TensorInfo>;

const extentsOf = ({ x, w }: Tensors): Extents => [x!.shape[0]!, x!.shape[1]!, w!.shape[0]!];

/**
 * y = x·Wᵀ + b in one dispatch; with an activation y = act(u) and, for the gradient, u.
 *
 * 2·N·I·O operations. Reads of global memory, for a tile of r × c values: 4·N·I·O·(1/r + 1/c) bytes; writes 4·N·O, or twice that.
 */
export function linearForward(gpu: LabWebGPUBackend, inputs: Tensors, activation?: WgslActivation): tf.TensorInfo[] {
  const [rows, ins, outs] = extentsOf(inputs);
  const outputs = (activation ? ['y', 'u'] : ['y']).map(() => gpu.makeTensorInfo([rows, outs], 'float32'));
  const form = productForm(gpu.adapter);
  const { values, total } = productSizes(form, [[rows, outs]]);
  const shader = { wgsl: forwardShader(form, inFours(ins, outs), activation), workgroups: groupGrid(total) };
  const [y, ...inner] = outputs;
  gpu.dispatch(shader, [y!, inputs.x!, inputs.w!, inputs.b!, ...inner], [rows, ins, outs, ...values].map(u32), outputs);
  return outputs;
}

/** dx, dW and db in one dispatch: 4·N·I·O operations; reads as the forward product's, for each of the two; writes 4·(N·I + I·O + O). */
export function linearGradient(gpu: LabWebGPUBackend, inputs: Tensors): tf.TensorInfo[] {
  const [rows, ins, outs] = extentsOf(inputs);
  const outputs = [[rows, ins], [outs, ins], [outs]].map((shape) => gpu.makeTensorInfo(shape, 'float32'));
  const form = productForm(gpu.adapter);
  const { values, total } = productSizes(form, [[rows, ins], [outs, ins]]);
  const shader = { wgsl: gradientShader(form, inFours(rows, ins, outs)), workgroups: groupGrid(total) };
  gpu.dispatch(shader, [...outputs, inputs.dy!, inputs.x!, inputs.w!], [rows, ins, outs, ...values].map(u32), outputs);
  return outputs;
}
