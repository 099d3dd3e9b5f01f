/** A model, or a single file of weights, as it is: nothing is widened, matched or refused but what cannot be read. */
import { readConfig } from '../formats/config_json.ts';
import { fairseqConfig } from '../formats/fairseq.ts';
import { FormatError } from '../formats/format_error.ts';
import type { SafetensorsTensor } from '../formats/safetensors.ts';
import { tensorStats, type TensorStats } from '../formats/tensor_stats.ts';
import type { ModelConfig } from '../model/config.ts';
import type { Folder, LoadOptions } from './folder.ts';
import { placeOf, readFile, readWeights } from './weight_files.ts';

/** What is known of a tensor without reading its values. */
export interface TensorLine {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: number;
  readonly bytes: number;
}

/** One line of the parameter table. */
export interface InspectedTensor extends TensorLine {
  /** Undefined for dtypes whose values cannot be told apart by the byte. */
  readonly stats?: TensorStats;
}

/** A model before its values were looked at. */
export interface ModelAsIs {
  readonly name: string;
  /** File that the weights were found by. */
  readonly file: string;
  /** Undefined where there is no configuration, or one that is no BERT's or RoBERTa's. */
  readonly config?: ModelConfig;
  /** Bytes of config.json, where there is one. */
  readonly configBytes?: Uint8Array;
  /** Why config.json could not be taken for a model of ours. */
  readonly configFault?: FormatError;
  /** The tensors themselves, by the name in the file. */
  readonly raw: ReadonlyMap<string, SafetensorsTensor>;
}

export interface Inspected extends ModelAsIs {
  readonly tensors: readonly InspectedTensor[];
}

/**
 * Reads configuration and tensors of a folder; a configuration of another architecture is noted, and the tensors are read
 * all the same. FormatError MissingFile when the folder holds no weights, or what the readers of weights throw.
 */
export async function readAsIs(folder: Folder, options: LoadOptions = {}): Promise<ModelAsIs> {
  const configBytes = folder.isFile ? undefined : await readFile(folder, 'config.json', options);
  const declared = configBytes && configIn(configBytes, `${folder.name}/config.json`);
  const weights = await readWeights(folder, options);
  if (!weights) {
    const got = folder.list?.().slice(0, 20).join(', ') ?? 'none of them';
    throw new FormatError('MissingFile', folder.name, 'weights: model.safetensors, pytorch_model.bin or model.pt', got, 'Name a folder with weights, or the file itself.');
  }
  const found = declared ?? { config: fairseqConfig(weights, placeOf(folder, weights.file)) };
  return { name: folder.name, file: weights.file, raw: weights.tensors, ...(configBytes ? { configBytes } : {}), ...found };
}

function configIn(bytes: Uint8Array, where: string): Pick<ModelAsIs, 'config' | 'configFault'> {
  try {
    return { config: readConfig(bytes, where) };
  } catch (error) {
    if (error instanceof FormatError) return { configFault: error };
    throw error;
  }
}

/** Reads a folder with the statistics of every tensor; throws what `readAsIs` throws, and the configuration's FormatError. */
export async function inspectFolder(folder: Folder, options: LoadOptions = {}): Promise<Inspected> {
  const found = await readAsIs(folder, options);
  if (found.configFault) throw found.configFault;
  const tensors = [...found.raw].map(([name, tensor]) => {
    const stats = tensorStats(tensor);
    return { ...tensorLine(name, tensor), ...(stats ? { stats } : {}) };
  });
  return { ...found, tensors };
}

/** What a tensor's header says. */
export function tensorLine(name: string, { dtype, shape, bytes }: SafetensorsTensor): TensorLine {
  return { name, dtype, shape, values: shape.reduce((a, b) => a * b, 1), bytes: bytes.length };
}
