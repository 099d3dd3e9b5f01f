/** Bundled for Node: opens a backend and runs a folder of reference numbers. */
import { toReport, type FaultReport } from '../../src/fault/fault.ts';
import { runGoldens } from '../../src/parity/run.ts';
import { openBackend } from '../../src/tensor/backends/open.ts';
import { folderOnDisk } from './disk.ts';
import type { GoldenJob } from './job.ts';

/** Resolves to what went wrong, if anything did: a bundle's faults are of another class than the program's. */
export function main(job: GoldenJob): Promise<FaultReport | undefined> {
  return run(job).then(() => undefined, toReport);
}

async function run({ backend, dir, tokenizers, group, tell }: GoldenJob): Promise<void> {
  const onFault = (fault: Error) => {
    throw fault;
  };
  await openBackend({ choice: backend, onFault });
  const options = { gpu: false, group, tokenizers: tokenizers === undefined ? undefined : folderOnDisk(tokenizers) };
  for await (const result of runGoldens(folderOnDisk(dir), options)) tell(result);
}
