import { each, type Factor, type Orientation, type Product, type ProductForm } from './product.wgsl.ts';
import { SWAPS } from './quads.wgsl.ts';

/** Rows and columns of C that one thread keeps in registers. */
export interface RegisterTile {
  readonly rows: number;
  readonly columns: number;
  /** Threads of a workgroup; they stand side by side along the columns of C and share their rows. */
  readonly threads: number;
  /** Whether the four threads of a quad share their loads. */
  readonly quads: boolean;
}

/**
 * Products without workgroup memory, for adapters on which a barrier costs more than a load.
 *
 * For four steps of k a thread reads rows + columns vectors, in quads rows/4 + columns, and does 8·rows·columns operations. The
 * threads of a quad stand over the same rows of C: each reads every fourth vector of A and takes the others by quad
 * swaps. A swap gives thread t what thread t ^ s read, so the threads meet the four in different orders: with A by rows
 * a thread's result number s is that of row t ^ s, with A by columns its summand number s is that of k = t ^ s.
 *
 * The results are used up in a loop: on such adapters a shader's compile time grows with its loads and stores.
 */
export function inRegisters(tile: RegisterTile): ProductForm {
  return {
    source: (product, vectors) => productFunction(product, tile, vectors),
    enables: tile.quads ? 'enable subgroups;' : '',
    declarations: '',
    threads: tile.threads,
    rows: tile.rows,
    columns: tile.columns * tile.threads,
  };
}

function productFunction(product: Product, tile: RegisterTile, vectors: boolean): string {
  const { name, factors, size: [m, n, k], store, storeRowSum } = product;
  const [a, b] = factors[0]!;
  const [fours, blocks] = [tile.rows / 4, tile.columns / 4];
  return `
fn ${name}(strip: u32, block: u32, thread: u32${tile.quads ? ', lane: u32' : ''}) {
  let t = ${tile.quads ? 'lane & 3u' : '0u'};
  let M = ${m}; let N = ${n}; let K = ${k};
  let first_row = strip * ${tile.rows}u;
  let first_column = (block * ${tile.threads}u + thread) * ${tile.columns}u;
  var c: array<vec4<f32>, ${tile.rows * blocks}>;
  ${storeRowSum ? `var sums: array<vec4<f32>, ${fours}>;` : ''}
  ${B_PLACES[b.orientation](blocks)}
  ${A_PLACES[a.orientation](fours, tile)}
  ${factors.map((pair, index) => sumOver(pair, tile, vectors, storeRowSum !== undefined && index === 0)).join('\n  ')}
  for (var i = 0u; i < ${tile.rows}u; i++) {
    let row = first_row + ${a.orientation === 'rows' ? '(i ^ t)' : 'i'};
    for (var j = 0u; j < ${blocks}u; j++) {
      let column = first_column + 4u * j;
      if (row < M && column < N) { let value = c[i * ${blocks}u + j]; ${store} }
    }
    ${storeRowSum ? `if (first_column == 0u && row < M) { let sum = sums[i >> 2u][i & 3u]; ${storeRowSum} }` : ''}
  }
}`;
}

/** Adds the product of two factors; with `rowSums`, the rows of the first one too. */
function sumOver([a, b]: readonly [Factor, Factor], tile: RegisterTile, vectors: boolean, rowSums: boolean): string {
  const [fours, blocks] = [tile.rows / 4, tile.columns / 4];
  const byColumns = a.orientation === 'columns';
  return `for (var k = 0u; k < K; k += 4u) {
    ${each(blocks, (j) => B_BLOCK[b.orientation](b.buffer, j, vectors, byColumns ? 't' : '0u'))}
    ${each(fours, (i) => `{
      ${each(4, (s) => `let v${s} = ${tile.quads && s > 0 ? `${SWAPS[s]!}(v0)` : A_LOAD[a.orientation](a.buffer, i, s, vectors)};`)}
      ${each(4, (s) => `{ let a = ${byColumns ? `vec4<f32>(${[0, 1, 2, 3].map((q) => `v${q}[${s}]`).join(', ')})` : `v${s}`}; ${each(blocks, (j) => `c[${(4 * i + s) * blocks + j}] += ${b.orientation === 'rows' ? `b${j} * a` : `a * b${j}`};`)} }`)}
      ${rowSums ? `if (block == 0u) { sums[${i}] += v0 + v1 + v2 + v3; }` : ''}
    }`)}
  }`;
}

type PerOrientation<F> = Readonly<Record<Orientation, F>>;

/** Places of this thread's columns in B; those beyond the matrix are its last ones again. */
const B_PLACES: PerOrientation<(blocks: number) => string> = {
  rows: (blocks) => each(blocks, (j) => `let n${j} = min(first_column + ${4 * j}u, N - 1u) & ~3u;`),
  columns: (blocks) => each(4 * blocks, (j) => `let n${j} = min(first_column + ${j}u, N - 1u) * K;`),
};

/** The 4 × 4 block of B at k: as a matrix of rows, or of columns; rows in the order in which thread `t` meets those of A. */
const B_BLOCK: PerOrientation<(buffer: string, j: number, vectors: boolean, t: string) => string> = {
  rows: (buffer, j, vectors, t) => `let b${j} = mat4x4<f32>(${[0, 1, 2, 3].map((q) => `load_${buffer}((k + (${t} ^ ${q}u)) * N + n${j}, ${vectors ? '4u' : `select(0u, N - n${j}, k + (${t} ^ ${q}u) < K)`})`).join(', ')});`,
  columns: (buffer, j) => `let b${j} = mat4x4<f32>(${[0, 1, 2, 3].map((q) => `load_${buffer}(n${4 * j + q} + k, K - k)`).join(', ')});`,
};

/** Places in A of what a thread reads: one vector for every row, or every four rows, of which a quad's threads do different ones. */
const A_PLACES: PerOrientation<(fours: number, tile: RegisterTile) => string> = {
  rows: (fours, { quads }) => each(fours, (i) => each(quads ? 1 : 4, (s) => `let m${i}_${s} = min(first_row + ${4 * i}u + (t ^ ${s}u), M - 1u) * K;`)),
  columns: (fours) => each(fours, (i) => `let m${i} = min(first_row + ${4 * i}u, M - 1u) & ~3u;`),
};

/** Vector number s of four: one of four rows at k … k + 3, or four rows at one of these k. */
const A_LOAD: PerOrientation<(buffer: string, i: number, s: number, vectors: boolean) => string> = {
  rows: (buffer, i, s) => `load_${buffer}(m${i}_${s} + k, K - k)`,
  columns: (buffer, i, s, vectors) => `load_${buffer}((k + (t ^ ${s}u)) * M + m${i}, ${vectors ? '4u' : `select(0u, M - m${i}, k + (t ^ ${s}u) < K)`})`,
};
