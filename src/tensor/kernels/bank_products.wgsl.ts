/** Products with chosen rows of a memory bank, as shaders. */
import type * as tf from '../tf.ts';
import { bindings, reads, writes, type BufferDeclaration } from '../backends/bindings.ts';
import { BUILTINS, ELEMENT_INDEX, gridFor, u32 } from '../backends/shader.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import { fours, storeFours } from './product.wgsl.ts';

type Tensors = Record<string, tf.TensorInfo>;

/** Bindings, the rows behind these buffers, and the beginning of `main`. */
const shader = (buffers: readonly BufferDeclaration[], rest: string): string => `
struct Size { batch: u32, columns: u32, width: u32 }
${bindings([...buffers, ...reads(['rows'], 'i32')], 'size: Size')}
@compute @workgroup_size(64)
fn main(${BUILTINS}) {
  ${ELEMENT_INDEX}
  ${rest}
}`;

/** One invocation a product. */
const forwardShader = (vectors: boolean): string => shader([...writes(['products']), ...fours(reads(['vector', 'bank']), vectors)], `
  if (i >= size.batch * size.columns) { return; }
  let own = i / size.columns * size.width;
  let other = u32(rows[i]) * size.width;
  var sum = 0.0;
  for (var e = 0u; e < size.width; e += 4u) { sum += dot(load_vector(own + e, size.width - e), load_bank(other + e, size.width - e)); }
  products[i] = sum;`);

/** One invocation four values of a vector, with the rows in their order. */
const gradientShader = (vectors: boolean): string => shader([...reads(['dy']), ...fours([...writes(['gradient']), ...reads(['bank'])], vectors)], `
  let blocks = (size.width + 3u) / 4u;
  let b = i / blocks;
  if (b >= size.batch) { return; }
  let e = 4u * (i % blocks);
  var sum = vec4<f32>(0.0);
  for (var n = b * size.columns; n < (b + 1u) * size.columns; n++) { sum += dy[n] * load_bank(u32(rows[n]) * size.width + e, size.width - e); }
  ${storeFours('gradient', 'b * size.width + e', 'sum', 'size.width - e', vectors)}`);

const extentsOf = (rows: tf.TensorInfo, bank: tf.TensorInfo) => [rows.shape[0]!, rows.shape[1]!, bank.shape[1]!] as const;

/** Products [B, C] in one dispatch: 2·B·C·E operations; reads 8·B·C·E + 4·B·C bytes, writes 4·B·C. */
export function bankProductsForward(gpu: LabWebGPUBackend, { vectors, bank, rows }: Tensors): tf.TensorInfo[] {
  const [batch, columns, width] = extentsOf(rows!, bank!);
  const products = gpu.makeTensorInfo([batch, columns], 'float32');
  const shader = { wgsl: forwardShader(width % 4 === 0), workgroups: gridFor(batch * columns) };
  gpu.dispatch(shader, [products, vectors!, bank!, rows!], [batch, columns, width].map(u32), [products]);
  return [products];
}

/** Gradient [B, E] of the vectors in one dispatch: 2·B·C·E operations; reads 6·B·C·E bytes, writes 4·B·E. */
export function bankProductsGradient(gpu: LabWebGPUBackend, { dy, bank, rows }: Tensors): tf.TensorInfo[] {
  const [batch, columns, width] = extentsOf(rows!, bank!);
  const gradient = gpu.makeTensorInfo([batch, width], 'float32');
  const shader = { wgsl: gradientShader(width % 4 === 0), workgroups: gridFor(batch * Math.ceil(width / 4)) };
  gpu.dispatch(shader, [dy!, gradient, bank!, rows!], [batch, columns, width].map(u32), [gradient]);
  return [gradient];
}
