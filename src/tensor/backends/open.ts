import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '../tf.ts';
import { Fault } from '../../fault/fault.ts';
import type { BackendName } from './backend_name.ts';
import { checkBinary } from '../wasm/binary.ts';
import { findAdapter, openDevice, type AdapterReport } from '../device.ts';

/** What runs, and why: shown on the page, printed by the command line, written into the run's record. */
export interface BackendReport {
  readonly backend: BackendName;
  readonly reason: string;
  readonly adapter: string;
  readonly remedy: string;
}

/** Where tfjs's WASM binaries are: the bundler's addresses, or undefined under Node, where tfjs finds them itself. */
export type WasmPaths = Readonly<Record<string, string>> | undefined;

export interface OpenOptions {
  readonly choice: BackendName | 'auto';
  readonly wasmPaths?: WasmPaths;
  /** Called once when the GPU device is lost or refuses a command. */
  onFault(fault: Fault): void;
}

/** Opens each backend; resolves to the name of the adapter, rejects when the backend cannot run here. */
const OPENERS: Record<BackendName, (options: OpenOptions, found: AdapterReport | undefined) => Promise<string>> = {
  async webgpu({ onFault }, found) {
    if (!found) throw new Error('the browser offers no WebGPU adapter');
    const { LabWebGPUBackend } = await import('./webgpu.ts');
    const device = await openDevice(found.adapter, onFault);
    if (tf.findBackendFactory('webgpu')) tf.removeBackend('webgpu');
    tf.registerBackend('webgpu', () => new LabWebGPUBackend(device, found.adapter.info), 3);
    // Program 3 is the packed product: the automatic choice may split K and add with atomics, in no fixed order.
    tf.env().set('WEBGPU_MATMUL_PROGRAM_TYPE', 3);
    tf.env().set('WEBGPU_CPU_FORWARD', false);
    await activate('webgpu');
    return found.description;
  },
  async wasm({ wasmPaths }) {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    // tfjs's threaded build needs blob workers, which the content security policy forbids, and gains little.
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    if (wasmPaths) {
      await checkBinary(wasmPaths);
      setWasmPaths(wasmPaths);
    }
    await activate('wasm');
    const { openSimd } = await import('../wasm/open.ts');
    await openSimd(tf.backend() as BackendWasm);
    return 'WebAssembly with SIMD, one thread';
  },
  async webgl() {
    await import('@tensorflow/tfjs');
    await activate('webgl');
    return 'WebGL 2';
  },
  async cpu() {
    await import('@tensorflow/tfjs');
    await activate('cpu');
    return 'plain JavaScript';
  },
};

/** A start that fails is tried once more: fetching a binary can be cut off when a page reloads in the middle of it. */
async function activate(name: BackendName): Promise<void> {
  if (!(await tf.setBackend(name)) && !(await tf.setBackend(name))) throw new Error(`tfjs could not initialise its ${name} backend`);
  await tf.ready();
}

/** Order of trying when nobody chose; a software adapter is slower than WASM, so it is left out. */
function candidates(found: AdapterReport | undefined): BackendName[] {
  return found && !found.software ? ['webgpu', 'wasm', 'webgl', 'cpu'] : ['wasm', 'webgl', 'cpu'];
}

function reasonFor(backend: BackendName, choice: string, found: AdapterReport | undefined): string {
  if (choice !== 'auto') return 'chosen by the person';
  if (backend === 'webgpu') return 'a hardware GPU was found';
  if (!found) return 'the browser offers no WebGPU adapter';
  return found.software ? `the only WebGPU adapter is software (${found.description})` : 'the faster backends could not start';
}

const REMEDY = 'For the GPU: use a current Chrome, Edge, Safari or Firefox with hardware acceleration switched on, on a machine with a GPU.';

/**
 * Opens the backend that was asked for, or the best one, and says which and why.
 *
 * A chosen backend that cannot run is an error, never silently another one.
 */
export async function openBackend(options: OpenOptions): Promise<BackendReport> {
  const found = await findAdapter();
  const order = options.choice === 'auto' ? candidates(found) : [options.choice];
  const failures: string[] = [];
  for (const backend of order) {
    try {
      if (!Object.hasOwn(OPENERS, backend)) throw new Error(`there is no such backend, but ${Object.keys(OPENERS).join(', ')}`);
      const adapter = await OPENERS[backend](options, found);
      const reason = [reasonFor(backend, options.choice, found), ...failures].join('; ');
      return { backend, reason, adapter, remedy: backend === 'webgpu' ? '' : REMEDY };
    } catch (error) {
      failures.push(`${backend}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Fault({
    code: 'no-backend',
    where: 'compute backend',
    expected: options.choice === 'auto' ? 'one of WebGPU, WASM, WebGL or plain JavaScript to start' : `the ${options.choice} backend to start`,
    got: failures.join('; '),
    remedy: options.choice === 'auto' ? REMEDY : `Choose another backend, or "auto". ${REMEDY}`,
  });
}
