import type { GrowthPoint } from './axes.ts';

const [WIDTH, HEIGHT] = [520, 300];
const FRAME = { left: 52, right: 150, top: 20, bottom: 48 };

/** Lines of a plot: what they show, and how they look in light and in dark. */
const LINES = [
  { key: 'own-webgpu', title: 'WebGPU', light: '#1d4ed8', dark: '#93c5fd', dash: '' },
  { key: 'own-wasm', title: 'WebAssembly', light: '#b45309', dark: '#fcd34d', dash: '' },
  { key: 'operations', title: 'operations of products', light: '#6b7280', dark: '#9ca3af', dash: '4 4' },
] as const;

type LineKey = (typeof LINES)[number]['key'];

const amount = (point: GrowthPoint, key: LineKey): number => (key === 'operations' ? point.operations : point.milliseconds[key]!);

/** An SVG of times over those of the middle point, with milliseconds written beside the points. */
export function growthPlot(title: string, points: readonly GrowthPoint[]): string {
  const base = points[Math.floor(points.length / 2)]!;
  const relative = (point: GrowthPoint, key: LineKey) => amount(point, key) / amount(base, key);
  const most = Math.max(...points.flatMap((point) => LINES.map(({ key }) => relative(point, key))));
  const top = Math.ceil(most);
  const x = (value: number) => FRAME.left + (value / points.at(-1)!.value) * (WIDTH - FRAME.left - FRAME.right);
  const y = (value: number) => HEIGHT - FRAME.bottom - (value / top) * (HEIGHT - FRAME.top - FRAME.bottom);
  const ends = spread(LINES.map(({ key }) => y(relative(points.at(-1)!, key))));
  const lines = LINES.map(({ key, title: name, dash }, i) => {
    const path = points.map((point, j) => `${j === 0 ? 'M' : 'L'}${x(point.value).toFixed(1)} ${y(relative(point, key)).toFixed(1)}`).join(' ');
    const dots = key === 'operations' ? '' : points.map((point) => `<circle cx="${x(point.value).toFixed(1)}" cy="${y(relative(point, key)).toFixed(1)}" r="3" class="f${i}"/>`).join('');
    const last = key === 'operations' ? '' : `, ${Math.round(points.at(-1)!.milliseconds[key]!)} ms`;
    return `<path d="${path}" class="l${i}"${dash === '' ? '' : ` stroke-dasharray="${dash}"`}/>${dots}<text x="${x(points.at(-1)!.value) + 8}" y="${(ends[i]! + 4).toFixed(1)}" class="f${i}">${name}${last}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="Processor time of a step by ${title}">
<style>${style()}</style>
<rect width="${WIDTH}" height="${HEIGHT}" class="paper"/>
${Array.from({ length: top + 1 }, (_, tick) => `<path d="M${FRAME.left} ${y(tick).toFixed(1)}H${WIDTH - FRAME.right}" class="grid"/><text x="${FRAME.left - 8}" y="${(y(tick) + 4).toFixed(1)}" text-anchor="end">${tick} ×</text>`).join('\n')}
${points.map(({ value }) => `<text x="${x(value).toFixed(1)}" y="${HEIGHT - FRAME.bottom + 18}" text-anchor="middle">${value}</text>`).join('\n')}
<text x="${FRAME.left}" y="${HEIGHT - 10}">${title}</text>
${lines.join('\n')}
</svg>
`;
}

/** Heights of names, moved down where two would stand on each other. */
function spread(heights: readonly number[]): number[] {
  const out = [...heights];
  const order = heights.map((_, i) => i).sort((a, b) => heights[a]! - heights[b]!);
  order.forEach((line, i) => {
    if (i > 0) out[line] = Math.max(out[line]!, out[order[i - 1]!]! + 15);
  });
  return out;
}

function style(): string {
  const of = (shade: 'light' | 'dark') => LINES.map((line, i) => `.l${i}{stroke:${line[shade]}}.f${i}{fill:${line[shade]}}`).join('');
  return `text{font:12px system-ui,sans-serif;fill:#374151}path{fill:none;stroke-width:2}.grid{stroke:#d1d5db;stroke-width:1}.paper{fill:#fff}${of('light')}@media(prefers-color-scheme:dark){text{fill:#d1d5db}.grid{stroke:#374151}.paper{fill:#111827}${of('dark')}}`;
}
