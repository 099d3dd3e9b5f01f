/** What shaders share that go over the vectors of heads, four features at a time. */
import { each, storeFours } from './product.wgsl.ts';
import { SWAPS } from './quads.wgsl.ts';

/** Vectors of a fixed number of features. */
export interface HeadForm {
  readonly headSize: number;
  /** Whether the four threads of a quad, number `t` each, read together the vectors that all of them go over; the head size is then of whole sixteens. */
  readonly quads?: boolean;
}

/** Wider vectors are gone over in loops: a shader that holds them in registers, without loops, takes the longer to compile the more features there are. */
const MOST_IN_REGISTERS = 64;

/** Whether vectors are in registers. */
export const inRegisters = ({ headSize }: HeadForm): boolean => headSize <= MOST_IN_REGISTERS;
export const inFours = ({ headSize }: HeadForm): boolean => headSize % 4 === 0;
const fourths = ({ headSize }: HeadForm): number => Math.ceil(headSize / 4);

/** Fours that are named one by one: all of a vector, or those of one round of the loop, in which the first of them is number `d`. */
const namedFours = (form: HeadForm): number => (inRegisters(form) ? fourths(form) : form.headSize % 16 === 0 ? 4 : 1);

/** The fours of a vector by number, and the statements that must stand before all loops over features, and within each of them. */
export interface Vector {
  readonly before: string;
  readonly within: string;
  readonly four: (n: number) => string;
}

/** Statements for every four of vectors. */
export function overFours(form: HeadForm, vectors: readonly Vector[], text: (n: number) => string): string {
  const named = each(namedFours(form), text);
  return inRegisters(form) ? named : `for (var d = 0u; d < ${fourths(form)}u; d += ${namedFours(form)}u) { ${vectors.map(({ within }) => within).join(' ')} ${named} }`;
}

/** Where a four lies in its vector; in quads, where each thread has the fours of sixteen features in an order of its own, which swaps of what was read give. */
function placeOfFour(form: HeadForm, n: number): string {
  const place = form.quads ? `${16 * (n >> 2)}u + 4u * (t ^ ${n & 3}u)` : `${4 * n}u`;
  return inRegisters(form) ? place : `4u * d + ${place}`;
}

/** Features from a four on. */
const leftFrom = (form: HeadForm, n: number): string => `${form.headSize - 4 * n}u${inRegisters(form) ? '' : ' - 4u * d'}`;

const load = (form: HeadForm, buffer: string, at: string, n: number): string => `load_${buffer}(${at} + ${placeOfFour(form, n)}, ${leftFrom(form, n)})`;

/** A vector that a thread needs all the time, times `factor`: the one at element `at` of a buffer declared by `fours`; a wide one is read wherever it is named. */
export function keptVector(form: HeadForm, name: string, buffer: string, at: string, factor?: string): Vector {
  const value = (n: number) => (factor ? `(${load(form, buffer, at, n)} * ${factor})` : load(form, buffer, at, n));
  if (!inRegisters(form)) return { before: '', within: '', four: value };
  return { before: each(fourths(form), (n) => `let ${name}${n} = ${value(n)};`), within: '', four: (n) => `${name}${n}` };
}

/** A vector of sums, at first 0; wide ones are arrays, of which WGSL promises room for 8192 bytes in a function. */
export function sumsOf(form: HeadForm, name: string): Vector {
  if (!inRegisters(form)) return { before: `var ${name}: array<vec4<f32>, ${fourths(form)}>;`, within: '', four: (n) => `${name}[d + ${n}u]` };
  return { before: each(fourths(form), (n) => `var ${name}${n} = vec4<f32>(0.0);`), within: '', four: (n) => `${name}${n}` };
}

/** A vector that a thread passes by; in quads one that all four threads want, of which each reads one four in four. */
export function passingVector(form: HeadForm, name: string, buffer: string, at: string): Vector {
  const value = (n: number) => (form.quads && n % 4 > 0 ? `${SWAPS[n % 4]!}(${name}${n - (n % 4)})` : load(form, buffer, at, n));
  const read = each(namedFours(form), (n) => `let ${name}${n} = ${value(n)};`);
  const [before, within] = inRegisters(form) ? [read, ''] : ['', read];
  return { before, within, four: (n) => `${name}${n}` };
}

/** Statements that name the product of two vectors. */
export function productOf(form: HeadForm, name: string, a: Vector, b: Vector): string {
  const term = (n: number) => `dot(${a.four(n)}, ${b.four(n)})`;
  if (inRegisters(form)) return `let ${name} = ${Array.from({ length: fourths(form) }, (_, n) => term(n)).join(' + ')};`;
  return `var ${name} = 0.0; ${overFours(form, [a, b], (n) => `${name} += ${term(n)};`)}`;
}

/** Statements that write a vector to element `at` of a buffer. */
export const store = (form: HeadForm, buffer: string, at: string, value: (n: number) => string): string =>
  overFours(form, [], (n) => storeFours(buffer, `${at} + ${placeOfFour(form, n)}`, value(n), leftFrom(form, n), inFours(form)));

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
