import type { AdapterTraits } from '../backends/adapter.ts';
import { inRegisters } from './product_in_registers.wgsl.ts';
import { inWorkgroupMemory } from './product_in_workgroup_memory.wgsl.ts';
import type { Product, ProductForm } from './product.wgsl.ts';
import { inQuads, QUAD_LANE } from './quads.wgsl.ts';

/** Rows and columns of the tile of one thread where there is no workgroup memory to use. */
const TILE = { rows: 32, columns: 8, threads: 4, depth: 1 } as const;

/** The tile of products forward by large weights: a fifth faster, for three times the time to compile it. */
const LARGE_TILE = { rows: 32, columns: 16, threads: 4, depth: 2 } as const;

/** Weights from which on that pays within some ten steps. Texts of all lengths, and so rows of any number, share a shader. */
const LARGE = 2 ** 17;

/** The tile where rows are not of whole fours: loads of single values make long shaders, and such matrices, as of a classifier's two outputs, are small. */
const RAGGED_TILE = { rows: 8, columns: 4, threads: 4, depth: 1 } as const;

/** What the form of a shader's products depends on. */
export interface ProductTraits {
  /** All rows are of whole fours. */
  readonly vectors: boolean;
  /** There is one product, whose K is of whole eights; a text of several is long as it is. */
  readonly deep: boolean;
  /** Elements of the matrix of weights of each. */
  readonly weights: number;
}

/** How products run on an adapter. The order of sums, and so every bit, is the same in all forms for one adapter. */
export function productForm(adapter: AdapterTraits, traits: ProductTraits): ProductForm {
  return adapter.software ? inRegisters({ ...tileOf(traits), quads: inQuads(adapter) }) : inWorkgroupMemory();
}

function tileOf({ vectors, deep, weights }: ProductTraits) {
  if (!vectors) return RAGGED_TILE;
  return deep && weights >= LARGE ? LARGE_TILE : TILE;
}

/**
 * Functions and main of a shader that computes products side by side, each in its own workgroups.
 *
 * The uniform struct must have, for every product, the members that `productSizes` gives.
 */
export function productsMain(form: ProductForm, products: readonly Product[], vectors: boolean): string {
  const lane = form.enables === '' ? '' : `, ${QUAD_LANE}`;
  return `${form.declarations}
${products.map((product) => form.source(product, vectors)).join('\n')}
@compute @workgroup_size(${form.threads})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) thread: u32${lane}) {
  var index = group.y * groups.x + group.x;
  ${products.map(({ name }) => `if (index < size.${name}_groups) { ${name}(index / size.${name}_blocks, index % size.${name}_blocks, thread${lane && ', lane'}); return; }
  index -= size.${name}_groups;`).join('\n  ')}
}`;
}

/** Members of the uniform struct for the products, in the order of `productSizes`. */
export const productMembers = (products: readonly Product[]): string => products.map(({ name }) => `${name}_groups: u32, ${name}_blocks: u32`).join(', ');

/** How many workgroups each product takes, and how many of them a strip of rows has. */
export function productSizes(form: ProductForm, extents: readonly (readonly [rows: number, columns: number])[]): { values: number[]; total: number } {
  const blocks = extents.map(([, columns]) => Math.ceil(columns / form.columns));
  const groups = extents.map(([rows], i) => Math.ceil(rows / form.rows) * blocks[i]!);
  return { values: groups.flatMap((count, i) => [count, blocks[i]!]), total: groups.reduce((a, b) => a + b, 0) };
}
