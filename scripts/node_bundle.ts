/** What needs tensors under Node, bundled as the app is bundled for the browser. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { assemblyScript } from './assemblyscript_plugin.ts';
import { ROOT } from './build_app.ts';

/** Where bundles are made before they run; each is removed after its use. */
export const BUNDLES = join(ROOT, 'node_modules', '.cache', 'bundles');

/**
 * Bundles a TypeScript file with all it imports and hands its exports to `use`.
 *
 * A bundle's classes are not the program's, so faults must cross as reports.
 */
export async function withBundle<M, T>(entry: string, use: (module: M) => Promise<T>): Promise<T> {
  mkdirSync(BUNDLES, { recursive: true });
  const outDir = mkdtempSync(join(BUNDLES, 'node-'));
  try {
    await build({
      configFile: false,
      logLevel: 'error',
      plugins: [assemblyScript()],
      ssr: { noExternal: true },
      build: { ssr: entry, outDir, target: 'node20', rolldownOptions: { output: { codeSplitting: false } } },
    });
    const require = createRequire(import.meta.url);
    // tfjs's modules expect these two of every Node program.
    Object.assign(globalThis, { require, __dirname: dirname(require.resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm')) });
    const module: M = await import(pathToFileURL(join(outDir, basename(entry).replace(/\.ts$/, '.js'))).href);
    return await use(module);
  } finally {
    rmSync(outDir, { recursive: true, force: true });
  }
}
