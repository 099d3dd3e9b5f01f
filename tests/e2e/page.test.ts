import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DIST, ensureBuilt } from '../../scripts/build_app.ts';
import { ensureBrowser } from '../../scripts/browser_install.ts';
import { CHROMIUM_FLAGS } from '../../scripts/browser.ts';
import { serve, type LabServer } from '../../scripts/serve.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const profile = mkdtempSync(join(tmpdir(), 'page-test-'));
const problems: string[] = [];
let server: LabServer;
let context: BrowserContext;
let page: Page;

declare global {
  interface Window {
    axe?: { run: () => Promise<{ violations: { id: string; nodes: { target: unknown }[] }[] }> };
  }
}

beforeAll(async () => {
  await ensureBuilt(() => undefined);
  server = await serve({ root: DIST });
  // Without motion: axe would measure the contrast of a colour that is on its way to another.
  context = await chromium.launchPersistentContext(profile, { executablePath: ensureBrowser().path, headless: true, args: [...CHROMIUM_FLAGS], acceptDownloads: true, reducedMotion: 'reduce' });
  await context.addInitScript(AXE);
  page = context.pages()[0] ?? (await context.newPage());
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  context.on('request', (request) => {
    if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(server.address)) problems.push(`asked for ${request.url()}`);
  });
  await page.goto(server.address);
});
afterAll(async () => {
  await context.close();
  await server.close();
  rmSync(profile, { recursive: true, force: true });
});

async function violations(): Promise<string[]> {
  const found = await page.evaluate(() => window.axe?.run());
  return found?.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => String(target)).join(' ')}`) ?? ['axe did not run'];
}

/** What the page says about the backend, its reason included. */
async function backend(): Promise<string> {
  await page.waitForFunction(() => /WebGPU|WASM|WebGL|JavaScript/.test(document.querySelector('header')?.textContent ?? ''));
  return (await page.locator('header').textContent())?.replace(/\s+/g, ' ') ?? '';
}

/** Sets a number of the form. */
async function set(label: string, value: number): Promise<void> {
  await page.getByLabel(label, { exact: true }).fill(String(value));
}

describe('the page, in real Chromium', () => {
  it('starts at one button, and says what computes and why', async () => {
    await page.getByRole('button', { name: 'Start distilling' }).waitFor();
    expect(await violations()).toEqual([]);
    await page.locator('details', { hasText: 'Steps at most' }).locator('summary').click();
    for (const [label, value] of [['Training rows', 200], ['Dev rows', 101], ['Batch size', 16], ['Steps at most', 90], ['Steps between evaluations', 0]] as const) await set(label, value);
    await page.getByRole('button', { name: 'Start distilling' }).click();
    await page.getByRole('progressbar').waitFor();
    await page.getByText(/step \d+ of 90/).first().waitFor();
    expect(await violations()).toEqual([]);
  });

  it('answers while it trains', async () => {
    const began = performance.now();
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    expect(performance.now() - began).toBeLessThan(2000);
  });

  it('after a reload finds the run, continues it from its checkpoint, and ends with the table', async () => {
    await page.getByText(/Saved at step/).waitFor();
    const before = await backend();
    await page.reload();
    expect(await backend()).toBe(before);
    const again = page.getByRole('button', { name: /^Continue / });
    await again.waitFor();
    await again.click();
    await page.getByRole('button', { name: 'Export the student' }).waitFor({ timeout: 240_000 });
    const rows = await page.getByLabel('Table of scores').getByRole('row').allInnerTexts();
    expect(rows.length).toBe(7);
    expect(await violations()).toEqual([]);
  });

  it('lets teacher and student answer a sentence', async () => {
    await page.getByRole('textbox').first().fill('the film is a joy .');
    await page.getByRole('button', { name: 'Ask' }).click();
    await page.getByText(/\d+(\.\d+)? ?%/).first().waitFor();
  });

  it('exports the student as a Hugging Face folder', async () => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export the student' }).click()]);
    const files = unzipSync(readFileSync(await download.path()));
    const names = Object.keys(files).map((name) => name.split('/').at(-1));
    expect(names).toEqual(expect.arrayContaining(['config.json', 'model.safetensors', 'tokenizer.json', 'README.md']));
  });

  it('had no error and asked for nothing from elsewhere', () => {
    expect(problems).toEqual([]);
  });
});
