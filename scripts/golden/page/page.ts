/** Bundled for the browser: runs a folder of reference numbers that the local server grants. */
import { toReport, type FaultReport } from '../../../src/fault/fault.ts';
import type { GoldenFiles } from '../../../src/parity/golden_files.ts';
import { runGoldens, type CaseResult } from '../../../src/parity/run.ts';
import type { BackendName } from '../../../src/tensor/backends/backend_name.ts';
import { openBackend } from '../../../src/tensor/backends/open.ts';
import { WASM_PATHS } from '../../../src/tensor/backends/wasm_paths.ts';

export interface PageJob {
  readonly backend: BackendName;
  readonly group: string | undefined;
  /** Folders: what a person calls each, and where the server has it. */
  readonly dir: ServedFolder;
  readonly tokenizers: ServedFolder | undefined;
}

export interface ServedFolder {
  readonly name: string;
  readonly path: string;
}

declare global {
  interface Window {
    goldenCase(result: CaseResult): Promise<void>;
    /** Resolves to what went wrong, if anything did. */
    runGoldens(job: PageJob): Promise<FaultReport | undefined>;
  }
}

/** A folder of the local server; the listing tells what is there, so that nothing missing is asked for. */
async function served({ name, path }: ServedFolder): Promise<GoldenFiles> {
  const listing = (await (await fetch(path)).json()) as readonly { readonly name: string }[];
  const names = new Set(listing.map((file) => file.name));
  const get = async (file: string) => new Uint8Array(await (await fetch(path + file)).arrayBuffer());
  return {
    name,
    read: async (file) => {
      if (names.has(file)) return get(file);
      if (!names.has(`${file}.gz`)) return undefined;
      return new Uint8Array(await new Response(new Blob([await get(`${file}.gz`)]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer());
    },
  };
}

async function run({ backend, group, dir, tokenizers }: PageJob): Promise<void> {
  let lost: Error | undefined;
  await openBackend({ choice: backend, wasmPaths: WASM_PATHS, onFault: (fault) => (lost ??= fault) });
  const options = { gpu: backend === 'webgpu', group, tokenizers: tokenizers && (await served(tokenizers)) };
  for await (const result of runGoldens(await served(dir), options)) {
    if (lost) throw lost;
    await window.goldenCase(result);
  }
}

window.runGoldens = (job) => run(job).then(() => undefined, toReport);
