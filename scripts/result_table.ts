/** The comparison at the end of a run, as a table of text. */
import type { ResultRow } from '../src/worker/protocol.ts';
import { ARM_WORDS } from '../src/experiment/report.ts';
import { textTable } from '../src/experiment/text_table.ts';

/**
 * One line a model: parameters, share of the teacher's, every metric on the dev rows, the first metric by depth slice,
 * seconds of training. An accuracy carries its standard error √(p(1 − p)/n).
 */
export function resultTable(rows: readonly ResultRow[]): string {
  const teacher = rows.find((row) => row.arm === 'teacher');
  const metrics = [...new Set(rows.flatMap((row) => Object.keys(row.scores.metrics)))];
  const depths = Math.max(0, ...rows.map((row) => row.scores.byDepth.length));
  const header = ['', 'parameters', 'size', ...metrics.map((name) => `dev ${name}`), ...Array.from({ length: depths }, (_, d) => `depth ${d}`), 'seconds'];
  const lines = rows.map((row) => [
    ARM_WORDS[row.arm],
    row.parameters > 0 ? row.parameters.toLocaleString('en-GB') : '–',
    sizeOf(row, teacher),
    ...metrics.map((name) => score(name, row)),
    ...Array.from({ length: depths }, (_, d) => row.scores.byDepth[d]?.toFixed(3) ?? '–'),
    row.seconds > 0 ? row.seconds.toFixed(1) : '–',
  ]);
  return textTable([header, ...lines]);
}

function sizeOf({ parameters }: ResultRow, teacher: ResultRow | undefined): string {
  return teacher && parameters > 0 && teacher.parameters > 0 ? `1/${(teacher.parameters / parameters).toFixed(1)}` : '–';
}

function score(name: string, { scores }: ResultRow): string {
  const value = scores.metrics[name];
  if (value === undefined) return '–';
  if (name !== 'accuracy' || scores.examples === 0) return value.toFixed(4);
  return `${value.toFixed(4)} ± ${Math.sqrt((value * (1 - value)) / scores.examples).toFixed(4)}`;
}
