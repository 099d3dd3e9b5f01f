/** What shaders share that go over the vectors of heads, four features at a time. */
import { each, storeFours } from './product.wgsl.ts';
import { SWAPS } from './quads.wgsl.ts';

/** Vectors of a fixed number of features, held in registers. */
export interface HeadForm {
  readonly headSize: number;
  /** Whether the four threads of a quad, number `t` each, read together the vectors that all of them go over; the head size is then of whole sixteens. */
  readonly quads?: boolean;
}

export const fourths = ({ headSize }: HeadForm): number => Math.ceil(headSize / 4);
export const inFours = ({ headSize }: HeadForm): boolean => headSize % 4 === 0;

/** Where the d-th four lies in its vector; in quads, where each thread has the fours of sixteen features in an order of its own, which swaps of what was read give. */
const placeOfFour = ({ quads }: HeadForm, d: number) => (quads ? `${16 * (d >> 2)}u + 4u * (t ^ ${d & 3}u)` : `${4 * d}u`);

/** The d-th four of the vector that begins at element `at` of a buffer declared by `fours`. */
export const load = (form: HeadForm, buffer: string, at: string, d: number) => `load_${buffer}(${at} + ${placeOfFour(form, d)}, ${form.headSize - 4 * d}u)`;

/** Names the fours of such a vector `name0`, `name1`, …; in quads it is one that all four threads want, of which each reads one four in four. */
export const loadTogether = (form: HeadForm, name: string, buffer: string, at: string): string =>
  each(fourths(form), (d) => `let ${name}${d} = ${form.quads && d % 4 > 0 ? `${SWAPS[d % 4]!}(${name}${d - (d % 4)})` : load(form, buffer, at, d)};`);

/** Σ over the head of a product of two vectors, each given by the number of its four. */
export const dot = (form: HeadForm, a: (d: number) => string, b: (d: number) => string) => Array.from({ length: fourths(form) }, (_, d) => `dot(${a(d)}, ${b(d)})`).join(' + ');

export const store = (form: HeadForm, buffer: string, at: string, value: (d: number) => string) =>
  each(fourths(form), (d) => storeFours(buffer, `${at} + ${placeOfFour(form, d)}`, value(d), `${form.headSize - 4 * d}u`, inFours(form)));

/** Where pair number `pair` of a text and a head lies in projections [B·T, d]: its text starts at row `first`, its head at feature `head`. */
export const placeOfPair = ({ headSize }: HeadForm) => `
  let first = pair / size.heads * size.length;
  let head = pair % size.heads * ${headSize}u;
  let width = size.heads * ${headSize}u;`;

/**
 * Where invocation i stands in projections [B·T, d], one invocation a token and head: its text starts at row `first`, its
 * head at feature `head`, its token is `own`, and invocation `pair` is that of the text's first token and the same head.
 */
export const placeOfHead = ({ headSize }: HeadForm) => `
  if (i >= size.batch * size.heads * size.length) { return; }
  let own = i % size.length;
  let pair = i - own;
  let first = i / (size.length * size.heads) * size.length;
  let head = i / size.length % size.heads * ${headSize}u;
  let width = size.heads * ${headSize}u;
  let here = (first + own) * width + head;`;
