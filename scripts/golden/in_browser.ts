import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { Fault } from '../../src/fault/fault.ts';
import { CHROMIUM_FLAGS } from '../browser.ts';
import { ensureBrowser } from '../browser_install.ts';
import { builtPage, failureOf } from '../built_page.ts';
import type { LabServer } from '../serve.ts';
import type { GoldenJob } from './job.ts';
import type { ServedFolder } from './page/page.ts';

/** Runs in a page of a headless Chromium, which has WebGPU (a software adapter where there is no GPU). */
export async function runInBrowser(job: GoldenJob): Promise<void> {
  const browser = ensureBrowser({ announce: (line) => console.error(line) });
  const built = await builtPage(join(import.meta.dirname, 'page'), { golden: job.dir, ...(job.tokenizers === undefined ? {} : { tokenizers: job.tokenizers }) });
  try {
    await runInPage(built.server, browser.path, job);
  } finally {
    await built.close();
  }
}

async function runInPage(server: LabServer, executablePath: string, { backend, group, dir, tokenizers, tell }: GoldenJob): Promise<void> {
  const browser = await chromium.launch({ executablePath, headless: true, args: [...CHROMIUM_FLAGS] });
  try {
    const page = await browser.newPage();
    await page.exposeFunction('goldenCase', tell);
    const broken = failureOf(page);
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
