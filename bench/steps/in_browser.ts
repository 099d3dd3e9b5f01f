import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type CDPSession, type Page } from 'playwright-core';
import { build } from 'vite';
import { assemblyScript } from '../../scripts/assemblyscript_plugin.ts';
import { CHROMIUM_FLAGS } from '../../scripts/browser.ts';
import { ensureBrowser } from '../../scripts/browser_install.ts';
import { ROOT } from '../../scripts/build_app.ts';
import { serve } from '../../scripts/serve.ts';
import type { Host, Job, OpenSide } from './side.ts';

const BUNDLES = join(ROOT, 'node_modules', '.cache', 'bundles');

/** One headless Chromium for all sides, a page for each. */
export async function browserHost(): Promise<Host> {
  const found = ensureBrowser({ announce: (line) => console.error(line) });
  mkdirSync(BUNDLES, { recursive: true });
  const outDir = mkdtempSync(join(BUNDLES, 'bench-'));
  await build({ configFile: false, logLevel: 'error', root: join(import.meta.dirname, 'page'), base: './', plugins: [assemblyScript()], build: { outDir, target: 'es2023', chunkSizeWarningLimit: 4000 } });
  const server = await serve({ root: outDir });
  const browser = await chromium.launch({ executablePath: found.path, headless: true, args: [...CHROMIUM_FLAGS] });
  const session = await browser.newBrowserCDPSession();
  return {
    description: `Chromium ${browser.version()}`,
    open: (job) => openPage(browser, session, server.address, job),
    close: async () => {
      await browser.close();
      await server.close();
      rmSync(outDir, { recursive: true, force: true });
    },
  };
}

async function openPage(browser: Browser, session: CDPSession, address: string, job: Job): Promise<OpenSide> {
  const page = await browser.newPage();
  const broken = failureOf(page);
  await page.goto(address);
  await Promise.race([broken, page.waitForFunction(() => window.side !== undefined, undefined, { timeout: 60_000 })]);
  const adapter = await Promise.race([broken, page.evaluate((given) => window.side.open(given), job)]);
  return {
    adapter,
    step: () => Promise.race([broken, page.evaluate(() => window.side.step())]),
    processorTime: () => browserTime(session),
    close: () => page.close(),
  };
}

/** Rejects when the page fails outside of a call. */
function failureOf(page: Page): Promise<never> {
  const broken = new Promise<never>((_resolve, reject) => {
    page.once('pageerror', reject);
    page.once('crash', () => reject(new Error('the page crashed')));
  });
  broken.catch(() => undefined);
  return broken;
}

/** Processor time of every process of the browser, in milliseconds. */
async function browserTime(session: CDPSession): Promise<number> {
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  return 1000 * processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}
