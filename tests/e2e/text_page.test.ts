import { readFileSync } from 'node:fs';
import { unzipSync } from 'fflate';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DIST, ensureBuilt } from '../../scripts/build_app.ts';
import { ensureBrowser } from '../../scripts/browser_install.ts';
import { CHROMIUM_FLAGS } from '../../scripts/browser.ts';
import { serve, type LabServer } from '../../scripts/serve.ts';

const WORDS = ['the', 'doctor', 'helped', 'farmer', 'dog', 'sleeps', 'village', 'red', 'car', 'bought', 'story', 'charming', 'old', 'teacher'];
const sentence = (i: number) => `The ${[1, 2, 3, 4, 5, 6].map((k) => WORDS[(i * k * k + k) % WORDS.length]).join(' ')}.`;
const article = (i: number) => `<doc id="${i}">\nTitle\n\n${Array.from({ length: 5 + (i % 37) }, (_, s) => sentence(31 * i + s)).join(' ')}\n</doc>\n`;
const file = (name: string, from: number, to: number) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(Array.from({ length: to - from }, (_, i) => article(from + i)).join('')) });
const FILES = [file('wiki_00', 0, 1500), file('wiki_01', 1500, 3000)];

const problems: string[] = [];
let server: LabServer;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  await ensureBuilt(() => undefined);
  server = await serve({ root: DIST });
  browser = await chromium.launch({ executablePath: ensureBrowser().path, headless: true, args: [...CHROMIUM_FLAGS] });
  page = await (await browser.newContext({ reducedMotion: 'reduce' })).newPage();
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await page.goto(`${server.address}#/text`);
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

const fill = (label: string, value: string) => page.getByLabel(label, { exact: true }).fill(value);
const button = (name: string) => page.getByRole('button', { name, exact: true });
async function begin(name: string): Promise<void> {
  await page.getByLabel('Pick files').first().setInputFiles(FILES);
  await fill('Name', name);
  await fill('Training shards', '40');
  await fill('Test shards', '4');
  await fill('Times over', '3');
  await button('Make samples').click();
}

/** The files of the set that was made last, as they are saved. */
async function saved(name: string): Promise<Record<string, Uint8Array>> {
  const [download] = await Promise.all([page.waitForEvent('download'), button(`Export ${name}`).first().click()]);
  return unzipSync(new Uint8Array(readFileSync(await download.path())));
}

describe('the page of texts, as it is built', () => {
  it('goes on after a reload in the midst of a making, with the same bits', async () => {
    await begin('sea');
    await page.getByText(/^Done/).waitFor({ timeout: 120_000 });
    const whole = await saved('sea');
    await button('Delete sea').click();
    await button('Delete the samples').click();
    await page.getByText('None yet.').first().waitFor();
    await begin('sea');
    await page.getByText('Making samples', { exact: true }).waitFor({ timeout: 120_000 });
    await page.reload();
    await page.getByText(/^Not finished: \d+ files of samples are made/).waitFor();
    expect(await button('Go on with sea').isEnabled()).toBe(true);
    await button('Go on with sea').click();
    await page.getByText(/^Done/).waitFor({ timeout: 120_000 });
    const again = await saved('sea');
    expect(Object.keys(whole)).toHaveLength(44 * 3 + 1);
    expect(Object.keys(again)).toEqual(Object.keys(whole));
    for (const [name, bytes] of Object.entries(whole)) expect(Buffer.compare(bytes, again[name]!), name).toBe(0);
  });

  it('distils on the samples that it made', async () => {
    await button('Distil on sea').click();
    expect(await page.getByLabel('Text', { exact: true }).locator('option:checked').textContent()).toBe('sea, up to 64 tokens');
    await page.getByText('More settings').click();
    await fill('Steps at most', '3');
    await page.getByLabel('Train the student on masked words alone, too').uncheck();
    await button('Start distilling').click();
    await page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'Student, distilled' }) }).waitFor({ timeout: 300_000 });
    await page.getByRole('button', { name: 'Export text-masked_lm_distill-layers-3-7-11-seed-42' }).waitFor({ timeout: 60_000 });
  });

  it('asks nothing of others, and breaks no rule of its policy', () => expect(problems).toEqual([]));
});
