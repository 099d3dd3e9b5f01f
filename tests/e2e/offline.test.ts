import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesBelow } from '../../scripts/build/app_files.ts';
import { DIST, ensureBuilt, ROOT } from '../../scripts/build_app.ts';
import { ensureBrowser } from '../../scripts/browser_install.ts';
import { CHROMIUM_FLAGS } from '../../scripts/browser.ts';
import { CONTENT_SECURITY_POLICY } from '../../src/response_headers.ts';
import { staticHost } from './static_host.ts';

let browser: Browser;
let host: Awaited<ReturnType<typeof staticHost>>;

beforeAll(async () => {
  await ensureBuilt(() => undefined);
  browser = await chromium.launch({ executablePath: ensureBrowser().path, args: [...CHROMIUM_FLAGS] });
  host = await staticHost(DIST, '/course/lab/');
});
afterAll(async () => {
  await browser.close();
  host.close();
});

describe('the built app on a static host, under a sub-path', () => {
  it('asks for nothing from elsewhere, gets its headers from the service worker, and works without a network', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const requested: string[] = [];
    const problems: string[] = [];
    context.on('request', (request) => requested.push(request.url()));
    context.on('requestfailed', (request) => {
      const why = request.failure()?.errorText ?? '';
      if (why !== 'net::ERR_ABORTED') problems.push(`${request.url()}: ${why}`);
    });
    context.on('response', (response) => {
      if (response.status() >= 400) problems.push(`${response.url()}: ${response.status()}`);
    });
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    await page.goto(host.address);
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    // On a host without headers the page loads itself again, and a reload of ours must not meet that one half way.
    await page.waitForFunction(() => performance.getEntriesByType('navigation').some((entry) => 'type' in entry && entry.type === 'reload'));
    await page.waitForLoadState('networkidle');

    const second = await page.reload();
    expect(second?.headers()['content-security-policy']).toBe(CONTENT_SECURITY_POLICY);
    expect(second?.fromServiceWorker()).toBe(true);
    expect(problems).toEqual([]);

    host.close();
    await context.setOffline(true);
    const offline = await page.reload();
    expect(offline?.status()).toBe(200);
    await page.waitForFunction(() => (document.querySelector('#app')?.childElementCount ?? 0) > 0);
    const files = filesBelow(DIST).filter((path) => path !== 'service_worker.js');
    const lengths = await page.evaluate((paths) => Promise.all(paths.map(async (path) => (await (await fetch(path)).arrayBuffer()).byteLength)), files);
    expect(lengths).toEqual(files.map((path) => readFileSync(join(DIST, path)).length));

    expect(requested.filter((url) => !url.startsWith(host.address) && !url.startsWith('blob:') && !url.startsWith('data:'))).toEqual([]);
    await context.close();
  });
});

describe('the build', () => {
  it('leaves an archive of exactly the same files', () => {
    const archive = unzipSync(readFileSync(join(ROOT, 'dist.zip')));
    expect(Object.keys(archive).sort()).toEqual(filesBelow(DIST));
  });

  it('carries the licences of what the page and the worker are made of, as does the repository', () => {
    const notices = readFileSync(join(DIST, 'third-party.txt'), 'utf8');
    for (const name of ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-webgpu', 'svelte', 'uplot', 'idb-keyval', '@huggingface/tokenizers', 'fflate']) {
      expect(notices).toContain(`\n${name} `);
    }
    expect(existsSync(join(ROOT, 'THIRD_PARTY_NOTICES.md')) && readFileSync(join(ROOT, 'THIRD_PARTY_NOTICES.md'), 'utf8')).toContain(notices);
  });
});
