const NAME = 'tfjs-backend-wasm-simd.wasm';

/**
 * Rejects when tfjs's binary does not arrive or cannot be compiled here: tfjs itself would wait for it for ever.
 *
 * The browser has it in its cache when tfjs asks for it next.
 */
export async function checkBinary(paths: Readonly<Record<string, string>>): Promise<void> {
  const response = await answerOf(paths[NAME] ?? NAME);
  if (!response.ok) throw new Error(`${NAME} could not be loaded: status ${response.status}`);
  if (!WebAssembly.validate(await response.arrayBuffer())) throw new Error(`${NAME} cannot be compiled: this browser lacks WebAssembly SIMD, or the file is damaged`);
}

/** A request that fails is made once more: it can be cut off when a page reloads in the middle of it. */
async function answerOf(url: string): Promise<Response> {
  try {
    return await fetch(url, { credentials: 'same-origin' }).catch(() => fetch(url, { credentials: 'same-origin' }));
  } catch (error) {
    throw new Error(`${NAME} could not be loaded: ${error instanceof Error ? error.message : String(error)}`);
  }
}
