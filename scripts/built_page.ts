/** A small page of its own, built and served for a headless browser: benchmarks and reference numbers run in one. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { assemblyScript } from './assemblyscript_plugin.ts';
import { BUNDLES } from './node_bundle.ts';
import { serve, type LabServer } from './serve.ts';

export interface BuiltPage {
  readonly server: LabServer;
  /** Stops the server and removes what was built. */
  close(): Promise<void>;
}

/** Builds the folder that holds an index.html, and serves it beside the named folders of this machine. */
export async function builtPage(root: string, folders: Readonly<Record<string, string>> = {}): Promise<BuiltPage> {
  mkdirSync(BUNDLES, { recursive: true });
  const outDir = mkdtempSync(join(BUNDLES, 'page-'));
  const remove = () => rmSync(outDir, { recursive: true, force: true });
  try {
    await build({ configFile: false, logLevel: 'error', root, base: './', plugins: [assemblyScript()], build: { outDir, target: 'es2023', chunkSizeWarningLimit: 4000 } });
    const server = await serve({ root: outDir, folders });
    return { server, close: () => server.close().finally(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Rejects when the page fails outside of a call. */
export function failureOf(page: Page): Promise<never> {
  const broken = new Promise<never>((_resolve, reject) => {
    page.once('pageerror', reject);
    page.once('crash', () => reject(new Error('the page crashed')));
  });
  broken.catch(() => undefined);
  return broken;
}
