/** What the objective bench finds, as tables for a terminal. */
import { GOLDEN_STATUS } from '../src/experiment/golden_status.ts';
import { fell, type BenchPart, type BenchReport, type BenchRow, type ObjectiveTraining } from '../src/experiment/objective_bench.ts';
import { textTable } from '../src/experiment/text_table.ts';

/** The whole report. */
export function benchText({ notes, rows, refused, labels, cosines }: BenchReport): string {
  return [
    ...notes,
    '',
    measures(rows),
    '',
    'Share of the squared gradient by part of the student, and by its largest attention head:',
    '',
    shareTable(rows),
    ...(labels.length > 1 ? ['', 'Cosine between the gradients of any two terms, in hundredths; · where one of them is 0:', '', matrix(labels, cosines)] : []),
    ...refused.map(({ objective, why }) => `\n${objective} was left out. ${why}`),
  ].join('\n');
}

/** The short trainings, and whether every loss fell. */
export function trainingsText(notes: readonly string[], trainings: readonly ObjectiveTraining[]): string {
  const rows = trainings.map((one) => [one.objective, String(one.steps), one.first.toPrecision(4), one.last.toPrecision(4), `${(100 * (one.last / one.first - 1)).toFixed(1)} %`, fell(one) ? 'yes' : 'NO']);
  const higher = trainings.filter((one) => !fell(one)).map(({ objective }) => objective);
  return [
    ...notes,
    '',
    textTable([['objective', 'steps', 'first 5', 'last 5', 'change', 'fell'], ...rows]),
    '',
    higher.length === 0 ? `Every objective lowered its own loss (${trainings.length}).` : `Not lower: ${higher.join(', ')}.`,
  ].join('\n');
}

/** One line an objective, and below it one for each term where it has several. */
function measures(rows: readonly BenchRow[]): string {
  const lines = rows.flatMap((row) => [
    [row.objective, brief(row.value), brief(row.norm), row.milliseconds.toFixed(1), (row.bytes / 1e6).toFixed(1), `${row.check.passed ? 'ok' : 'WRONG'} ${row.check.error.toExponential(0)}`, reference(row.objective)],
    ...(row.terms.length > 1 ? row.terms.map(({ name, value, norm }) => [`  ${name}`, brief(value), brief(norm), '', '', '', '']) : []),
  ]);
  return textTable([['objective', 'value', '|gradient|', 'ms a step', 'MB a step', 'differences', 'reference numbers'], ...lines]);
}

function reference(objective: string): string {
  const held = GOLDEN_STATUS[objective];
  return held ? `${held.tensors} in ${held.cases}` : 'none';
}

function shareTable(rows: readonly BenchRow[]): string {
  const parts = rows[0]?.parts.map(({ name }) => name) ?? [];
  const lines = rows.map(({ objective, parts: of }) => [objective, ...of.map(({ share }) => percent(share)), largestHead(of)]);
  return textTable([['objective', ...parts, 'largest head'], ...lines]);
}

function largestHead(parts: readonly BenchPart[]): string {
  const heads = parts.flatMap(({ name, heads: of }) => of.map((share, head) => ({ name, head, share })));
  const largest = heads.reduce((a, b) => (b.share > a.share ? b : a), heads[0] ?? { name: '', head: 0, share: 0 });
  return largest.share > 0 ? `${largest.name}, head ${largest.head}: ${percent(largest.share)}` : 'none';
}

/** The lower half of the matrix; columns are numbered as the rows. */
function matrix(labels: readonly string[], cosines: BenchReport['cosines']): string {
  const lines = labels.map((label, i) => [`${String(i + 1).padStart(2)} ${label}`, ...labels.map((_, j) => (j > i ? '' : hundredths(cosines[i]?.[j] ?? null)))]);
  return textTable([['term', ...labels.map((_, j) => String(j + 1))], ...lines]);
}

const hundredths = (cosine: number | null): string => (cosine === null ? '·' : String(Math.round(100 * cosine)));
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const brief = (value: number): string => (value === 0 ? '0' : value.toPrecision(4));
