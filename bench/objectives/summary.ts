import { median } from '../steps/summary.ts';
import { BASELINES } from './jobs.ts';
import type { ObjectiveTimes, RoundTimes } from './rounds.ts';

/** One objective's step: medians over the rounds, milliseconds, and its multiple of logit distillation's by round. */
export interface ObjectiveRow {
  readonly name: string;
  readonly processor: number;
  readonly wall: number;
  readonly dispatches: number;
  /** Over logit distillation whose teacher runs in every step, which losses on hidden layers need anyway. */
  readonly overLive: number;
  /** Over logit distillation with kept logits, as it runs. */
  readonly overKept: number;
}

/** Ratios are taken round by round, since load that comes and goes changes both sides of one round alike. */
export function objectiveRows(times: readonly ObjectiveTimes[]): ObjectiveRow[] {
  const roundsOf = (name: string) => times.find((one) => one.name === name)!.rounds;
  const over = (rounds: readonly RoundTimes[], baseline: string) => median(rounds.map(({ processor }, i) => processor / roundsOf(baseline)[i]!.processor));
  return times.map(({ name, rounds }) => ({
    name,
    processor: median(rounds.map(({ processor }) => processor)),
    wall: median(rounds.map(({ wall }) => wall)),
    dispatches: median(rounds.map(({ dispatches }) => dispatches)),
    overLive: over(rounds, BASELINES.live),
    overKept: over(rounds, BASELINES.kept),
  }));
}

const COLUMNS: readonly (readonly [string, (row: ObjectiveRow) => string])[] = [
  ['objective', ({ name }) => name],
  ['processor ms', ({ processor }) => processor.toFixed(1)],
  ['wall ms', ({ wall }) => wall.toFixed(1)],
  ['× kd, teacher in every step', ({ overLive }) => overLive.toFixed(2)],
  ['× kd', ({ overKept }) => overKept.toFixed(2)],
  ['dispatches', ({ dispatches }) => (dispatches === 0 ? '–' : dispatches.toFixed(0))],
];

/** The rows as a Markdown table. */
export function objectiveTable(rows: readonly ObjectiveRow[]): string {
  const cells = [COLUMNS.map(([title]) => title), ...rows.map((row) => COLUMNS.map(([, of]) => of(row)))];
  const widths = COLUMNS.map((_, column) => Math.max(...cells.map((line) => line[column]!.length)));
  const line = (texts: readonly string[]) => `| ${texts.map((text, i) => (i === 0 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!))).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(cells[0]!), rule, ...cells.slice(1).map(line)].join('\n');
}
