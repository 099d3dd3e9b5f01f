import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { Fault } from '../../src/fault/fault.ts';
import { assemblyScript } from '../assemblyscript_plugin.ts';
import { BUNDLES, type GoldenJob } from './job.ts';
import type { main } from './node_entry.ts';

/** Runs on a backend of Node, bundled as the app is bundled for the browser. */
export async function runInNode(job: GoldenJob): Promise<void> {
  mkdirSync(BUNDLES, { recursive: true });
  const outDir = mkdtempSync(join(BUNDLES, 'node-'));
  try {
    await build({
      configFile: false,
      logLevel: 'error',
      plugins: [assemblyScript()],
      ssr: { noExternal: true },
      build: { ssr: join(import.meta.dirname, 'node_entry.ts'), outDir, target: 'node20', rolldownOptions: { output: { codeSplitting: false } } },
    });
    const require = createRequire(import.meta.url);
    // tfjs's modules expect these two of every Node program.
    Object.assign(globalThis, { require, __dirname: dirname(require.resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm')) });
    const entry: { readonly main: typeof main } = await import(pathToFileURL(join(outDir, 'node_entry.js')).href);
    const fault = await entry.main(job);
    if (fault) throw new Fault(fault);
  } finally {
    rmSync(outDir, { recursive: true, force: true });
  }
}
