import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'vite';
import { assemblyScript } from '../scripts/assemblyscript_plugin.ts';

/**
 * Bundles one benchmark of this folder for Node as the app is bundled for the browser, and runs its `main`.
 *
 *   node --import tsx bench/run.ts wasm_kernels --quick
 */
const [name = '', ...options] = process.argv.slice(2);
const outDir = resolve(import.meta.dirname, '..', 'node_modules', '.cache', 'bench');
await build({
  configFile: false,
  logLevel: 'warn',
  plugins: [assemblyScript()],
  ssr: { noExternal: true },
  build: { ssr: join(import.meta.dirname, `${name}.ts`), outDir, emptyOutDir: false, target: 'node20', rolldownOptions: { output: { codeSplitting: false } } },
});

const require = createRequire(import.meta.url);
// tfjs's modules expect these two of every Node program.
Object.assign(globalThis, { require, __dirname: dirname(require.resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm')) });
const benchmark = await import(pathToFileURL(join(outDir, `${name}.js`)).href);
await benchmark.main(options);
