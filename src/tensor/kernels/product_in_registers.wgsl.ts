import { each, FOUR_RESULTS, type Factor, type Orientation, type Product, type ProductForm } from './product.wgsl.ts';
import { SWAPS } from './quads.wgsl.ts';

/** Rows and columns of C that one thread keeps in registers. */
export interface RegisterTile {
  readonly rows: number;
  readonly columns: number;
  /** Threads of a workgroup; they stand side by side along the columns of C and share their rows. */
  readonly threads: number;
  /** Whether the four threads of a quad share their loads. */
  readonly quads: boolean;
  /** Fours of k that are added up before the sums are written back; K must be of whole such runs. */
  readonly depth: number;
}

/**
 * Products without workgroup memory, for adapters on which a barrier costs more than a load.
 *
 * The loop over k for a tile of 4 × 4 values, with A = x by rows and B = wᵀ, so that each load gives four of k:
 *
 *   let b0_0 = mat4x4<f32>(four_w(n0 + f0), four_w(n1 + f0), four_w(n2 + f0), four_w(n3 + f0));   this thread's columns of B
 *   let v0_0 = four_x(m0_0 + f0);                                                                 row t of A
 *   let v1_0 = quadSwapX(v0_0); …                                                                 rows t ^ 1, t ^ 2, t ^ 3
 *   c[0] = c[0] + v0_0 * b0_0; …                                                                  values of row t, t ^ 1, …
 *
 * The threads of a quad stand over the same rows of C, side by side. Each reads one of four vectors of A and has the others
 * by swaps, which give thread t what thread t ^ s read. So they meet the four in different orders:
 *
 *   s =       0 1 2 3
 *   thread 0  0 1 2 3
 *   thread 1  1 0 3 2
 *   thread 2  2 3 0 1
 *   thread 3  3 2 1 0
 *
 * With A by rows a thread's result number s is that of row t ^ s, with A by columns its summand number s is that of k = t ^ s.
 *
 * For four steps of k a thread reads rows + columns vectors, in quads rows/4 + columns, and does 8·rows·columns operations.
 * A third of the time goes to writing sums back, which a depth of two halves. Sums are added up in the same order in every
 * tile, so that no bit depends on it. The results are used up in a loop: on such adapters a shader's compile time grows with
 * its loads and stores.
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
  const unit = vectors ? '/ 4u' : '';
  return `
fn ${name}(strip: u32, block: u32, thread: u32${tile.quads ? ', lane: u32' : ''}) {
  let t = ${tile.quads ? 'lane & 3u' : '0u'};
  let M = ${m}; let N = ${n}; let K = ${k};
  let along_m = M ${unit}; let along_n = N ${unit}; let along_k = K ${unit};
  let first_row = strip * ${tile.rows}u;
  let first_column = (block * ${tile.threads}u + thread) * ${tile.columns}u;
  var c: array<vec4<f32>, ${tile.rows * blocks}>;
  ${storeRowSum ? `var sums: array<vec4<f32>, ${fours}>;` : ''}
  ${B_PLACES[b.orientation](blocks, unit)}
  ${A_PLACES[a.orientation](fours, tile, unit)}
  ${factors.map((pair, index) => sumOver(pair, tile, { vectors, rowSums: storeRowSum !== undefined && index === 0 })).join('\n  ')}
  for (var i = 0u; i < ${tile.rows}u; i++) {
    let row = first_row + ${a.orientation === 'rows' ? '(i ^ t)' : 'i'};
    for (var j = 0u; j < ${blocks}u; j++) {
      let column = first_column + 4u * j;
      if (row < M && column < N) { let value = c[i * ${blocks}u + j]; ${store(FOUR_RESULTS)} }
    }
    ${storeRowSum ? `if (first_column == 0u && row < M) { let sum = sums[i >> 2u][i & 3u]; ${storeRowSum('row', 'sum')} }` : ''}
  }
}`;
}

/** Adds the product of two factors; with `rowSums`, the rows of the first one too. Number u of the fours of k at hand is number f${u} of all. */
function sumOver([a, b]: readonly [Factor, Factor], tile: RegisterTile, { vectors, rowSums }: { readonly vectors: boolean; readonly rowSums: boolean }): string {
  const { depth } = tile;
  const [fours, blocks] = [tile.rows / 4, tile.columns / 4];
  const byColumns = a.orientation === 'columns';
  const read = reader(vectors);
  const readA = (i: number, s: number, u: number) => (tile.quads && s > 0 ? `${SWAPS[s]!}(v0_${u})` : A_READ[a.orientation](read(a.buffer, u), i, s));
  const vectorOfA = (s: number, u: number) => (byColumns ? `vec4<f32>(${each(4, (q) => `v${q}_${u}[${s}]`, ', ')})` : `v${s}_${u}`);
  const term = (j: number, u: number) => (b.orientation === 'rows' ? `b${j}_${u} * a${u}` : `a${u} * b${j}_${u}`);
  const sums = (at: number, j: number) => `c[${at}] = c[${at}] + ${each(depth, (u) => term(j, u), ' + ')};`;
  return `for (var f = 0u; 4u * f < K; f += ${depth}u) {
    ${each(depth, (u) => `let f${u} = f + ${u}u; ${each(blocks, (j) => `let b${j}_${u} = ${B_READ[b.orientation](read(b.buffer, u), j, byColumns ? 't' : '0u')};`)}`)}
    ${each(fours, (i) => `{
      ${each(depth, (u) => each(4, (s) => `let v${s}_${u} = ${readA(i, s, u)};`))}
      ${each(4, (s) => `{ ${each(depth, (u) => `let a${u} = ${vectorOfA(s, u)};`)} ${each(blocks, (j) => sums((4 * i + s) * blocks + j, j))} }`)}
      ${rowSums ? `if (block == 0u) { sums[${i}] += ${each(depth, (u) => `v0_${u} + v1_${u} + v2_${u} + v3_${u}`, ' + ')}; }` : ''}
    }`)}
  }`;
}

type PerOrientation<F> = Readonly<Record<Orientation, F>>;

/** How four elements are read of a matrix that lies along k, or across it; places count elements, or fours of them where rows are of whole fours. */
interface Reader {
  /** The current four of k of the row that begins at `place`. */
  along(place: string): string;
  /** Element `q` of the current four of k: four elements from `place` of its row on, whose length in places, and in elements, are named so. */
  across(q: string, place: string, row: string, length: string): string;
}

/** The reader of a buffer for number u of the fours at hand. */
const reader = (vectors: boolean) => (buffer: string, u: number): Reader =>
  vectors
    ? { along: (place) => `four_${buffer}(${place} + f${u})`, across: (q, place, row) => `four_${buffer}((4u * f${u} + ${q}) * ${row} + ${place})` }
    : {
        along: (place) => `load_${buffer}(${place} + 4u * f${u}, K - 4u * f${u})`,
        across: (q, place, row, length) => `load_${buffer}((4u * f${u} + ${q}) * ${row} + ${place}, select(0u, ${length} - ${place}, 4u * f${u} + ${q} < K))`,
      };

/** Places of this thread's columns in B; those beyond the matrix are its last ones again. */
const B_PLACES: PerOrientation<(blocks: number, unit: string) => string> = {
  rows: (blocks, unit) => each(blocks, (j) => `let n${j} = (min(first_column + ${4 * j}u, N - 1u) & ~3u) ${unit};`),
  columns: (blocks) => each(4 * blocks, (j) => `let n${j} = min(first_column + ${j}u, N - 1u) * along_k;`),
};

/** A 4 × 4 block of B: as a matrix of rows, or of columns; rows in the order in which thread `t` meets those of A. */
const B_READ: PerOrientation<(b: Reader, j: number, t: string) => string> = {
  rows: (b, j, t) => `mat4x4<f32>(${each(4, (q) => b.across(`(${t} ^ ${q}u)`, `n${j}`, 'along_n', 'N'), ', ')})`,
  columns: (b, j) => `mat4x4<f32>(${each(4, (q) => b.along(`n${4 * j + q}`), ', ')})`,
};

/** Places in A of what a thread reads: one vector for every row, or every four rows, of which a quad's threads do different ones. */
const A_PLACES: PerOrientation<(fours: number, tile: RegisterTile, unit: string) => string> = {
  rows: (fours, { quads }) => each(fours, (i) => each(quads ? 1 : 4, (s) => `let m${i}_${s} = min(first_row + ${4 * i}u + (t ^ ${s}u), M - 1u) * along_k;`)),
  columns: (fours, _tile, unit) => each(fours, (i) => `let m${i} = (min(first_row + ${4 * i}u, M - 1u) & ~3u) ${unit};`),
};

/** Vector number s of four: one of four rows at four of k, or four rows at one of these. */
const A_READ: PerOrientation<(a: Reader, i: number, s: number) => string> = {
  rows: (a, i, s) => a.along(`m${i}_${s}`),
  columns: (a, i, s) => a.across(`(t ^ ${s}u)`, `m${i}`, 'along_m', 'M'),
};
