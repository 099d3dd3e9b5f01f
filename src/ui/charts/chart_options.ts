import type uPlot from 'uplot';

/** One line of a chart; its colour is the name of a CSS custom property. */
export interface Line {
  readonly label: string;
  readonly colour: string;
  readonly values: readonly (number | null)[];
  readonly dash?: readonly number[];
  /** Thin and pale, for the raw values behind a smoothed line. */
  readonly faint?: boolean;
  /** Marks each value, for lines of few points. */
  readonly points?: boolean;
}

/** Colours of the page as the canvas needs them: resolved, by custom property. */
export type Palette = (property: string) => string;

/** Resolves custom properties to colours at an element, as they are at this moment. */
export function paletteOf(element: HTMLElement): Palette {
  return (property) => {
    const probe = document.createElement('span');
    probe.style.color = `var(${property})`;
    element.append(probe);
    const colour = getComputedStyle(probe).color;
    probe.remove();
    return colour;
  };
}

/** The lines as uPlot's columns; on a log axis a value of 0 or below is a gap. */
export function alignedData(x: readonly number[], lines: readonly Line[], log: boolean): uPlot.AlignedData {
  const positive = (values: readonly (number | null)[]) => values.map((v) => (v !== null && v > 0 ? v : null));
  return [[...x], ...lines.map((line) => (log ? positive(line.values) : [...line.values]))];
}

interface Look {
  readonly width: number;
  readonly height: number;
  readonly log: boolean;
  readonly lines: readonly Line[];
  readonly palette: Palette;
  /** Text beside a mark of the y axis. */
  readonly tick: (value: number) => string;
  readonly onHover: (index: number | null) => void;
}

/** uPlot's options for a chart with steps along x: quiet grid, no legend of its own, a crosshair that reports its index. */
export function chartOptions(look: Look): uPlot.Options {
  const { palette, log } = look;
  const ticks = { stroke: palette('--line'), width: 1, size: 4 };
  const axis = { stroke: palette('--muted'), grid: { stroke: palette('--line'), width: 1 }, ticks, font: '12px system-ui, sans-serif' };
  return {
    width: look.width,
    height: look.height,
    padding: [8, 18, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
    scales: { x: { time: false }, y: log ? { distr: 3 } : {} },
    axes: [
      { ...axis, grid: { show: false }, size: 32 },
      { ...axis, size: 52, values: (_: uPlot, splits: number[]) => splits.map((v) => (v === null ? '' : look.tick(v))) },
    ],
    series: [{}, ...look.lines.map((line) => seriesOf(line, palette))],
    hooks: { setCursor: [(chart) => look.onHover(chart.cursor.idx ?? null)] },
  };
}

function seriesOf(line: Line, palette: Palette): uPlot.Series {
  const stroke = palette(line.colour);
  return {
    label: line.label,
    stroke,
    width: line.faint ? 1 : 2,
    alpha: line.faint ? 0.28 : 1,
    dash: line.dash && line.dash.length > 0 ? [...line.dash] : undefined,
    spanGaps: true,
    points: { show: line.points ?? false, size: 6, fill: stroke },
  };
}
