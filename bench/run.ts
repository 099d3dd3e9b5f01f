import { join } from 'node:path';
import { withBundle } from '../scripts/node_bundle.ts';

/**
 * Bundles one benchmark of this folder for Node as the app is bundled for the browser, and runs its `main`.
 *
 *   node --import tsx bench/run.ts wasm_kernels --quick
 */
const [name = '', ...options] = process.argv.slice(2);
await withBundle(join(import.meta.dirname, `${name}.ts`), (benchmark: { main(options: readonly string[]): Promise<void> | void }) => Promise.resolve(benchmark.main(options)));
