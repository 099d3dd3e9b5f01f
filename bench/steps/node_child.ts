/** Gives Node WebGPU by the optional package `webgpu`, if it is there, and starts one side of the benchmark. */
import { join } from 'node:path';
import { withBundle } from '../../scripts/node_bundle.ts';
import { dawn } from './dawn.ts';
import type { main } from './node_side.ts';

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
