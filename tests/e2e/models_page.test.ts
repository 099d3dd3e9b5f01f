import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DIST, ensureBuilt, ROOT } from '../../scripts/build_app.ts';
import { ensureBrowser } from '../../scripts/browser_install.ts';
import { CHROMIUM_FLAGS } from '../../scripts/browser.ts';
import { serve, type LabServer } from '../../scripts/serve.ts';
import { FakeHub } from '../hub/fake_hub.ts';
import { selfSigned } from '../hub/self_signed.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const FOLDER = join(ROOT, 'public', 'models', 'mini-bert-rte');
const FILES = Object.fromEntries(['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors'].map((name) => [name, new Uint8Array(readFileSync(join(FOLDER, name)))]));
const CDN = 'https://cdn-lfs.huggingface.co';
const HALF = 700_001;
const problems: string[] = [];
let hub: FakeHub;
let server: LabServer;
let browser: Browser;
let page: Page;

/** The Hub's own names lead to the stand-in, so that the page's policy and the browser's rules for other origins hold. */
beforeAll(async () => {
  hub = new FakeHub({ 'org/open': { main: FILES }, 'org/secret': { v2: FILES } }, { 'org/secret': 'hf_right' }, selfSigned('huggingface.co'));
  hub.cdn = CDN;
  hub.linger = 3000;
  await hub.start();
  const { port } = new URL(hub.address);
  hub.address = 'https://huggingface.co';
  await ensureBuilt(() => undefined);
  server = await serve({ root: DIST });
  const rules = ['huggingface.co', 'cdn-lfs.huggingface.co'].map((host) => `MAP ${host} 127.0.0.1:${port}`).join(', ');
  browser = await chromium.launch({ executablePath: ensureBrowser().path, headless: true, args: [...CHROMIUM_FLAGS, `--host-resolver-rules=${rules}`, '--ignore-certificate-errors'] });
  const context = await browser.newContext({ reducedMotion: 'reduce', ignoreHTTPSErrors: true });
  await context.addInitScript(AXE);
  page = await context.newPage();
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(`${server.address}#/models`);
});
afterAll(async () => {
  await browser.close();
  await server.close();
  hub.stop();
});
beforeEach(() => {
  hub.seen.length = 0;
});

const fetchModel = async (name: string): Promise<void> => {
  await page.getByLabel(/Name on the Hugging Face Hub/).fill(name);
  await page.getByRole('button', { name: 'Fetch', exact: true }).click();
};
const says = (text: string | RegExp) => page.getByRole('status').filter({ hasText: text }).waitFor({ timeout: 120_000 });
const looked = () => says('All values were looked at.');
const asked = () => hub.asked('model.safetensors').filter(({ method, path }) => method === 'GET' && path.startsWith('/cdn'));

describe('the page of models, with a Hub over HTTPS', () => {
  it('says what is not there, and what may not be read', async () => {
    await fetchModel('org/none');
    await says('Check the name and the revision.');
    await fetchModel('org/secret@v2');
    await says('or give an access token.');
    await page.getByLabel(/Access token/).fill('password');
    await fetchModel('org/secret@v2');
    await says('a token of the Hub, which begins with hf_');
    expect(hub.seen.every(({ token }) => token === undefined)).toBe(true);
  });

  it('reads a private model over a redirect and a broken connection, and keeps the token to the Hub', async () => {
    hub.breaks.set('model.safetensors', [HALF]);
    await page.getByLabel(/Access token/).fill('hf_right');
    await fetchModel('org/secret@v2');
    await looked();
    expect(await page.getByRole('heading', { level: 2, name: 'org/secret@v2' }).count()).toBe(1);
    expect(asked().map(({ range }) => range)).toEqual([undefined, `bytes=${HALF}-`]);
    expect(asked().map(({ token }) => token)).toEqual([undefined, undefined]);
    expect(hub.seen.find(({ method, path }) => method === 'GET' && path.includes('/tree/'))?.token).toBe('hf_right');
    expect(await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]))).not.toContain('hf_');
    expect(await page.getByRole('row', { name: /^bert\.embeddings\.word_embeddings\.weight .* F16 \[2200, 64\]/ }).count()).toBe(1);
    await page.getByLabel('Name contains').fill('pooler');
    expect((await page.evaluate(() => window.axe?.run()))?.violations.map(({ id, nodes }) => `${id} ${nodes.length}`)).toEqual([]);
  });

  it('stops, and goes on from the byte that is missing, after the tab was opened anew', async () => {
    hub.stalls.set('model.safetensors', [HALF]);
    await fetchModel('org/open');
    await page.getByText(/^model\.safetensors: 700 kB of 1\.\d MB/).waitFor();
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await says('Stopped. What has arrived is kept');
    await page.reload();
    await page.getByText(/not whole yet/).waitFor();
    hub.seen.length = 0;
    await page.getByRole('button', { name: 'Go on with org/open@main' }).click();
    await looked();
    expect(asked().map(({ range }) => range)).toEqual([`bytes=${HALF}-`]);
    expect(hub.asked('tokenizer.json')).toEqual([]);
  });

  it('needs no network for what is kept, makes it the teacher, and deletes it', async () => {
    await page.reload();
    await page.getByRole('button', { name: 'Inspect org/open@main' }).click();
    await looked();
    expect(hub.seen).toEqual([]);
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save as zip' }).click()]);
    const saved = unzipSync(readFileSync(await download.path()));
    expect([download.suggestedFilename(), ...Object.keys(saved)]).toEqual(['org-open.zip', ...['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json', 'README.md'].map((name) => `org-open/${name}`)]);
    await page.getByRole('button', { name: 'Use as teacher' }).click();
    await page.getByText('Your own files').click();
    await page.getByText(/^org\/open: config\.json, tokenizer\.json/).waitFor();
    await page.getByRole('link', { name: 'Models' }).click();
    await page.getByRole('button', { name: 'Delete org/open@main' }).click();
    await page.getByRole('button', { name: 'Inspect org/open@main' }).waitFor({ state: 'detached' });
    expect(problems).toEqual([]);
  });
});
