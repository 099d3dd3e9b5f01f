import type * as tf from '../tf.ts';
import { bindings, reads, writes } from '../backends/bindings.ts';
import { groupGrid, u32 } from '../backends/shader.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import { ACTIVATION_WGSL, type WgslActivation } from './activation.wgsl.ts';
import { fours, storeFours, type FourResults, type Product, type ProductForm } from './product.wgsl.ts';
import { productForm, productMembers, productSizes, productsMain } from './products.ts';

/** Rows of x, inputs and outputs of a linear layer: N, I, O. */
export type Extents = readonly [rows: number, inputs: number, outputs: number];

/** Loads of four need rows of whole fours. */
const inFours = (...extents: number[]): boolean => extents.every((extent) => extent % 4 === 0);

const HEAD = (form: ProductForm, products: readonly Product[]) => `${form.enables}
struct Size { rows: u32, inputs: u32, outputs: u32, ${productMembers(products)} }`;

/** WGSL of the same function of each part of a vec4. */
const byPart = (f: (part: string) => string): string => `vec4<f32>(${['x', 'y', 'z', 'w'].map(f).join(', ')})`;

const write = (buffer: string, { at, left }: FourResults, value: string, vectors: boolean) => storeFours(buffer, at, value, left, vectors);

/** Declarations of the buffers, outputs before inputs, and of the uniform behind them; db's are read one by one. */
export function linearBuffers(outputs: readonly string[], inputs: readonly string[], vectors: boolean): string {
  const buffers = [...writes(outputs), ...reads(inputs)];
  return bindings(buffers.flatMap((buffer) => (buffer.name.startsWith('db') ? [buffer] : fours([buffer], vectors))), 'size: Size');
}

/** `y` = x·Wᵀ + b, with buffers of these names; with an activation, u = x·Wᵀ + b and y = act(u). */
export function forwardProduct([y, w, b]: readonly [y: string, w: string, b: string], extents: Extents, activation?: WgslActivation): Product {
  const vectors = forwardInFours(extents);
  const activated = (results: FourResults) => `${write('u', results, 'sum', vectors)} let result = ${byPart((part) => `activated(sum.${part})`)}; ${write(y, results, 'result', vectors)}`;
  return {
    name: `product_${y}`,
    factors: [[{ buffer: 'x', orientation: 'rows' }, { buffer: w, orientation: 'columns' }]],
    size: ['size.rows', 'size.outputs', 'size.inputs'],
    deep: vectors && extents[1] % 8 === 0,
    store: (results) => `let sum = ${results.value} + load_${b}(${results.column}, ${results.left}); ${activation ? activated(results) : write(y, results, 'sum', vectors)}`,
  };
}

/** How the gradient of x is finished. */
export interface InputGradient {
  /** The activation that x came from: `u` is bound, and du = dx∘act′(u) is stored. */
  readonly slope?: WgslActivation | undefined;
  /** x is passed on beside the layer: `passed`, the gradient of that, is bound and added. */
  readonly passes?: boolean | undefined;
}

/** dx = Σ dy·W over pairs of buffers. */
export function inputProduct(factors: readonly (readonly [dy: string, w: string])[], { slope, passes }: InputGradient, vectors: boolean): Product {
  const finished = ({ value, at, left }: FourResults) => `${slope ? `let u4 = load_u(${at}, ${left}); let factor = ${byPart((part) => `slope(u4.${part})`)};` : ''} let dx4 = ${value}${slope ? ' * factor' : ''}${passes ? ` + load_passed(${at}, ${left})` : ''};`;
  return {
    name: 'input_gradient',
    factors: factors.map(([dy, w]) => [{ buffer: dy, orientation: 'rows' }, { buffer: w, orientation: 'rows' }]),
    size: ['size.rows', 'size.inputs', 'size.outputs'],
    store: (results) => `${finished(results)} ${write('dx', results, 'dx4', vectors)}`,
  };
}

/** dW = dyᵀ·x and db = Σ_n dy, with buffers of these names. */
export function weightProduct([dw, db, dy]: readonly [dw: string, db: string, dy: string], vectors: boolean): Product {
  return {
    name: `weight_gradient_${dw}`,
    factors: [[{ buffer: dy, orientation: 'columns' }, { buffer: 'x', orientation: 'rows' }]],
    size: ['size.outputs', 'size.inputs', 'size.rows'],
    store: (results) => write(dw, results, results.value, vectors),
    storeRowSum: (row, sum) => `${db}[${row}] = ${sum};`,
  };
}

type Tensors = Record<string, tf.TensorInfo>;

/** Runs products side by side on buffers that are bound in the order of their names. */
export function dispatchProducts(gpu: LabWebGPUBackend, { products, outputs, inputs, extents, matrices, vectors, functions = '' }: {
  readonly products: readonly Product[];
  readonly outputs: Tensors;
  readonly inputs: Tensors;
  readonly extents: Extents;
  /** Rows and columns of each product. */
  readonly matrices: readonly (readonly [rows: number, columns: number])[];
  readonly vectors: boolean;
  readonly functions?: string;
}): void {
  const form = productForm(gpu.adapter, { vectors, deep: products.length === 1 && products[0]!.deep === true, weights: extents[1] * extents[2] });
  const { values, total } = productSizes(form, matrices);
  const wgsl = `${HEAD(form, products)}\n${functions}\n${linearBuffers(Object.keys(outputs), Object.keys(inputs), vectors)}\n${productsMain(form, products, vectors)}`;
  gpu.dispatch({ wgsl, workgroups: groupGrid(total) }, [...Object.values(outputs), ...Object.values(inputs)], [...extents, ...values].map(u32), Object.values(outputs));
}

export const extentsOf = (x: tf.TensorInfo, w: tf.TensorInfo): Extents => [x.shape[0]!, x.shape[1]!, w.shape[0]!];

/** Whether all rows are of whole fours: of x and W forward, of dy too for a gradient. */
export const forwardInFours = ([, ins, outs]: Extents): boolean => inFours(ins, outs);
export const gradientInFours = (extents: Extents): boolean => inFours(...extents);

/**
 * y = x·Wᵀ + b in one dispatch; with an activation y = act(u) and, for the gradient, u.
 *
 * 2·N·I·O operations. Reads of global memory, for a tile of r × c values: 4·N·I·O·(1/r + 1/c) bytes; writes 4·N·O, or twice that.
 */
export function linearForward(gpu: LabWebGPUBackend, { x, w, b }: Tensors, activation?: WgslActivation): tf.TensorInfo[] {
  const extents = extentsOf(x!, w!);
  const [y, u] = [0, 1].map((index) => (index === 0 || activation ? gpu.makeTensorInfo([extents[0], extents[2]], 'float32') : undefined));
  const outputs = { y: y!, ...(u && { u }) };
  const vectors = forwardInFours(extents);
  dispatchProducts(gpu, {
    products: [forwardProduct(['y', 'w', 'b'], extents, activation)], outputs, inputs: { x: x!, w: w!, b: b! }, extents, matrices: [[extents[0], extents[2]]], vectors,
    ...(activation && { functions: ACTIVATION_WGSL[activation] }),
  });
  return Object.values(outputs);
}

/**
 * dx (or du, see `InputGradient`), dW and db in one dispatch.
 *
 * 4·N·I·O operations; reads as the forward product's, for each of the two, and 4·N·I for u or what is passed on; writes
 * 4·(N·I + I·O + O).
 */
export function linearGradient(gpu: LabWebGPUBackend, { dy, x, w, u, passed }: Tensors, slope?: WgslActivation): tf.TensorInfo[] {
  const extents = extentsOf(x!, w!);
  const [rows, ins, outs] = extents;
  const [dx, dw, db] = [[rows, ins], [outs, ins], [outs]].map((shape) => gpu.makeTensorInfo(shape, 'float32'));
  const vectors = gradientInFours(extents);
  const inputs = { dy: dy!, x: x!, w: w!, ...(slope && { u: u! }), ...(passed && { passed }) };
  dispatchProducts(gpu, {
    products: [inputProduct([['dy', 'w']], { slope, passes: passed !== undefined }, vectors), weightProduct(['dw', 'db', 'dy'], vectors)],
    outputs: { dx: dx!, dw: dw!, db: db! }, inputs, extents, matrices: [[rows, ins], [outs, ins]], vectors,
    ...(slope && { functions: ACTIVATION_WGSL[slope] }),
  });
  return [dx!, dw!, db!];
}
