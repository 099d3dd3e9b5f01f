import { each, type Factor, type Orientation, type Product, type ProductForm } from './product.wgsl.ts';

/** Rows and columns of C that one thread keeps in registers. */
export interface RegisterTile {
  readonly rows: number;
  readonly columns: number;
  /** Threads of a workgroup; they stand side by side along the columns of C and share their rows. */
  readonly threads: number;
  /** Lanes of a subgroup where every subgroup of the device has that many, else 1: no loads are shared. */
  readonly lanes: number;
}

/**
 * Products without workgroup memory, for adapters on which a barrier costs more than a load.
 *
 * A thread reads (rows / lanes + columns) vectors for 8·rows·columns operations: the lanes of a subgroup stand over the same
 * rows of C, so each reads its part of A and hands it to the others.
 */
export function inRegisters(tile: RegisterTile): ProductForm {
  return {
    source: (product, vectors) => productFunction(product, tile, vectors),
    enables: tile.lanes > 1 ? 'enable subgroups;' : '',
    declarations: '',
    threads: tile.threads,
    rows: tile.rows,
    columns: tile.columns * tile.threads,
  };
}

function productFunction(product: Product, tile: RegisterTile, vectors: boolean): string {
  const { name, factors, size: [m, n, k], store, storeRowSum } = product;
  const [a, b] = factors[0]!;
  const blocks = tile.columns / 4;
  return `
fn ${name}(strip: u32, block: u32, thread: u32${tile.lanes > 1 ? ', lane: u32' : ''}) {
  ${tile.lanes > 1 ? '' : 'let lane = 0u;'}
  let M = ${m}; let N = ${n}; let K = ${k};
  let first_row = strip * ${tile.rows}u;
  let first_column = (block * ${tile.threads}u + thread) * ${tile.columns}u;
  ${each(tile.rows, (i) => each(blocks, (j) => `var c${i}_${j} = vec4<f32>(0.0);`))}
  ${storeRowSum ? each(tile.rows / 4, (i) => `var sum${i} = vec4<f32>(0.0);`) : ''}
  ${B_PLACES[b.orientation](blocks)}
  ${A_PLACES[a.orientation](tile)}
  ${factors.map((pair, index) => sumOver(pair, tile, vectors, storeRowSum !== undefined && index === 0)).join('\n  ')}
  ${each(tile.rows, (i) => each(blocks, (j) => `{ let row = first_row + ${i}u; let column = first_column + ${4 * j}u; let value = c${i}_${j}; if (row < M && column < N) { ${store} } }`))}
  ${storeRowSum ? each(tile.rows, (i) => `{ let row = first_row + ${i}u; let sum = sum${i >> 2}[${i & 3}]; if (first_column == 0u && row < M) { ${storeRowSum} } }`) : ''}
}`;
}

/** Adds the product of two factors; with `rowSums`, the rows of the first one too. */
function sumOver([a, b]: readonly [Factor, Factor], tile: RegisterTile, vectors: boolean, rowSums: boolean): string {
  const blocks = tile.columns / 4;
  return `for (var k = 0u; k < K; k += 4u) {
    ${each(blocks, (j) => B_BLOCK[b.orientation](b.buffer, j, vectors))}
    ${A_LOADS[a.orientation](a.buffer, tile, vectors)}
    ${each(tile.rows, (i) => `{ let a = ${A_ROW[a.orientation](i, tile)}; ${each(blocks, (j) => `c${i}_${j} += ${b.orientation === 'rows' ? `b${j} * a` : `a * b${j}`};`)} }`)}
    ${rowSums ? `if (block == 0u) { ${each(tile.rows / 4, (i) => `sum${i} += ${[0, 1, 2, 3].map((q) => aVector(i, q, tile)).join(' + ')};`)} }` : ''}
  }`;
}

type PerOrientation<F> = Readonly<Record<Orientation, F>>;

/** Places of this thread's columns in B; those beyond the matrix are its last ones again. */
const B_PLACES: PerOrientation<(blocks: number) => string> = {
  rows: (blocks) => each(blocks, (j) => `let n${j} = min(first_column + ${4 * j}u, N - 1u) & ~3u;`),
  columns: (blocks) => each(4 * blocks, (j) => `let n${j} = min(first_column + ${j}u, N - 1u) * K;`),
};

/** The 4 × 4 block of B at k: as a matrix of rows, or of columns. */
const B_BLOCK: PerOrientation<(buffer: string, j: number, vectors: boolean) => string> = {
  rows: (buffer, j, vectors) => `let b${j} = mat4x4<f32>(${[0, 1, 2, 3].map((q) => `load_${buffer}((k + ${q}u) * N + n${j}, ${vectors ? '4u' : `select(0u, N - n${j}, k + ${q}u < K)`})`).join(', ')});`,
  columns: (buffer, j) => `let b${j} = mat4x4<f32>(${[0, 1, 2, 3].map((q) => `load_${buffer}(n${4 * j + q} + k, K - k)`).join(', ')});`,
};

/** A's loads of one thread: one vector a row of A, of which the lanes of a subgroup do different ones. */
const A_PLACES: PerOrientation<(tile: RegisterTile) => string> = {
  rows: ({ rows, lanes }) => each(rows / lanes, (i) => `let m${i} = min(first_row + ${i * lanes}u + lane, M - 1u) * K;`),
  columns: ({ rows, lanes }) => each(rows / lanes, (i) => `let q${i} = (${i * lanes}u + lane) & 3u; let m${i} = min(first_row + ((${i * lanes}u + lane) & ~3u), M - 1u) & ~3u;`),
};

const A_LOADS: PerOrientation<(buffer: string, tile: RegisterTile, vectors: boolean) => string> = {
  rows: (buffer, { rows, lanes }) => each(rows / lanes, (i) => `let a${i} = load_${buffer}(m${i} + k, K - k);`),
  columns: (buffer, { rows, lanes }, vectors) => each(rows / lanes, (i) => `let a${i} = load_${buffer}((k + q${i}) * M + m${i}, ${vectors ? '4u' : `select(0u, M - m${i}, k + q${i} < K)`});`),
};

/** Vector number `load` of the strip, whichever lane read it. */
const fromLane = (load: number, { lanes }: RegisterTile): string => (lanes === 1 ? `a${load}` : `subgroupBroadcast(a${Math.floor(load / lanes)}, ${load % lanes}u)`);

/** A[first_row + 4i … + 3, k + q]. */
const aVector = (i: number, q: number, tile: RegisterTile): string => fromLane(4 * i + q, tile);

/** A[first_row + i, k … k + 3]. */
const A_ROW: PerOrientation<(i: number, tile: RegisterTile) => string> = {
  rows: (i, tile) => fromLane(i, tile),
  columns: (i, tile) => `vec4<f32>(${[0, 1, 2, 3].map((q) => `${aVector(i >> 2, q, tile)}[${i & 3}]`).join(', ')})`,
};
