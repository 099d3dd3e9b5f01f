/** What a sweep over seeds gave: one line a model, mean and standard deviation, as values and as text. */
import type { Arm, ResultRow } from './run.ts';
import { summarise, type Summary } from './statistics.ts';
import { textTable } from './text_table.ts';

/** Words for the models of a run. */
export const ARM_WORDS: Readonly<Record<Arm, string>> = {
  teacher: 'teacher',
  distilled: 'student distilled',
  finetuned: 'student finetuned',
  initialised: 'initialised only',
  random: 'random weights',
  majority: 'majority class',
  pretrained: 'pretrained',
  frequencies: 'word frequencies',
};

/** The table of one run of a sweep. */
export interface SeedResult {
  readonly method: string;
  readonly seed: number;
  readonly rows: readonly ResultRow[];
}

/** One model of the comparison over all seeds. */
export interface ReportRow {
  readonly arm: Arm;
  /** The method that it was distilled by; absent for models that are the same whatever the method. */
  readonly method?: string;
  readonly seeds: readonly number[];
  readonly parameters: number;
  readonly metrics: Readonly<Record<string, Summary>>;
  /** Headline metric by depth slice. */
  readonly byDepth: readonly Summary[];
  readonly seconds: Summary;
}

/** Models whose scores have nothing to do with the method, in the order of the table; the distilled ones come second. */
const SHARED: readonly Arm[] = ['finetuned', 'initialised', 'random', 'majority'];

/** The models of a sweep: the teacher, the student of each method, then the baselines. */
export function sweepReport(results: readonly SeedResult[]): ReportRow[] {
  const methods = [...new Set(results.map(({ method }) => method))];
  return [
    ...rowOf('teacher', results),
    ...methods.flatMap((method) => rowOf('distilled', results.filter((result) => result.method === method), method)),
    ...SHARED.flatMap((arm) => rowOf(arm, results)),
  ];
}

/** One line, or none where no run has the model; a seed that several methods share counts once. */
function rowOf(arm: Arm, results: readonly SeedResult[], method?: string): ReportRow[] {
  const found = new Map<number, ResultRow>();
  for (const { seed, rows } of results) {
    const row = rows.find((one) => one.arm === arm);
    if (row && !found.has(seed)) found.set(seed, row);
  }
  const [first] = found.values();
  if (!first) return [];
  const over = (read: (row: ResultRow) => number) => summarise([...found.values()].map(read));
  const metrics = Object.fromEntries(Object.keys(first.scores.metrics).map((name) => [name, over((row) => row.scores.metrics[name] ?? NaN)]));
  const byDepth = first.scores.byDepth.map((_, depth) => over((row) => row.scores.byDepth[depth] ?? NaN));
  return [{ arm, ...(method === undefined ? {} : { method }), seeds: [...found.keys()], parameters: first.parameters, metrics, byDepth, seconds: over(({ seconds }) => seconds) }];
}

/** A number of several seeds: `0.7755 ± 0.0093`, or without the deviation where there is none. */
export function summaryText({ mean, deviation }: Summary, digits: number): string {
  const shown = mean.toFixed(digits);
  return deviation === undefined ? shown : `${shown} ± ${deviation.toFixed(digits)}`;
}

/** The report as a table of text; ± is the sample standard deviation over the seeds. */
export function reportTable(rows: readonly ReportRow[]): string {
  const metrics = [...new Set(rows.flatMap((row) => Object.keys(row.metrics)))];
  const depths = Math.max(0, ...rows.map((row) => row.byDepth.length));
  const named = rows.filter(({ arm }) => arm === 'distilled').length > 1;
  const header = ['', 'seeds', 'parameters', ...metrics.map((name) => `dev ${name}`), ...Array.from({ length: depths }, (_, d) => `depth ${d}`), 'seconds'];
  const lines = rows.map(({ arm, method, seeds, parameters, metrics: values, byDepth, seconds }) => [
    named && method !== undefined ? `distilled, ${method}` : ARM_WORDS[arm],
    String(seeds.length),
    parameters > 0 ? parameters.toLocaleString('en-GB') : '–',
    ...metrics.map((name) => (values[name] ? summaryText(values[name], 4) : '–')),
    ...Array.from({ length: depths }, (_, d) => byDepth[d]?.mean.toFixed(3) ?? '–'),
    seconds.mean > 0 ? seconds.mean.toFixed(1) : '–',
  ]);
  return textTable([header, ...lines]);
}
