import { each, FOUR_RESULTS, type Factor, type Orientation, type Product, type ProductForm } from './product.wgsl.ts';

/** Rows and columns of C of one workgroup, and how much of k it holds at a time. */
const [TILE, DEPTH] = [64, 16];
/** Threads along each side; a thread has 4 × 4 values of C. */
const SIDE = TILE / 4;
/** Values from one k to the next in a tile; the rest keeps the threads of a subgroup out of each other's banks. */
const STRIDE = TILE + 4;

/**
 * Products through workgroup memory, for adapters with real workgroups: 256 threads share tiles of 64 × 16 values.
 *
 * A tile is read once for 64 uses of each value. Every product of a shader uses the same two tiles, which take 9 of the 16 KiB
 * of workgroup memory that every device has.
 */
export function inWorkgroupMemory(): ProductForm {
  const declarations = ['tile_a', 'tile_b'].map((tile) => `var<workgroup> ${tile}: array<f32, ${STRIDE * DEPTH}>;`).join('\n');
  return { source: productFunction, enables: '', declarations, threads: SIDE * SIDE, rows: TILE, columns: TILE };
}

function productFunction({ name, factors, size: [m, n, k], store, storeRowSum }: Product): string {
  return `
fn ${name}(strip: u32, block: u32, thread: u32) {
  let M = ${m}; let N = ${n}; let K = ${k};
  let first_row = strip * ${TILE}u + 4u * (thread / ${SIDE}u);
  let first_column = block * ${TILE}u + 4u * (thread % ${SIDE}u);
  ${each(4, (i) => `var c${i} = vec4<f32>(0.0);`)}
  ${storeRowSum ? 'var sums = vec4<f32>(0.0);' : ''}
  ${factors.map((pair, index) => sumOver(pair, storeRowSum !== undefined && index === 0)).join('\n  ')}
  ${each(4, (i) => `{ let row = first_row + ${i}u; let column = first_column; let value = c${i}; if (row < M && column < N) { ${store(FOUR_RESULTS)} } }`)}
  ${storeRowSum ? each(4, (i) => `{ let row = first_row + ${i}u; let sum = sums[${i}]; if (first_column == 0u && row < M) { ${storeRowSum('row', 'sum')} } }`) : ''}
}`;
}

/** Adds the product of two factors; with `rowSums`, the rows of the first one too. */
function sumOver([a, b]: readonly [Factor, Factor], rowSums: boolean): string {
  return `for (var start = 0u; start < K; start += ${DEPTH}u) {
    ${FILL[a.orientation === 'columns' ? 'rows' : 'columns']('tile_a', a.buffer, `strip * ${TILE}u`, 'M')}
    ${FILL[b.orientation]('tile_b', b.buffer, `block * ${TILE}u`, 'N')}
    workgroupBarrier();
    for (var s = 0u; s < ${DEPTH}u; s++) {
      let a = ${fourOf('tile_a', `thread / ${SIDE}u`)};
      let b = ${fourOf('tile_b', `thread % ${SIDE}u`)};
      ${each(4, (i) => `c${i} += a[${i}] * b;`)}
      ${rowSums ? 'sums += a;' : ''}
    }
    workgroupBarrier();
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
