/**
 * How quickly weights come from the browser's storage to the device, and what memory the page holds meanwhile.
 *
 *   node --import tsx bench/load.ts                    (a tenth of BERT-base, 44 MB in F32)
 *   node --import tsx bench/load.ts --megabytes 440    (BERT-base; some minutes, 3 GB of memory)
 *
 * Megabytes a second of the best of several rounds, in each of which every part runs once, beside a plain copy of the same
 * bytes. Memory is what Chromium's debugger tells of the page: JavaScript's heap and the bytes of array buffers, sampled
 * before, behind the reader and behind each tensor's upload, less what the empty page held (WebAssembly's memory, which is the
 * device there, does not count); and on Linux the most that the page's process ever held, as the kernel tells, which sees what
 * lies between two samples too, and WebAssembly's memory.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type BrowserContext, type CDPSession, type Page } from 'playwright-core';
import { CHROMIUM_FLAGS } from '../scripts/browser.ts';
import { ensureBrowser } from '../scripts/browser_install.ts';
import { builtPage } from '../scripts/built_page.ts';
import { integer, readOptions } from '../scripts/command_line/option.ts';
import { BUNDLES } from '../scripts/node_bundle.ts';
import { DTYPES, type Dtype } from './load/model.ts';
import type { Backend, Round } from './load/page/page.ts';

const MEGA = 1e6;
const { megabytes = 44, rounds = 5 } = readOptions({ megabytes: integer(1, 440, 'size of the model in F32'), rounds: integer(1, 100, 'rounds') }, process.argv.slice(2));

const built = await builtPage(join(import.meta.dirname, 'load', 'page'));
const profile = mkdtempSync(join(BUNDLES, 'profile-'));
const context = await chromium.launchPersistentContext(profile, { executablePath: ensureBrowser({ announce: (line) => console.error(line) }).path, headless: true, args: [...CHROMIUM_FLAGS] });
try {
  await measure(context);
} finally {
  await context.close();
  await built.close();
  rmSync(profile, { recursive: true, force: true });
}

async function measure(browser: BrowserContext): Promise<void> {
  for (const dtype of DTYPES) {
    const bytes = await onPage(browser, (page) => page.evaluate(([size, kind]) => window.load.make(size, kind), [megabytes, dtype] as const));
    console.log(`\n${dtype}: ${(bytes / MEGA).toFixed(0)} MB`);
    for (const backend of ['webgpu', 'wasm'] as const) {
      const best = await onPage(browser, (page) => bestOf(page, dtype, backend));
      for (const [part, { milliseconds, bytes: through }] of Object.entries(best)) if (backend === 'webgpu' || part === 'upload') line(`${part}${part === 'upload' ? ` (${backend})` : ''}`, through, milliseconds);
    }
    for (const backend of ['webgpu', 'wasm'] as const) {
      await onPage(browser, async (page) => line(`storage to ${backend}, whole`, bytes, await opened(page, backend, dtype, false)));
      await onPage(browser, (page) => memory(page, dtype, backend, bytes));
    }
  }
}

/** A page of its own, and so a process without the memory of an earlier one. */
async function onPage<T>(browser: BrowserContext, work: (page: Page) => Promise<T>): Promise<T> {
  const page = await browser.newPage();
  try {
    await page.goto(built.server.address);
    await page.waitForFunction(() => window.load !== undefined, undefined, { timeout: 60_000 });
    return await work(page);
  } finally {
    await page.close();
  }
}

async function bestOf(page: Page, dtype: Dtype, backend: Backend): Promise<Round> {
  await page.evaluate((name) => window.load.open(name), backend);
  let best: Round = {};
  for (let round = 0; round < rounds; round++) {
    const parts = await page.evaluate((kind) => window.load.round(kind), dtype);
    best = Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, best[name] && best[name].milliseconds < part.milliseconds ? best[name] : part]));
  }
  return best;
}

/** Milliseconds from the browser's storage to an open device. */
async function opened(page: Page, backend: Backend, dtype: Dtype, sampling: boolean): Promise<number> {
  await page.evaluate((name) => window.load.open(name), backend);
  return page.evaluate(([size, kind, samples]) => window.load.whole(size, kind, samples), [megabytes, dtype, sampling] as const);
}

async function memory(page: Page, dtype: Dtype, backend: Backend, bytes: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await page.evaluate((name) => window.load.open(name), backend);
  await session.send('HeapProfiler.collectGarbage');
  const [held, resident] = [await heldBy(session), residentPeak(await processOf(page))];
  let most = 0;
  await page.exposeFunction('sampleMemory', async () => void (most = Math.max(most, (await heldBy(session)) - held)));
  await page.evaluate(([size, kind]) => window.load.whole(size, kind, true), [megabytes, dtype] as const);
  const kernel = residentPeak(await processOf(page)) - resident;
  console.log(`    the page held at most ${(most / bytes).toFixed(3)} × the file in heap and array buffers, its process ${(kernel / bytes).toFixed(3)} ×`);
}

/** JavaScript's heap and the bytes of array buffers; WebAssembly's memory is not among them. */
async function heldBy(session: CDPSession): Promise<number> {
  const usage: { usedSize: number; backingStorageSize?: number } = await session.send('Runtime.getHeapUsage');
  return usage.usedSize + (usage.backingStorageSize ?? 0);
}

/** The page's process: the renderer with the most memory, since the others' pages are empty. */
async function processOf(page: Page): Promise<number> {
  const browser = page.context().browser();
  const session = await (browser ? browser.newBrowserCDPSession() : page.context().newCDPSession(page));
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  return processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id).sort((a, b) => residentPeak(b) - residentPeak(a))[0] ?? 0;
}

/** Most bytes that a process held at any time; 0 where the kernel does not tell. */
function residentPeak(id: number): number {
  try {
    return 1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function line(what: string, bytes: number, milliseconds: number): void {
  console.log(`  ${what.padEnd(28)} ${milliseconds.toFixed(1).padStart(9)} ms ${(bytes / MEGA / (milliseconds / 1000)).toFixed(0).padStart(8)} MB/s`);
}
