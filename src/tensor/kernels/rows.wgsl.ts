/** What shaders share that go over the rows of a matrix; each has `group` and `local` of `BUILTINS`. */
import type { AdapterTraits } from '../backends/adapter.ts';

/** Threads of a workgroup. */
export const THREADS = 64;

/** Threads that share one row: a whole workgroup, or one alone where a barrier costs more than reading the row does. */
export const rowLanes = ({ software }: AdapterTraits): number => (software ? 1 : THREADS);

/** Workgroups for so many rows. */
export const rowGroups = (lanes: number, rows: number): number => Math.ceil((rows * lanes) / THREADS);

/** Number of this workgroup. */
export const GROUP_INDEX = 'let index = group.y * groups.x + group.x;';

/** Statements that name `row` and `lane`, from the workgroup's number `index`. */
export const rowPlace = (lanes: number): string =>
  lanes === 1 ? `let row = index * ${THREADS}u + local; let lane = 0u;` : 'let row = index; let lane = local;';

/** Loop head over the columns of a row, by lane. */
export const overColumns = (lanes: number, columns: string): string => `for (var j = lane; j < ${columns}; j += ${lanes}u)`;

/** Columns that a lane adds before it adds what they came to: a sum of a whole vocabulary, one by one, would lose the last places. */
const BLOCK = 256;

/** Statements that name a sum over the columns of a row, by lane; `add` has those that add column `j` to a sum of a given name. */
export const sumOfColumns = (lanes: number, columns: string, [name, type]: readonly [name: string, type: 'f32' | 'vec2<f32>'], add: (sum: string) => string): string => `var ${name} = ${type}();
  for (var block = lane; block < ${columns}; block += ${lanes * BLOCK}u) {
    var part = ${type}();
    for (var j = block; j < min(block + ${lanes * BLOCK}u, ${columns}); j += ${lanes}u) { ${add('part')} }
    ${name} += part;
  }`;

/** Functions that add, or take the largest of, one value of each lane of a row, in a fixed order; every lane gets the result. */
export function rowReductions(lanes: number): string {
  if (lanes === 1) return 'fn sum_of(x: f32, lane: u32) -> f32 { return x; }\nfn max_of(x: f32, lane: u32) -> f32 { return x; }';
  return `var<workgroup> lanes: array<f32, ${lanes}>;\n${reduction('sum_of', (a, b) => `${a} + ${b}`, lanes)}\n${reduction('max_of', (a, b) => `max(${a}, ${b})`, lanes)}`;
}

const reduction = (name: string, combine: (a: string, b: string) => string, lanes: number) => `
fn ${name}(x: f32, lane: u32) -> f32 {
  lanes[lane] = x;
  workgroupBarrier();
  for (var half = ${lanes / 2}u; half > 0u; half >>= 1u) {
    if (lane < half) { lanes[lane] = ${combine('lanes[lane]', 'lanes[lane + half]')}; }
    workgroupBarrier();
  }
  let result = lanes[0];
  workgroupBarrier();
  return result;
}`;
