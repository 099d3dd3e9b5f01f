/**
 * Where the time of a replayed step on WebGPU goes, by kernel.
 *
 *   node --import tsx bench/kernels.ts --size tiny
 *
 * Each dispatch has timestamps around it; they count the time of the wall, so nothing else should run.
 */
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { CHROMIUM_FLAGS } from '../scripts/browser.ts';
import { ensureBrowser } from '../scripts/browser_install.ts';
import { builtPage, failureOf } from '../scripts/built_page.ts';
import { readOptions, text } from '../scripts/command_line/option.ts';
import { SIZES, type SizeName } from './steps/problem.ts';
import type { DispatchTime } from './steps/timestamps.ts';

const OPTIONS = {
  size: text('NAME', `one of ${Object.keys(SIZES).join(', ')}`, 'tiny'),
  steps: text('N', 'steps that are added up', '5'),
} as const;

const given = readOptions(OPTIONS, process.argv.slice(2));
const size = SIZES[(given.size ?? 'tiny') as SizeName];
const steps = Number(given.steps ?? 5);
const found = ensureBrowser({ announce: (line) => console.error(line) });
const built = await builtPage(join(import.meta.dirname, 'steps', 'page'));
const browser = await chromium.launch({ executablePath: found.path, headless: true, args: [...CHROMIUM_FLAGS] });
try {
  const page = await browser.newPage();
  const broken = failureOf(page);
  await page.goto(built.server.address);
  await page.waitForFunction(() => window.side !== undefined);
  const measured = page.evaluate(async ([job, count]) => {
    const collect = window.side.timeDispatches();
    await window.side.open(job);
    for (let step = 0; step < 3; step++) await window.side.step();
    await collect();
    for (let step = 0; step < count; step++) await window.side.step();
    return collect();
  }, [{ side: 'own-webgpu', size }, steps] as const);
  print(await Promise.race([broken, measured]));
} finally {
  await browser.close();
  await built.close();
}

/** Sums by shader, the longest first. */
function print(times: readonly DispatchTime[]): void {
  const sums = new Map<string, { dispatches: number; milliseconds: number }>();
  for (const { shader, milliseconds } of times) {
    const sum = sums.get(shader) ?? { dispatches: 0, milliseconds: 0 };
    sums.set(shader, { dispatches: sum.dispatches + 1 / steps, milliseconds: sum.milliseconds + milliseconds / steps });
  }
  const total = [...sums.values()].reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  for (const [shader, { dispatches, milliseconds }] of [...sums].sort(([, a], [, b]) => b.milliseconds - a.milliseconds)) {
    console.log(`${((100 * milliseconds) / total).toFixed(1).padStart(5)} %  ${milliseconds.toFixed(1).padStart(8)} ms  ${dispatches.toFixed(0).padStart(3)} ×  ${shader}`);
  }
  console.log(`${total.toFixed(1)} ms in all`);
}
