/**
 * How the time of a training step grows with layers, width, length and batch: ours, from the benchmark's size `tiny` on.
 *
 *   node --import tsx bench/growth.ts              measures, writes bench/growth.json, and draws docs/images/growth_*.svg
 *   node --import tsx bench/growth.ts --draw       draws from bench/growth.json
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../scripts/build_app.ts';
import { flag, readOptions, text } from '../scripts/command_line/option.ts';
import { AXES, operationsOf, TINY, type AxisName, type Growth, type GrowthPoint } from './growth/axes.ts';
import { growthPlot } from './growth/plot.ts';
import { browserHost } from './steps/in_browser.ts';
import { runRounds } from './steps/rounds.ts';
import type { Host, SideName } from './steps/side.ts';
import { median } from './steps/summary.ts';
import type { Size } from './steps/problem.ts';

const OPTIONS = {
  draw: flag('draw from what was measured before'),
  rounds: text('N', 'steps of each side behind the warm-up', '3'),
} as const;

const FILE = join(ROOT, 'bench', 'growth.json');
const IMAGES = join(ROOT, 'docs', 'images');
const SIDES: readonly SideName[] = ['own-webgpu', 'own-wasm'];

const given = readOptions(OPTIONS, process.argv.slice(2));
if (!given.draw) writeFileSync(FILE, `${JSON.stringify(await measureAll(Number(given.rounds ?? 3)), null, 1)}\n`);
draw(JSON.parse(readFileSync(FILE, 'utf8')) as Growth);

async function measureAll(rounds: number): Promise<Growth> {
  const host = await browserHost();
  try {
    const known = new Map<string, Readonly<Record<string, number>>>();
    const axes: Partial<Record<AxisName, readonly GrowthPoint[]>> = {};
    for (const name of Object.keys(AXES) as AxisName[]) {
      const points: GrowthPoint[] = [];
      for (const value of AXES[name].values) {
        const size = AXES[name].sizeAt(value);
        const key = JSON.stringify(size);
        const milliseconds = known.get(key) ?? (await measure(host, size, rounds));
        known.set(key, milliseconds);
        points.push({ value, operations: operationsOf(size), milliseconds });
        console.error(`${name} ${value}: ${JSON.stringify(milliseconds)}`);
      }
      axes[name] = points;
    }
    return { host: host.description, base: TINY, axes: axes as Growth['axes'] };
  } finally {
    await host.close();
  }
}

/** Processor time of a step of each side, the median of the rounds, in milliseconds. */
async function measure(host: Host, size: Size, rounds: number): Promise<Record<string, number>> {
  const results = await runRounds(host, SIDES.map((side) => ({ side, size })), { rounds: rounds + 1, fewer: {}, repeat: { 'own-wasm': 5 }, tell: () => undefined });
  return Object.fromEntries(results.map(({ side, steps }) => [side, median(steps.slice(1).map(({ processor }) => processor))]));
}

function draw({ axes }: Growth): void {
  mkdirSync(IMAGES, { recursive: true });
  for (const [name, points] of Object.entries(axes)) writeFileSync(join(IMAGES, `growth_${name}.svg`), growthPlot(AXES[name as AxisName].title, points));
}
