/** A Hugging Face model folder, in and out: config.json, model.safetensors (whole or in parts), tokenizer files. */
import { readConfig, writeConfig, type Architecture } from '../formats/config_json.ts';
import { FormatError } from '../formats/format_error.ts';
import { fairseqConfig } from '../formats/fairseq.ts';
import { checkFinite, toFloat32, writeSafetensors, type NamedTensor, type SafetensorsTensor } from '../formats/safetensors.ts';
import type { ModelConfig } from '../model/config.ts';
import { FAIRSEQ_FILES, FAIRSEQ_TOKENIZER_FILES, TOKENIZER_FILES } from './file_names.ts';
import type { Folder, LoadOptions } from './folder.ts';
import { placeOf, readFile, readWeights } from './weight_files.ts';

/** Values of one parameter, flat and row-major; they may be a view on the file's bytes, so copy before changing them. */
export interface LoadedTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface LoadedModel {
  readonly config: ModelConfig;
  /** By the name in the file; `model/names.ts` knows what each is. */
  readonly tensors: ReadonlyMap<string, LoadedTensor>;
  /** File that the weights were found by. */
  readonly file: string;
  /** The folder's tokenizer files by name; empty when it has none. */
  readonly tokenizerFiles: ReadonlyMap<string, Uint8Array>;
}

export type { LoadOptions } from './folder.ts';

const HOLDS = 'config.json, model.safetensors or pytorch_model.bin (whole, or in parts with their index) and tokenizer files; or model.pt of fairseq';

/** Buffers of integers that some checkpoints carry; they count 0, 1, 2 … or are all 0. */
const BUFFER = /(^|\.)embeddings\.(position_ids|token_type_ids)$/;

/**
 * Reads configuration, weights (widened to float32) and tokenizer files of a model folder.
 *
 * A folder of fairseq needs no config.json: its `model.pt` tells the architecture. Throws FormatError MissingFile that
 * says what a model folder holds, NotFinite with tensor and count, UnsupportedDtype, or what the readers of the single
 * files throw.
 */
export async function readModelFolder(folder: Folder, options: LoadOptions = {}): Promise<LoadedModel> {
  const configBytes = await readFile(folder, 'config.json', options);
  const declared = configBytes && readConfig(configBytes, `${folder.name}/config.json`);
  if (!declared && !folder.isFile && !(await hasAny(folder, FAIRSEQ_FILES, options))) throw missing(folder, 'config.json');
  const tokenizerFiles = await readTokenizerFiles(folder, options, declared ? [] : FAIRSEQ_TOKENIZER_FILES);
  const weights = await readWeights(folder, options);
  if (!weights) throw missing(folder, 'model.safetensors');
  const where = placeOf(folder, weights.file);
  const config = declared ?? fairseqConfig(weights, where);
  if (!config) throw missing(folder, 'config.json');
  const floats = [...weights.tensors].filter(([name, { dtype }]) => !(dtype === 'I64' && BUFFER.test(name)));
  const tensors = new Map(floats.map(([name, tensor]) => [name, load(tensor, `${where}, tensor ${JSON.stringify(name.slice(0, 80))}`)]));
  return { config, tensors, tokenizerFiles, file: weights.file };
}

/** The tokenizer files that a folder has, by name; `others` are looked for too. */
export async function readTokenizerFiles(folder: Folder, options: LoadOptions = {}, others: readonly string[] = []): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const name of [...TOKENIZER_FILES, ...others]) {
    const bytes = await readFile(folder, name, options);
    if (bytes) files.set(name, bytes);
  }
  return files;
}

async function hasAny(folder: Folder, names: readonly string[], { signal }: LoadOptions): Promise<boolean> {
  for (const name of names) if (await folder.has(name, signal)) return true;
  return false;
}

function missing(folder: Folder, path: string): FormatError {
  const listed = folder.list?.().slice(0, 20).join(', ');
  const got = listed === undefined ? `no ${path}` : `no ${path} among ${listed || 'no files'}`;
  return new FormatError('MissingFile', folder.name, `a model folder: ${HOLDS}`, got, 'Give the folder as `save_pretrained` writes it, with all its files.');
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
