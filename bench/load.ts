/**
 * How quickly weights come in: parse, check, widen and upload, beside a plain copy of the same bytes, and the memory held.
 *
 *   node --import tsx bench/run.ts load                     (a tenth of BERT-base, 44 MB in F32)
 *   node --import tsx bench/run.ts load --megabytes 440     (BERT-base)
 *
 * Megabytes a second of the file's own bytes in processor time, the best of 5 rounds: on a busy machine the best is nearer
 * to what the code costs. Memory is what typed arrays hold at most while a folder is read and uploaded, as a share of the file.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as tf from '../src/tensor/tf.ts';
import { openBackend } from '../src/tensor/backends/open.ts';
import { writeConfig } from '../src/formats/config_json.ts';
import { checkFinite, readSafetensors, toFloat32, writeSafetensors, type NamedTensor } from '../src/formats/safetensors.ts';
import { readModelFolder } from '../src/hub/model_folder.ts';
import type { Folder } from '../src/hub/folder.ts';
import type { ModelConfig } from '../src/model/config.ts';
import { fileName, fromFile } from '../src/model/names.ts';
import { parameterSpecs } from '../src/model/parameters.ts';
import { dispose, upload } from '../src/model/weights.ts';

const ROUNDS = 5;
const MEGA = 1e6;

const BERT_BASE: ModelConfig = {
  model_type: 'bert', vocab_size: 30_522, hidden_size: 768, num_hidden_layers: 12, num_attention_heads: 12, intermediate_size: 3072, hidden_act: 'gelu',
  hidden_dropout_prob: 0.1, attention_probs_dropout_prob: 0.1, max_position_embeddings: 512, type_vocab_size: 2, initializer_range: 0.02,
  layer_norm_eps: 1e-12, pad_token_id: 0, labels: ['no', 'yes'],
};

/** Tensors of a BERT of about so many megabytes in F32: BERT-base with fewer words and layers. */
function tensorsOf(megabytes: number): { config: ModelConfig; tensors: NamedTensor[] } {
  const share = Math.min(1, megabytes / 440);
  const config = { ...BERT_BASE, vocab_size: Math.ceil(share * BERT_BASE.vocab_size), num_hidden_layers: Math.max(1, Math.round(share * BERT_BASE.num_hidden_layers)) };
  const tensors = parameterSpecs(config, ['classification']).map(({ name, shape }) => {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    for (let i = 0; i < data.length; i++) data[i] = ((i % 251) - 125) / 4096;
    return { name: fileName(name, config), shape, data };
  });
  return { config, tensors };
}

/** F16 bytes are a valid BF16 file of other values, so the dtype alone is changed in the header. */
function asBF16(file: Uint8Array): Uint8Array {
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const header = new TextDecoder().decode(file.subarray(8, 8 + length)).replaceAll('"F16"', '"BF16"');
  const text = new TextEncoder().encode(header);
  const out = new Uint8Array(8 + text.length + file.length - 8 - length);
  new DataView(out.buffer).setBigUint64(0, BigInt(text.length), true);
  out.set(text, 8);
  out.set(file.subarray(8 + length), 8 + text.length);
  return out;
}

function best(call: () => unknown): number {
  let least = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.cpuUsage();
    call();
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

function line(what: string, bytes: number, milliseconds: number): void {
  console.log(`${what.padEnd(34)} ${milliseconds.toFixed(2).padStart(9)} ms ${(bytes / MEGA / (milliseconds / 1000)).toFixed(0).padStart(8)} MB/s`);
}

function formats(tensors: readonly NamedTensor[]): Uint8Array {
  const f32 = writeSafetensors(tensors, { dtype: 'F32' });
  const f16 = writeSafetensors(tensors, { dtype: 'F16' });
  const files = [['F32', f32], ['F16', f16], ['BF16', asBF16(f16)]] as const;
  for (const [dtype, bytes] of files) {
    line(`${dtype}: plain copy`, bytes.length, best(() => bytes.slice()));
    line(`${dtype}: parse`, bytes.length, best(() => readSafetensors(bytes, dtype)));
    const parsed = [...readSafetensors(bytes, dtype).tensors.values()];
    line(`${dtype}: to float32`, bytes.length, best(() => parsed.map((tensor) => toFloat32(tensor, dtype))));
    const floats = parsed.map((tensor) => toFloat32(tensor, dtype));
    if (dtype === 'F32') line(`${dtype}: check that all is finite`, bytes.length, best(() => floats.forEach((values) => checkFinite(values, dtype))));
  }
  return f32;
}

function collectGarbage(): void {
  setFlagsFromString('--expose_gc');
  runInNewContext('gc')();
}

/** Peak of what typed arrays hold while a folder is read and uploaded. */
async function whole(config: ModelConfig, f32: Uint8Array): Promise<void> {
  const files = new Map([['config.json', new TextEncoder().encode(writeConfig(config, 'BertForSequenceClassification'))], ['model.safetensors', f32]]);
  const held = () => process.memoryUsage().arrayBuffers;
  let [before, peak] = [0, 0];
  const sample = () => (peak = Math.max(peak, held() - before));
  // As from the browser's storage: each read gives bytes of its own.
  const folder: Folder = { name: 'bench', has: async (path) => files.has(path), read: async (path) => { const bytes = files.get(path)?.slice(); sample(); return bytes; } };
  collectGarbage();
  before = held();
  const start = process.cpuUsage();
  const { tensors } = await readModelFolder(folder);
  sample();
  const { weights } = fromFile(config, tensors);
  const parameters = upload(weights, true);
  sample();
  const { user, system } = process.cpuUsage(start);
  line('F32: folder to device, whole', f32.length, (user + system) / 1000);
  console.log(`typed arrays held at most: ${(peak / f32.length).toFixed(3)} × the file, beside the device's own ${(tf.memory().numBytes / MEGA).toFixed(0)} MB`);
  dispose(parameters);
}

/** The benchmark; `--megabytes N` sets the size of the model in F32. */
export async function main(options: readonly string[]): Promise<void> {
  const at = options.indexOf('--megabytes');
  const megabytes = at < 0 ? 44 : Number(options[at + 1]);
  await openBackend({ choice: 'wasm', onFault: (fault) => { throw fault; } });
  const { config, tensors } = tensorsOf(megabytes);
  const f32 = formats(tensors);
  const big = tensors.reduce((a, b) => (b.data.length > a.data.length ? b : a));
  line('F32: upload of the largest tensor', big.data.byteLength, best(() => tf.tensor(big.data, [...big.shape]).dispose()));
  await whole(config, f32);
}
