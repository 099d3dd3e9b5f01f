/**
 * WGSL of matrix products, C[m, n] = Σ_k A[m, k]·B[k, n], for use inside of a kernel's shader.
 *
 * A kernel may hold several products (a gradient has two), each of which becomes one function; the kernel says where the
 * matrices lie and what happens to the results. Sums run over the factors in their order and over k in ascending order, so
 * equal runs give equal bits.
 */

import type { BufferDeclaration } from '../backends/bindings.ts';

/** How a stored matrix is read: `rows` as A [M, K] or B [K, N] are written, `columns` when the file of them is transposed. */
export type Orientation = 'rows' | 'columns';

/** A stored matrix of a product. */
export interface Factor {
  readonly buffer: string;
  readonly orientation: Orientation;
}

/** C[row, column … column + 3], as WGSL expressions. */
export interface FourResults {
  readonly value: string;
  readonly column: string;
  /** The first one's place in C, counted in elements. */
  readonly at: string;
  /** Elements of the row from `column` on. */
  readonly left: string;
}

/** The four that a product's function names `value`, at `row` and `column` of C [M, N]. */
export const FOUR_RESULTS: FourResults = { value: 'value', column: 'column', at: 'row * N + column', left: 'N - column' };

/** One product, or the sum of several of equal sizes; every text is WGSL in the scope of the kernel. */
export interface Product {
  /** Name of the function, called as `name(strip, block, …)`. */
  readonly name: string;
  /** A and B of each; all A's have one orientation, and all B's. */
  readonly factors: readonly (readonly [a: Factor, b: Factor])[];
  /** Expressions of type u32 for M, N and K. */
  readonly size: readonly [m: string, n: string, k: string];
  /** Statements that use up four results. */
  readonly store: (results: FourResults) => string;
  /** Whether K is of whole eights, so that two fours of it may be taken at a time. */
  readonly deep?: boolean;
  /** Statements that use up Σ_k A[row, k] of the first factors, if wanted; A must be stored by columns. */
  readonly storeRowSum?: (row: string, sum: string) => string;
}

/** How a product is spread over threads. */
export interface ProductForm {
  /** WGSL of the function and of what it needs. */
  source(product: Product, vectors: boolean): string;
  /** Lines before every declaration. */
  readonly enables: string;
  /** What all products of a shader share. */
  readonly declarations: string;
  /** Threads of a workgroup, which the kernel's main function must have. */
  readonly threads: number;
  /** Rows and columns of C that one workgroup computes. */
  readonly rows: number;
  readonly columns: number;
}

/** WGSL for each integer below a number. */
export const each = (count: number, text: (i: number) => string, between = '\n'): string => Array.from({ length: count }, (_, i) => text(i)).join(between);

/**
 * Float buffers that are read four elements at a time.
 *
 * `load_NAME(i, left)` gives elements i … i + 3, zeros from i + left on. With `vectors` every row length must be a multiple
 * of four, `left` is not looked at, and `four_NAME(i)` gives elements 4i … 4i + 3.
 */
export function fours(buffers: readonly BufferDeclaration[], vectors: boolean): readonly BufferDeclaration[] {
  return buffers.map(({ name, access }) => {
    const value = vectors ? `${name}[i >> 2u]` : `vec4<f32>(${[0, 1, 2, 3].map((q) => `select(0.0, ${name}[i + ${q}u], left > ${q}u)`).join(', ')})`;
    const whole = vectors ? `\nfn four_${name}(i: u32) -> vec4<f32> { return ${name}[i]; }` : '';
    return { name, access, type: vectors ? 'vec4<f32>' : 'f32', functions: `fn load_${name}(i: u32, left: u32) -> vec4<f32> { return ${value}; }${whole}` };
  });
}

/** Statement that writes the vec4 `value` to elements at … at + 3, of which `left` exist. */
export function storeFours(name: string, at: string, value: string, left: string, vectors: boolean): string {
  if (vectors) return `${name}[(${at}) >> 2u] = ${value};`;
  return `{ let at = ${at}; let left = ${left}; ${[0, 1, 2, 3].map((q) => `if (left > ${q}u) { ${name}[at + ${q}u] = (${value})[${q}]; }`).join(' ')} }`;
}
