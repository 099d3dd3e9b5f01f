import { each, type Orientation, type Product, type ProductForm } from './product.wgsl.ts';

/** Rows and columns of C of one workgroup, and how much of k it holds at a time. */
const [TILE, DEPTH] = [64, 16];
/** Threads along each side; a thread has 4 × 4 values of C. */
const SIDE = TILE / 4;
/** Values from one k to the next in a tile; the rest keeps the threads of a subgroup out of each other's banks. */
const STRIDE = TILE + 4;

/**
 * Products through workgroup memory, for adapters with real workgroups: 256 threads share tiles of 64 × 16 values.
 *
 * A tile is read once for 64 uses of each value; 16 KiB of workgroup memory are not exceeded (two tiles take 9).
 */
export function inWorkgroupMemory(): ProductForm {
  return { source: productFunction, enables: '', threads: SIDE * SIDE, rows: TILE, columns: TILE };
}

function productFunction({ name, a, b, size: [m, n, k], store, storeRowSum }: Product): string {
  return `
var<workgroup> ${name}_a: array<f32, ${STRIDE * DEPTH}>;
var<workgroup> ${name}_b: array<f32, ${STRIDE * DEPTH}>;
fn ${name}(strip: u32, block: u32, thread: u32) {
  let M = ${m}; let N = ${n}; let K = ${k};
  let first_row = strip * ${TILE}u + 4u * (thread / ${SIDE}u);
  let first_column = block * ${TILE}u + 4u * (thread % ${SIDE}u);
  ${each(4, (i) => `var c${i} = vec4<f32>(0.0);`)}
  ${storeRowSum ? 'var sums = vec4<f32>(0.0);' : ''}
  for (var start = 0u; start < K; start += ${DEPTH}u) {
    ${FILL[a.orientation === 'columns' ? 'rows' : 'columns'](`${name}_a`, a.buffer, `strip * ${TILE}u`, 'M')}
    ${FILL[b.orientation](`${name}_b`, b.buffer, `block * ${TILE}u`, 'N')}
    workgroupBarrier();
    for (var s = 0u; s < ${DEPTH}u; s++) {
      let a = ${fourOf(`${name}_a`, `thread / ${SIDE}u`)};
      let b = ${fourOf(`${name}_b`, `thread % ${SIDE}u`)};
      ${each(4, (i) => `c${i} += a[${i}] * b;`)}
      ${storeRowSum ? 'sums += a;' : ''}
    }
    workgroupBarrier();
  }
  ${each(4, (i) => `{ let row = first_row + ${i}u; let column = first_column; let value = c${i}; if (row < M && column < N) { ${store} } }`)}
  ${storeRowSum ? each(4, (i) => `{ let row = first_row + ${i}u; let sum = sums[${i}]; if (first_column == 0u && row < M) { ${storeRowSum} } }`) : ''}
}`;
}

/** Four values of a tile at k = start + s. */
const fourOf = (tile: string, four: string): string => `vec4<f32>(${[0, 1, 2, 3].map((q) => `${tile}[s * ${STRIDE}u + 4u * (${four}) + ${q}u]`).join(', ')})`;

/**
 * Statements that fill a tile with the values at k = start … and at `first` … along the other axis, zeros beyond both ends.
 *
 * `rows`: one k after the other in the file; `columns`: one place of the other axis after the other.
 */
const FILL: Readonly<Record<Orientation, (tile: string, buffer: string, first: string, extent: string) => string>> = {
  rows: (tile, buffer, first, extent) => `{
      let at = ${first} + 4u * (thread % ${SIDE}u); let k = start + thread / ${SIDE}u;
      var value = vec4<f32>(0.0);
      if (k < K && at < ${extent}) { value = load_${buffer}(k * ${extent} + at, ${extent} - at); }
      let to = (thread / ${SIDE}u) * ${STRIDE}u + 4u * (thread % ${SIDE}u);
      ${each(4, (q) => `${tile}[to + ${q}u] = value[${q}];`)}
    }`,
  columns: (tile, buffer, first, extent) => `{
      let at = ${first} + 4u * (thread / ${SIDE}u) + thread % 4u; let k = start + 4u * ((thread / 4u) % 4u);
      var value = vec4<f32>(0.0);
      if (k < K && at < ${extent}) { value = load_${buffer}(at * K + k, K - k); }
      let to = (k - start) * ${STRIDE}u + 4u * (thread / ${SIDE}u) + thread % 4u;
      ${each(4, (q) => `${tile}[to + ${q * STRIDE}u] = value[${q}];`)}
    }`,
};
