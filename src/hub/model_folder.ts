/** A Hugging Face model folder, in and out: config.json, model.safetensors (whole or in parts), tokenizer files. */
import { readConfig, writeConfig, type Architecture } from '../formats/config_json.ts';
import { FormatError } from '../formats/format_error.ts';
import { checkFinite, readSafetensors, toFloat32, writeSafetensors, type NamedTensor, type SafetensorsTensor } from '../formats/safetensors.ts';
import { readSafetensorsIndex } from '../formats/safetensors_index.ts';
import type { ModelConfig } from '../model/config.ts';
import type { Folder, ReadOptions } from './folder.ts';

/** Values of one parameter, flat and row-major; they may be a view on the file's bytes, so copy before changing them. */
export interface LoadedTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface LoadedModel {
  readonly config: ModelConfig;
  /** By the name in the file; `model/names.ts` knows what each is. */
  readonly tensors: ReadonlyMap<string, LoadedTensor>;
  /** The folder's tokenizer files by name; empty when it has none. */
  readonly tokenizerFiles: ReadonlyMap<string, Uint8Array>;
}

export interface LoadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Bytes of the file that is being read, and its size (0 while that is not known). */
  readonly onProgress?: ((file: string, done: number, total: number) => void) | undefined;
}

const TOKENIZER_FILES = ['tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json', 'vocab.txt', 'vocab.json', 'merges.txt'];
const OLD_WEIGHTS = ['pytorch_model.bin', 'pytorch_model.bin.index.json', 'tf_model.h5', 'model.pt'];
const HOLDS = 'config.json, model.safetensors (or model.safetensors.index.json with its parts) and tokenizer files';

/** Buffers of integers that some checkpoints carry; they count 0, 1, 2 … or are all 0. */
const BUFFER = /(^|\.)embeddings\.(position_ids|token_type_ids)$/;

/**
 * Reads configuration, weights (widened to float32) and tokenizer files of a model folder.
 *
 * Throws FormatError MissingFile that says what a model folder holds, NotFinite with tensor and count, UnsupportedDtype,
 * or what the readers of the single files throw.
 */
export async function readModelFolder(folder: Folder, options: LoadOptions = {}): Promise<LoadedModel> {
  const configBytes = await readFile(folder, 'config.json', options);
  if (!configBytes) throw missing(folder, 'config.json');
  const config = readConfig(configBytes, `${folder.name}/config.json`);
  const tokenizerFiles = await readTokenizerFiles(folder, options);
  const whole = await readFile(folder, 'model.safetensors', options);
  const tensors = whole ? loadTensors(whole, `${folder.name}/model.safetensors`) : await readParts(folder, options);
  return { config, tensors, tokenizerFiles };
}

/** The tokenizer files that a folder has, by name. */
export async function readTokenizerFiles(folder: Folder, options: LoadOptions = {}): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const name of TOKENIZER_FILES) {
    const bytes = await readFile(folder, name, options);
    if (bytes) files.set(name, bytes);
  }
  return files;
}

function readFile(folder: Folder, path: string, { signal, onProgress }: LoadOptions): Promise<Uint8Array | undefined> {
  const read: ReadOptions = { signal, onBytes: (done, total) => onProgress?.(path, done, total) };
  return folder.read(path, read);
}

function missing(folder: Folder, path: string): FormatError {
  const listed = folder.list?.().slice(0, 20).join(', ');
  const got = listed === undefined ? `no ${path}` : `no ${path} among ${listed || 'no files'}`;
  return new FormatError('MissingFile', folder.name, `a model folder: ${HOLDS}`, got, 'Give the folder as `save_pretrained` writes it, with all its files.');
}

async function readParts(folder: Folder, options: LoadOptions): Promise<ReadonlyMap<string, LoadedTensor>> {
  const index = await readFile(folder, 'model.safetensors.index.json', options);
  if (!index) throw await noWeights(folder, options);
  const map = readSafetensorsIndex(index, `${folder.name}/model.safetensors.index.json`);
  const tensors = new Map<string, LoadedTensor>();
  for (const part of new Set(map.values())) {
    const bytes = await readFile(folder, part, options);
    if (!bytes) throw missing(folder, part);
    const loaded = loadTensors(bytes, `${folder.name}/${part}`);
    for (const [name, file] of map) if (file === part) tensors.set(name, taken(loaded, name, `${folder.name}/${part}`));
  }
  return tensors;
}

function taken(tensors: ReadonlyMap<string, LoadedTensor>, name: string, where: string): LoadedTensor {
  const tensor = tensors.get(name);
  if (tensor) return tensor;
  throw new FormatError('TensorMismatch', where, `tensor ${JSON.stringify(name)}, as the index says`, 'no such tensor', 'Download all parts of the model again.');
}

async function noWeights(folder: Folder, options: LoadOptions): Promise<FormatError> {
  for (const name of OLD_WEIGHTS) {
    if (!(await folder.has(name, options.signal))) continue;
    const remedy = 'Convert it in Python: model.save_pretrained(folder, safe_serialization=True).';
    return new FormatError('UnsupportedFormat', `${folder.name}/${name}`, 'model.safetensors', name, remedy);
  }
  return missing(folder, 'model.safetensors');
}

function loadTensors(bytes: Uint8Array, where: string): ReadonlyMap<string, LoadedTensor> {
  const floats = [...readSafetensors(bytes, where).tensors].filter(([name, { dtype }]) => !(dtype === 'I64' && BUFFER.test(name)));
  return new Map(floats.map(([name, tensor]) => [name, load(tensor, `${where}, tensor ${JSON.stringify(name.slice(0, 80))}`)]));
}

function load(tensor: SafetensorsTensor, where: string): LoadedTensor {
  const data = toFloat32(tensor, where);
  checkFinite(data, where);
  return { shape: tensor.shape, data };
}

/** One file of a folder to write. */
export interface OutputFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface ModelToWrite {
  readonly config: ModelConfig;
  /** Class in `config.json`; by default the sequence classifier of the model type. */
  readonly architecture?: Architecture;
  readonly tensors: readonly NamedTensor[];
  /** `Tokenizer.files()`. */
  readonly tokenizerFiles: ReadonlyMap<string, Uint8Array>;
  /** Model card, Markdown. */
  readonly card: string;
  readonly dtype: 'F32' | 'F16';
  /** Content of `trainer_state.json`. */
  readonly trainerState?: object;
}

const CLASSIFIER: Readonly<Record<ModelConfig['model_type'], Architecture>> = {
  bert: 'BertForSequenceClassification',
  roberta: 'RobertaForSequenceClassification',
};

/** The files of a Hugging Face folder; FormatError NotFinite when a value is NaN, infinite, or beyond F16. */
export function modelFolderFiles(model: ModelToWrite): OutputFile[] {
  model.tensors.forEach(({ name, data }) => checkFinite(data, `tensor ${JSON.stringify(name)}`));
  const text = (name: string, content: string): OutputFile => ({ name, bytes: new TextEncoder().encode(content) });
  const state = model.trainerState === undefined ? [] : [text('trainer_state.json', `${JSON.stringify(model.trainerState, null, 2)}\n`)];
  return [
    text('config.json', writeConfig(model.config, model.architecture ?? CLASSIFIER[model.config.model_type])),
    // Python's reader refuses weights that do not name the framework they are laid out for.
    { name: 'model.safetensors', bytes: writeSafetensors(model.tensors, { dtype: model.dtype, metadata: { format: 'pt' } }) },
    ...[...model.tokenizerFiles].map(([name, bytes]) => ({ name, bytes })),
    text('README.md', model.card),
    ...state,
  ];
}
