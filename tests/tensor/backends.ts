import { openBackend } from '../../src/tensor/backends/open.ts';
import type { BackendName } from '../../src/tensor/backends/backend_name.ts';

/** The backends that every numeric test of the node project runs on. */
export const NODE_BACKENDS: readonly BackendName[] = ['cpu', 'wasm'];

/** Opens a backend for a test; a GPU fault fails the test run. */
export async function open(choice: BackendName): Promise<void> {
  await openBackend({
    choice,
    onFault: (fault) => {
      throw fault;
    },
  });
}
