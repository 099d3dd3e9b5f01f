/** The table of a study as a drawing: a dot for each cell, a line for its deviation, methods side by side. */
import { initText } from './study.ts';
import type { StudyRow } from './study_report.ts';

const [WIDTH, HEIGHT] = [720, 320];
const PLOT = { left: 64, right: 16, top: 40, bottom: 40 } as const;
/** Readable on white and on black; beginnings also stand from left to right as in the legend. */
const MARKS = ['#3b82c4', '#d9742b', '#4a9d5b', '#a35bb5', '#b8952e', '#7a8088'] as const;

interface Scale {
  readonly low: number;
  readonly high: number;
  readonly y: (value: number) => number;
}

/** An SVG of the rows of one budget and one source of layers; those of others stand below it. */
export function studyDrawing(title: string, metric: string, rows: readonly StudyRow[]): string {
  const panels = [...new Set(rows.map(panelOf))];
  const inits = [...new Set(rows.map(({ cell }) => initText(cell)))];
  const scale = scaleOf(rows);
  const drawn = panels.map((name, i) => panel(name, metric, rows.filter((row) => panelOf(row) === name), inits, scale, i * HEIGHT + 32));
  const height = panels.length * HEIGHT + 32;
  const style = 'text{font:13px system-ui,sans-serif;fill:#56606b}.title{font-weight:600}@media(prefers-color-scheme:dark){text{fill:#b8c0c8}}';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img"><title>${escaped(title)}</title><style>${style}</style><text class="title" x="${PLOT.left}" y="20">${escaped(title)}</text>${drawn.join('')}</svg>\n`;
}

const panelOf = ({ cell: { steps, layersOf } }: StudyRow): string => `${steps} steps, layers of the ${layersOf === 'finetuned' ? 'finetuned teacher' : 'pretrained model'}`;

const spreadOf = ({ studentDeviation, teacherDeviation }: StudyRow): number => Math.hypot(studentDeviation ?? 0, teacherDeviation ?? 0);

function scaleOf(rows: readonly StudyRow[]): Scale {
  const ends = rows.flatMap((row) => [row.mean - spreadOf(row), row.mean + spreadOf(row)]);
  const [least, most] = [Math.min(...ends), Math.max(...ends)];
  const margin = Math.max(0.01, 0.08 * (most - least));
  const [low, high] = [least - margin, most + margin];
  return { low, high, y: (value) => PLOT.top + ((high - value) / (high - low)) * (HEIGHT - PLOT.top - PLOT.bottom) };
}

function panel(name: string, metric: string, rows: readonly StudyRow[], inits: readonly string[], scale: Scale, top: number): string {
  const methods = [...new Set(rows.map(({ cell }) => cell.method))];
  const step = (WIDTH - PLOT.left - PLOT.right) / methods.length;
  const dots = rows.map((row) => {
    const place = inits.indexOf(initText(row.cell));
    const x = PLOT.left + step * (methods.indexOf(row.cell.method) + (place + 1) / (inits.length + 1));
    return dot(row, x, place, scale);
  });
  const names = methods.map((method, i) => `<text x="${PLOT.left + step * (i + 0.5)}" y="${HEIGHT - 14}" text-anchor="middle">${escaped(method)}</text>`);
  const legend = inits.map((init, i) => `<circle cx="${PLOT.left + 6 + i * 130}" cy="22" r="5" fill="${MARKS[i % MARKS.length]}"/><text x="${PLOT.left + 16 + i * 130}" y="26">from ${init}</text>`);
  return `<g transform="translate(0 ${top})"><text x="${PLOT.left}" y="6">${escaped(name)}: dev ${escaped(metric)}</text>${legend.join('')}${axis(scale)}${dots.join('')}${names.join('')}</g>`;
}

function dot(row: StudyRow, x: number, place: number, { y }: Scale): string {
  const colour = MARKS[place % MARKS.length];
  const spread = spreadOf(row);
  const line = spread > 0 ? `<line x1="${x}" x2="${x}" y1="${y(row.mean + spread)}" y2="${y(row.mean - spread)}" stroke="${colour}" stroke-width="2"/>` : '';
  return `${line}<circle cx="${x}" cy="${y(row.mean)}" r="5" fill="${colour}"><title>${escaped(row.cell.method)} from ${initText(row.cell)}: ${row.mean.toFixed(4)}</title></circle>`;
}

function axis({ low, high, y }: Scale): string {
  const unit = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2].find((size) => (high - low) / size <= 7) ?? 0.5;
  const ticks = Array.from({ length: Math.floor(high / unit) - Math.ceil(low / unit) + 1 }, (_, i) => (Math.ceil(low / unit) + i) * unit);
  return ticks.map((value) => `<line x1="${PLOT.left}" x2="${WIDTH - PLOT.right}" y1="${y(value)}" y2="${y(value)}" stroke="#8a949e" stroke-opacity="0.3"/><text x="${PLOT.left - 8}" y="${y(value) + 4}" text-anchor="end">${value.toFixed(unit < 0.01 ? 3 : 2)}</text>`).join('');
}

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
