/** The report on tables, for a person. */
import type { LengthReport } from '../src/data/lengths.ts';
import type { DataReport, SplitReport } from '../src/data/report.ts';
import { textTable } from '../src/experiment/text_table.ts';

/** Characters of the longest bar. */
const BAR = 40;
/** Broken rows that are shown. */
const SHOWN = 10;

const count = (n: number): string => n.toLocaleString('en-GB');
const brief = (n: number): string => n.toFixed(1);

/** Splits, columns, labels, lengths and duplicates as text of at most about 100 columns. */
export function dataText({ task, splits, shared, notes }: DataReport, path: string, unit: string): string {
  return [
    `${task} from ${path}`,
    '',
    textTable([['split', 'format', 'rows', 'broken', 'twice', 'unlabelled'], ...splits.map(row)]),
    ...splits.flatMap(describe),
    '',
    `Lengths in ${unit}`,
    ...splits.flatMap(({ split, lengths }) => (lengths ? ['', ...histogram(split, lengths)] : [])),
    ...(shared.length > 0 ? ['', 'In two splits', ...shared.map(({ of, among, rows }) => `  ${count(rows)} rows of ${of} occur in ${among} too`)] : []),
    ...splits.flatMap(brokenLines),
    ...(notes.length > 0 ? ['', ...notes] : []),
  ].join('\n');
}

function row({ split, format, rows, broken, repeated, unlabelled }: SplitReport): string[] {
  return [split, format, count(rows), count(broken.count), count(repeated), count(unlabelled)];
}

function describe({ split, files, columns, read, labels, scores }: SplitReport): string[] {
  const used = [['text', read.text], ['second text', read.textPair], ['label', read.label]].filter((entry): entry is [string, string] => entry[1] !== undefined);
  const others = columns.filter((name) => !used.some(([, column]) => column === name));
  return [
    '',
    `${split}: ${files.join(', ')}`,
    `  columns  ${used.map(([part, column]) => `${part} ← ${printable(column)}`).join(', ')}${others.length > 0 ? `; not read: ${others.map(printable).join(', ')}` : ''}`,
    ...(labels ? [`  labels   ${Object.entries(labels).map(([name, rows]) => `${name} ${count(rows)}`).join(', ')}`] : []),
    ...(scores ? [`  scores   ${scores.least} to ${scores.largest}, mean ${scores.mean.toFixed(3)}`] : []),
  ];
}

function histogram(split: string, { least, median, p95, largest, mean, bins }: LengthReport): string[] {
  const most = Math.max(...bins.map(({ rows }) => rows));
  const width = Math.max(...bins.map(({ to }) => String(to).length));
  const range = (from: number, to: number) => (from === to ? String(from).padStart(2 * width + 1) : `${String(from).padStart(width)}–${String(to).padStart(width)}`);
  return [
    `${split}: ${least} to ${largest}, median ${median}, mean ${brief(mean)}, 95 % have at most ${p95}`,
    ...bins.map(({ from, to, rows }) => `  ${range(from, to)}  ${bar(rows, most).padEnd(BAR)}  ${count(rows)}`.trimEnd()),
  ];
}

/** A bar in eighths of a character. */
function bar(rows: number, most: number): string {
  const eighths = Math.round((8 * BAR * rows) / most);
  const rest = rows > 0 && eighths === 0 ? 1 : eighths % 8;
  return '█'.repeat(Math.floor(eighths / 8)) + (rest > 0 ? String.fromCodePoint(0x2590 - rest) : '');
}

function brokenLines({ split, broken }: SplitReport): string[] {
  if (broken.count === 0) return [];
  const shown = broken.first.slice(0, SHOWN).map(({ where, expected, got }) => `  ${where}: expected ${expected}, got ${printable(got)}`);
  return ['', `Broken rows of ${split}`, ...shown, ...(broken.count > SHOWN ? [`  … and ${count(broken.count - shown.length)} more`] : [])];
}

/** A text from a file without the characters that steer a terminal. */
function printable(name: string): string {
  return name.replace(/\p{Cc}/gu, '\ufffd');
}
