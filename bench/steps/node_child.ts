/** Gives Node WebGPU by the optional package `webgpu`, if it is there, and starts one side of the benchmark. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { withBundle } from '../../scripts/node_bundle.ts';
import type { main } from './node_side.ts';

interface Dawn {
  create(flags: string[]): GPU;
  readonly globals: Record<string, unknown>;
}

/** Undefined where the package is not installed. */
function dawn(): Dawn | undefined {
  try {
    return createRequire(import.meta.url)('webgpu') as Dawn;
  } catch {
    return undefined;
  }
}

const found = dawn();
if (found) {
  Object.assign(globalThis, found.globals);
  Object.defineProperty(globalThis, 'navigator', { configurable: true, value: { gpu: found.create([]), userAgent: 'node' } });
}
await withBundle(join(import.meta.dirname, 'node_side.ts'), async (side: { readonly main: typeof main }) => {
  side.main();
  process.send!('ready');
  await new Promise((resolve) => process.once('disconnect', resolve));
});
