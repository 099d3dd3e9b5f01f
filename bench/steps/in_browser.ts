import { join } from 'node:path';
import { chromium, type Browser, type CDPSession } from 'playwright-core';
import { CHROMIUM_FLAGS } from '../../scripts/browser.ts';
import { ensureBrowser } from '../../scripts/browser_install.ts';
import { builtPage, failureOf } from '../../scripts/built_page.ts';
import type { Host, Job, OpenSide } from './side.ts';

/** One headless Chromium for all sides, a page for each. */
export async function browserHost(): Promise<Host> {
  const found = ensureBrowser({ announce: (line) => console.error(line) });
  const built = await builtPage(join(import.meta.dirname, 'page'));
  const browser = await chromium.launch({ executablePath: found.path, headless: true, args: [...CHROMIUM_FLAGS] });
  const session = await browser.newBrowserCDPSession();
  return {
    description: `Chromium ${browser.version()}`,
    open: (job) => openPage(browser, session, built.server.address, job),
    close: async () => {
      await browser.close();
      await built.close();
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
    shorten: () => page.evaluate(() => window.side.shorten()),
    processorTime: () => browserTime(session),
    close: () => page.close(),
  };
}

/** Processor time of every process of the browser, in milliseconds. */
async function browserTime(session: CDPSession): Promise<number> {
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  return 1000 * processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}
