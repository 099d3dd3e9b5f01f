import { median } from '../steps/summary.ts';
import { BASELINE, liveForm } from './jobs.ts';
import type { ObjectiveTimes, RoundTimes } from './rounds.ts';

/** One form of an objective's step: medians over the rounds, milliseconds, and its multiple of other steps by round. */
export interface FormTimes {
  readonly processor: number;
  readonly wall: number;
  readonly dispatches: number;
  /** Over logit distillation as it runs. */
  readonly overKd: number;
  /** Over logit distillation whose teacher runs in every step. */
  readonly overLiveKd: number;
}

/** One objective as it runs, and with a teacher in every step where that is another form. */
export interface ObjectiveRow {
  readonly name: string;
  readonly kept: FormTimes;
  readonly live?: FormTimes;
}

/** Ratios are taken round by round, since load that comes and goes changes both sides of one round alike. */
export function objectiveRows(times: readonly ObjectiveTimes[]): ObjectiveRow[] {
  const roundsOf = (name: string) => times.find((one) => one.name === name)?.rounds;
  const over = (rounds: readonly RoundTimes[], baseline: string) => median(rounds.map(({ processor }, i) => processor / roundsOf(baseline)![i]!.processor));
  const form = (rounds: readonly RoundTimes[]): FormTimes => ({
    processor: median(rounds.map(({ processor }) => processor)),
    wall: median(rounds.map(({ wall }) => wall)),
    dispatches: median(rounds.map(({ dispatches }) => dispatches)),
    overKd: over(rounds, BASELINE),
    overLiveKd: over(rounds, liveForm(BASELINE)),
  });
  const forms = new Set(times.map(({ name }) => liveForm(name)));
  return times.filter(({ name }) => !forms.has(name)).map(({ name, rounds }) => {
    const live = roundsOf(liveForm(name));
    return { name, kept: form(rounds), ...(live ? { live: form(live) } : {}) };
  });
}

const shown = (value: number | undefined, digits: number): string => (value === undefined || value === 0 ? '–' : value.toFixed(digits));

const COLUMNS: readonly (readonly [string, (row: ObjectiveRow) => string])[] = [
  ['objective', ({ name }) => name],
  ['processor ms', ({ kept }) => shown(kept.processor, 1)],
  ['wall ms', ({ kept }) => shown(kept.wall, 1)],
  ['× kd', ({ kept }) => shown(kept.overKd, 2)],
  ['dispatches', ({ kept }) => shown(kept.dispatches, 0)],
  ['teacher in every step: ms', ({ live }) => shown(live?.processor, 1)],
  ['× kd', ({ live }) => shown(live?.overKd, 2)],
  ['× kd, teacher in every step', ({ live }) => shown(live?.overLiveKd, 2)],
  ['dispatches', ({ live }) => shown(live?.dispatches, 0)],
];

/** The rows as a Markdown table. */
export function objectiveTable(rows: readonly ObjectiveRow[]): string {
  const cells = [COLUMNS.map(([title]) => title), ...rows.map((row) => COLUMNS.map(([, of]) => of(row)))];
  const widths = COLUMNS.map((_, column) => Math.max(...cells.map((line) => line[column]!.length)));
  const line = (texts: readonly string[]) => `| ${texts.map((text, i) => (i === 0 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!))).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(cells[0]!), rule, ...cells.slice(1).map(line)].join('\n');
}
