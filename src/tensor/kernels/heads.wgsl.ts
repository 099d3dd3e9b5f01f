/** What shaders share that go over the vectors of heads, four features at a time. */
import { each, storeFours } from './product.wgsl.ts';
import { SWAPS } from './quads.wgsl.ts';

/** Vectors of a fixed number of features. */
export interface HeadForm {
  readonly headSize: number;
  /** Whether the four threads of a quad, number `t` each, read together the vectors that all of them go over; see `mayShare`. */
  readonly quads?: boolean;
}

/** Vectors of at most so many features are held in registers, in shaders without loops over features; what wider ones would take to compile grows with the square of it. */
const MOST_IN_REGISTERS = 64;

const isWide = ({ headSize }: HeadForm): boolean => headSize > MOST_IN_REGISTERS;
const fourths = ({ headSize }: HeadForm): number => Math.ceil(headSize / 4);

/** Whether vectors can be read by quads: they are in registers, in whole sixteens of features. */
export const mayShare = (headSize: number): boolean => headSize <= MOST_IN_REGISTERS && headSize % 16 === 0;
export const inFours = ({ headSize }: HeadForm): boolean => headSize % 4 === 0;

/** Which four features of a vector: the number, or the loop's counter in wide heads. */
export type Four = number | 'd';

/** Statements for every four features. */
export const overFours = (form: HeadForm, text: (d: Four) => string): string =>
  isWide(form) ? `for (var d = 0u; d < ${fourths(form)}u; d++) { ${text('d')} }` : each(fourths(form), text);

/** Where the d-th four lies in its vector; in quads, where each thread has the fours of sixteen features in an order of its own, which swaps of what was read give. */
function placeOfFour({ quads }: HeadForm, d: Four): string {
  if (d === 'd') return '4u * d';
  return quads ? `${16 * (d >> 2)}u + 4u * (t ^ ${d & 3}u)` : `${4 * d}u`;
}

/** Features from the d-th four on. */
const leftFrom = ({ headSize }: HeadForm, d: Four) => (d === 'd' ? `${headSize}u - 4u * d` : `${headSize - 4 * d}u`);

/** Fours of a vector, and the statements that must stand before they are named. */
export interface Fours {
  readonly first: string;
  readonly four: (d: Four) => string;
}

const load = (form: HeadForm, buffer: string, at: string, d: Four) => `load_${buffer}(${at} + ${placeOfFour(form, d)}, ${leftFrom(form, d)})`;

/** The vector at element `at` of a buffer declared by `fours`, times `factor`: in registers, or of a wide head read wherever it is named. */
export function vectorAt(form: HeadForm, name: string, buffer: string, at: string, factor?: string): Fours {
  const value = (d: Four) => (factor ? `(${load(form, buffer, at, d)} * ${factor})` : load(form, buffer, at, d));
  return isWide(form) ? { first: '', four: value } : { first: each(fourths(form), (d) => `let ${name}${d} = ${value(d)};`), four: (d) => `${name}${d}` };
}

/** As `vectorAt`; in quads a vector that all four threads want, of which each reads one four in four. */
export function sharedVectorAt(form: HeadForm, name: string, buffer: string, at: string): Fours {
  if (!form.quads) return vectorAt(form, name, buffer, at);
  const value = (d: number) => (d % 4 > 0 ? `${SWAPS[d % 4]!}(${name}${d - (d % 4)})` : load(form, buffer, at, d));
  return { first: each(fourths(form), (d) => `let ${name}${d} = ${value(d)};`), four: (d) => `${name}${d}` };
}

/** A vector of sums, at first 0: in registers, or of a wide head in an array. */
export const sumsOf = (form: HeadForm, name: string): Fours =>
  isWide(form)
    ? { first: `var ${name}: array<vec4<f32>, ${fourths(form)}>;`, four: (d) => `${name}[${d}]` }
    : { first: each(fourths(form), (d) => `var ${name}${d} = vec4<f32>(0.0);`), four: (d) => `${name}${d}` };

/** Statements that name the product of two vectors. */
export function productOf(form: HeadForm, name: string, a: Fours, b: Fours): string {
  if (isWide(form)) return `var ${name} = 0.0; ${overFours(form, (d) => `${name} += dot(${a.four(d)}, ${b.four(d)});`)}`;
  return `let ${name} = ${Array.from({ length: fourths(form) }, (_, d) => `dot(${a.four(d)}, ${b.four(d)})`).join(' + ')};`;
}

/** Statements that write a vector to element `at` of a buffer. */
export const store = (form: HeadForm, buffer: string, at: string, value: (d: Four) => string) =>
  overFours(form, (d) => storeFours(buffer, `${at} + ${placeOfFour(form, d)}`, value(d), leftFrom(form, d), inFours(form)));

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
