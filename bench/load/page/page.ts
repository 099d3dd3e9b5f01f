/** Bundled for the browser: makes weights, keeps them as a download is kept, and loads them from there. */
import { writeConfig } from '../../../src/formats/config_json.ts';
import { checkFinite, readSafetensors, toFloat32 } from '../../../src/formats/safetensors.ts';
import { filesFolder } from '../../../src/hub/folder.ts';
import { readModelFolder } from '../../../src/hub/model_folder.ts';
import type { ModelConfig } from '../../../src/model/config.ts';
import { fromFile } from '../../../src/model/names.ts';
import { dispose, upload, type Weights } from '../../../src/model/weights.ts';
import { Downloads } from '../../../src/store/downloads.ts';
import { openBackend } from '../../../src/tensor/backends/open.ts';
import { WASM_PATHS } from '../../../src/tensor/backends/wasm_paths.ts';
import type { LabWebGPUBackend } from '../../../src/tensor/backends/webgpu.ts';
import * as tf from '../../../src/tensor/tf.ts';
import { fileOf, modelOf, type Dtype } from '../model.ts';

export type Backend = 'webgpu' | 'wasm';
/** Milliseconds of each part, and the bytes that went through it. */
export type Round = Readonly<Record<string, { readonly milliseconds: number; readonly bytes: number }>>;

declare global {
  interface Window {
    /** Notes the memory of this page; the page waits meanwhile. */
    sampleMemory(): Promise<void>;
    load: {
      /** Bytes of the file that was kept. */
      make(megabytes: number, dtype: Dtype): Promise<number>;
      open(backend: Backend): Promise<string>;
      /** Every part once. */
      round(dtype: Dtype): Promise<Round>;
      /** From the browser's storage to the device: milliseconds. With samples of the memory on the way, which take time. */
      whole(megabytes: number, dtype: Dtype, sampling: boolean): Promise<number>;
    };
  }
}

const FILE = 'model.safetensors';
const PART_BYTES = 8 * 2 ** 20;
const downloads = new Downloads();

window.load = {
  async make(megabytes, dtype) {
    let [offset, waiting, held] = [0, [] as BlobPart[], 0];
    const flush = async () => {
      await downloads.add(dtype, FILE, offset, new Blob(waiting));
      [offset, waiting, held] = [offset + held, [], 0];
    };
    await downloads.begin(dtype, { path: FILE, size: 0, tag: '' });
    for (const bytes of fileOf(modelOf(megabytes), dtype, 7)) {
      waiting.push(bytes);
      held += bytes.length;
      if (held >= PART_BYTES) await flush();
    }
    await flush();
    return offset;
  },

  async open(backend) {
    const { adapter } = await openBackend({ choice: backend, wasmPaths: WASM_PATHS, onFault: (fault) => { throw fault; } });
    return adapter;
  },

  async round(dtype) {
    const parts: Record<string, { milliseconds: number; bytes: number }> = {};
    const bytes = await timed(parts, 'read from IndexedDB', async () => new Uint8Array(await (await kept(dtype)).arrayBuffer()), (read) => read.length);
    await timed(parts, 'plain copy', () => bytes.slice(), () => bytes.length);
    const { tensors } = await timed(parts, 'parse', () => readSafetensors(bytes, dtype), () => bytes.length);
    const floats = await timed(parts, 'to float32', () => [...tensors.values()].map((tensor) => ({ shape: tensor.shape, data: toFloat32(tensor, dtype) })), () => bytes.length);
    await timed(parts, 'check that all is finite', () => floats.forEach(({ data }) => checkFinite(data, dtype)), () => bytes.length);
    await timed(parts, 'upload', () => toDevice(new Map(floats.map((tensor, i) => [String(i), tensor]))).then(dispose), () => floats.reduce((sum, { data }) => sum + data.byteLength, 0));
    return parts;
  },

  async whole(megabytes, dtype, sampling) {
    const sample = sampling ? window.sampleMemory : async () => undefined;
    const config = new Blob([writeConfig(modelOf(megabytes), 'BertForSequenceClassification')]);
    await sample();
    const began = performance.now();
    const folder = filesFolder('bench', [{ name: 'config.json', blob: config }, { name: FILE, blob: await kept(dtype) }]);
    const loaded = await readModelFolder(folder, { onProgress: () => undefined });
    await sample();
    const { weights } = fromFile(loaded.config, loaded.tensors);
    const parameters = await toDevice(weights.tensors, sample);
    const milliseconds = performance.now() - began;
    await sample();
    dispose(parameters);
    return milliseconds;
  },
};

async function timed<T>(parts: Record<string, { milliseconds: number; bytes: number }>, name: string, work: () => T | Promise<T>, bytes: (result: T) => number): Promise<T> {
  const began = performance.now();
  const result = await work();
  parts[name] = { milliseconds: performance.now() - began, bytes: bytes(result) };
  return result;
}

/** The file as the page's own store has it: parts of a download. */
async function kept(dtype: Dtype): Promise<Blob> {
  const file = await downloads.get(dtype, FILE);
  return new Blob([...(file?.parts ?? [])]);
}

const NONE: ModelConfig = modelOf(0);

/** Uploads tensor by tensor; on WebGPU tfjs would wait for the first use. */
async function toDevice(tensors: Weights['tensors'], between?: () => Promise<void>): Promise<Map<string, tf.Variable>> {
  const all = new Map<string, tf.Variable>();
  for (const [name, tensor] of tensors) {
    for (const [part, variable] of upload({ config: NONE, heads: [], tensors: new Map([[name, tensor]]) }, false)) {
      all.set(part, variable);
      if (tf.getBackend() === 'webgpu') (tf.backend() as LabWebGPUBackend).uploadToGPU(variable.dataId);
    }
    await between?.();
  }
  if (tf.getBackend() === 'webgpu') await (tf.backend() as LabWebGPUBackend).device.queue.onSubmittedWorkDone();
  return all;
}
