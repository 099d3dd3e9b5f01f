import { join } from 'node:path';
import { Fault } from '../../src/fault/fault.ts';
import { withBundle } from '../node_bundle.ts';
import type { GoldenJob } from './job.ts';
import type { main } from './node_entry.ts';

/** Runs on a backend of Node. */
export function runInNode(job: GoldenJob): Promise<void> {
  return withBundle(join(import.meta.dirname, 'node_entry.ts'), async (entry: { readonly main: typeof main }) => {
    const fault = await entry.main(job);
    if (fault) throw new Fault(fault);
  });
}
