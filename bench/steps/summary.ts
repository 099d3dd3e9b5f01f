import type { Measurement, SideResult } from './rounds.ts';
import { SIDES, type SideName } from './side.ts';

/** A side's numbers in one row: medians over the rounds, milliseconds and bytes. */
export interface Row {
  readonly side: string;
  readonly rounds: number;
  readonly wall: number;
  readonly processor: number;
  /** Of steps that were not traced, those on a batch of another length included. */
  readonly javascript: number;
  readonly dispatches: number;
  readonly submits: number;
  readonly peakBytes: number;
  readonly firstStep: number;
  /** Wall time of the first step over that of the others. */
  readonly firstOverOthers: number;
  /** The same on a batch of another length, whose kernels are compiled; absent where steps have no plans. */
  readonly newKeyOverOthers?: number;
}

/** How much faster one side is than another, by processor time in each round: median, least and most. */
export interface Ratio {
  readonly side: string;
  readonly against: string;
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly rounds: number;
}

export interface Summary {
  readonly size: string;
  readonly rows: readonly Row[];
  readonly ratios: readonly Ratio[];
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Which sides are compared with which. */
const RATIOS: readonly (readonly [SideName, readonly SideName[]])[] = [
  ['own-webgpu', ['stock-webgpu', 'jax-webgpu']],
  ['own-webgpu-whole', ['stock-webgpu', 'jax-webgpu']],
  ['own-wasm', ['stock-wasm', 'pytorch']],
];

export function summarise(size: string, results: readonly SideResult[]): Summary {
  const find = (name: SideName) => results.find(({ side }) => side === name);
  const ratios = RATIOS.flatMap(([own, others]) => others.flatMap((other) => {
    const [a, b] = [find(own), find(other)];
    return a && b ? [ratioOf(a, b)] : [];
  }));
  return { size, rows: results.map(rowOf), ratios };
}

function rowOf({ side, first, steps, shorter }: SideResult): Row {
  const typical = (of: (step: Measurement) => number) => median(steps.map(of));
  const wall = typical((step) => step.wall);
  const last = steps.at(-1)!;
  const replayed = [...steps, ...(shorter ?? [])].filter(({ traced }) => traced !== true);
  return {
    side: SIDES[side].title, rounds: steps.length, wall, processor: typical((step) => step.processor), javascript: median(replayed.map(({ javascript }) => javascript)),
    dispatches: last.dispatches, submits: last.submits, peakBytes: last.peakBytes, firstStep: first.wall, firstOverOthers: first.wall / wall,
    ...(shorter && { newKeyOverOthers: shorter[0]!.wall / median(shorter.slice(1).map((step) => step.wall)) }),
  };
}

/** Rounds that both sides took part in. */
function ratioOf(own: SideResult, other: SideResult): Ratio {
  const rounds = Math.min(own.steps.length, other.steps.length);
  const ratios = Array.from({ length: rounds }, (_, round) => other.steps[round]!.processor / own.steps[round]!.processor);
  return { side: SIDES[own.side].title, against: SIDES[other.side].title, median: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios), rounds };
}

const number = (value: number, digits: number) => (value === 0 ? '–' : value.toFixed(digits));
const few = (milliseconds: number) => number(milliseconds, milliseconds < 100 ? 2 : 0);

const COLUMNS: readonly (readonly [string, (row: Row) => string])[] = [
  ['side', ({ side }) => side],
  ['wall ms', ({ wall }) => few(wall)],
  ['processor ms', ({ processor }) => few(processor)],
  ['JavaScript ms', ({ javascript }) => few(javascript)],
  ['dispatches', ({ dispatches }) => number(dispatches, 0)],
  ['submits', ({ submits }) => number(submits, 0)],
  ['peak GPU MB', ({ peakBytes }) => number(peakBytes / 1e6, 1)],
  ['first step ms', ({ firstStep }) => few(firstStep)],
  ['first/others', ({ firstOverOthers }) => number(firstOverOthers, 1)],
  ['new key/others', ({ newKeyOverOthers = 0 }) => number(newKeyOverOthers, 1)],
  ['rounds', ({ rounds }) => String(rounds)],
];

/** The summary as a Markdown table and a list of ratios. */
export function printed({ size, rows, ratios }: Summary): string {
  const cells = [COLUMNS.map(([title]) => title), ...rows.map((row) => COLUMNS.map(([, of]) => of(row)))];
  const widths = COLUMNS.map((_, column) => Math.max(...cells.map((line) => line[column]!.length)));
  const line = (texts: readonly string[]) => `| ${texts.map((text, i) => (i === 0 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!))).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  const said = ratios.map(({ side, against, median: middle, least, most, rounds }) =>
    `${side} needs ${middle < 1 ? `${(1 / middle).toFixed(2)} × the` : `1/${middle.toFixed(1)} of the`} processor time of ${against} (${least.toFixed(2)} to ${most.toFixed(2)} × as fast in ${rounds} rounds)`);
  return [`${size}:`, '', line(cells[0]!), rule, ...cells.slice(1).map(line), '', ...said].join('\n');
}
