/** The tfjs backends that the lab knows, fastest first on a machine with a GPU. */
export type BackendName = 'webgpu' | 'wasm' | 'webgl' | 'cpu';
