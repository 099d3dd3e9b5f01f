import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DIST, ensureBuilt, ROOT } from '../../scripts/build_app.ts';
import { ensureBrowser } from '../../scripts/browser_install.ts';
import { CHROMIUM_FLAGS } from '../../scripts/browser.ts';
import { serve, type LabServer } from '../../scripts/serve.ts';

const MODEL = join(ROOT, 'public', 'models', 'mini-bert-rte');
const FILES = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors'];
const bytesOf = (name: string) => readFileSync(join(MODEL, name));
const problems: string[] = [];
const asked: { url: string; range: string | undefined; token: string | undefined }[] = [];
let server: LabServer;
let browser: Browser;
let page: Page;
let breaks = 1;

/** A stand-in for the Hub at its own address: the page's security policy and the browser's rules for other origins hold. */
async function hub(): Promise<void> {
  await page.context().route('https://huggingface.co/**', async (route) => {
    const request = route.request();
    const [url, range, token] = [request.url(), request.headers()['range'], request.headers()['authorization']];
    const headers = { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'authorization, range', 'access-control-expose-headers': 'ETag, Link, Content-Range' };
    if (request.method() === 'OPTIONS') return route.fulfill({ status: 204, headers });
    asked.push({ url, range, token });
    if (url.includes('/tree/')) return route.fulfill({ status: 200, headers, json: FILES.map((path) => ({ type: 'file', path, size: bytesOf(path).length, oid: path })) });
    const name = url.slice(url.lastIndexOf('/') + 1);
    const start = Number(/bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0);
    if (name === 'model.safetensors' && breaks-- > 0) return route.abort('connectionreset');
    const body = bytesOf(name);
    return route.fulfill({ status: range ? 206 : 200, headers: { ...headers, ...(range ? { 'content-range': `bytes ${start}-${body.length - 1}/${body.length}` } : {}) }, body: body.subarray(start) });
  });
}

beforeAll(async () => {
  await ensureBuilt(() => undefined);
  server = await serve({ root: DIST });
  browser = await chromium.launch({ executablePath: ensureBrowser().path, headless: true, args: [...CHROMIUM_FLAGS] });
  page = await browser.newPage();
  page.on('pageerror', (error) => problems.push(error.message));
  await hub();
  await page.goto(server.address);
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

const use = async () => {
  const summary = page.getByText('A model from the Hub or an address');
  await summary.waitFor();
  if (!(await page.getByLabel(/Name on the Hugging Face Hub/).isVisible())) await summary.click();
};

it('a model of the Hub becomes the teacher of a run, and needs no network the second time', async () => {
  await use();
  await page.getByLabel(/Access token/).and(page.locator(':visible')).fill('hf_secret');
  await page.getByLabel(/Name on the Hugging Face Hub/).fill('org/mini-rte@v2');
  await page.getByRole('button', { name: 'Fetch', exact: true }).click();
  await page.getByText('Recognised: Teacher in “org/mini-rte@v2”.').waitFor();
  expect(asked[0]).toMatchObject({ url: expect.stringContaining('/api/models/org/mini-rte/tree/v2'), token: 'Bearer hf_secret' });
  expect(asked.filter(({ url }) => url.endsWith('model.safetensors')).length).toBe(2);
  await page.getByRole('button', { name: 'Use org/mini-rte@v2' }).waitFor();
  asked.length = 0;
  await page.reload();
  await use();
  await page.getByRole('button', { name: 'Use org/mini-rte@v2' }).click();
  await page.getByText('Recognised: Teacher in “org/mini-rte@v2”.').waitFor();
  expect(asked).toEqual([]);
  expect(await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]))).not.toContain('hf_');
  expect(problems).toEqual([]);
});

it('such a teacher is trained with', async () => {
  await page.getByLabel('Task', { exact: true }).selectOption('rte');
  await page.locator('details', { hasText: 'Steps at most' }).locator('summary').click();
  for (const [label, value] of [['Training rows', 200], ['Dev rows', 101], ['Batch size', 16], ['Steps at most', 2], ['Steps between evaluations', 0]] as const) await page.getByLabel(label, { exact: true }).fill(String(value));
  await page.getByRole('button', { name: 'Start distilling' }).click();
  await page.getByRole('button', { name: 'Export the student' }).waitFor({ timeout: 60_000 });
  expect(problems).toEqual([]);
});
