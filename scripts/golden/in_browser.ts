import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { build } from 'vite';
import { Fault } from '../../src/fault/fault.ts';
import { assemblyScript } from '../assemblyscript_plugin.ts';
import { CHROMIUM_FLAGS } from '../browser.ts';
import { ensureBrowser } from '../browser_install.ts';
import { ROOT } from '../build_app.ts';
import { serve, type LabServer } from '../serve.ts';
import type { GoldenJob } from './job.ts';
import type { ServedFolder } from './page/page.ts';

const BUNDLES = join(ROOT, 'node_modules', '.cache', 'bundles');

/** Runs in a page of a headless Chromium, which has WebGPU (a software adapter where there is no GPU). */
export async function runInBrowser(job: GoldenJob): Promise<void> {
  const browser = ensureBrowser({ announce: (line) => console.error(line) });
  mkdirSync(BUNDLES, { recursive: true });
  const outDir = mkdtempSync(join(BUNDLES, 'page-'));
  let server: LabServer | undefined;
  try {
    await build({ configFile: false, logLevel: 'error', root: join(import.meta.dirname, 'page'), base: './', plugins: [assemblyScript()], build: { outDir, target: 'es2023', chunkSizeWarningLimit: 4000 } });
    server = await serve({ root: outDir, folders: { golden: job.dir, ...(job.tokenizers === undefined ? {} : { tokenizers: job.tokenizers }) } });
    await runInPage(server, browser.path, job);
  } finally {
    await server?.close();
    rmSync(outDir, { recursive: true, force: true });
  }
}

async function runInPage(server: LabServer, executablePath: string, { backend, group, dir, tokenizers, tell }: GoldenJob): Promise<void> {
  const browser = await chromium.launch({ executablePath, headless: true, args: [...CHROMIUM_FLAGS] });
  try {
    const page = await browser.newPage();
    await page.exposeFunction('goldenCase', tell);
    const broken = new Promise<never>((_resolve, reject) => {
      page.once('pageerror', reject);
      page.once('crash', () => reject(new Error('the page crashed')));
    });
    broken.catch(() => undefined);
    await page.goto(server.address);
    await Promise.race([broken, page.waitForFunction(() => window.runGoldens !== undefined, undefined, { timeout: 60_000 })]);
    const folder = (name: string, of: string): ServedFolder => ({ name: of, path: server.folder(name) });
    const given = { backend, group, dir: folder('golden', dir), tokenizers: tokenizers === undefined ? undefined : folder('tokenizers', tokenizers) };
    const fault = await Promise.race([broken, page.evaluate((pageJob) => window.runGoldens(pageJob), given)]);
    if (fault) throw new Fault(fault);
  } finally {
    await browser.close();
  }
}
