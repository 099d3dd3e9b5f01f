/** A model, or a single file of weights, as it is: nothing is widened, matched or refused but what cannot be read. */
import { readConfig } from '../formats/config_json.ts';
import { fairseqConfig } from '../formats/fairseq.ts';
import { FormatError } from '../formats/format_error.ts';
import type { SafetensorsTensor } from '../formats/safetensors.ts';
import { tensorStats, type TensorStats } from '../formats/tensor_stats.ts';
import type { ModelConfig } from '../model/config.ts';
import type { Folder, LoadOptions } from './folder.ts';
import { placeOf, readFile, readWeights } from './weight_files.ts';

/** One line of the parameter table. */
export interface InspectedTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: number;
  readonly bytes: number;
  /** Undefined for dtypes whose values cannot be told apart by the byte. */
  readonly stats?: TensorStats;
}

export interface Inspected {
  readonly name: string;
  /** File that the weights were found by. */
  readonly file: string;
  /** Undefined where there is no configuration. */
  readonly config?: ModelConfig;
  readonly tensors: readonly InspectedTensor[];
  /** The tensors themselves, by the name in the file. */
  readonly raw: ReadonlyMap<string, SafetensorsTensor>;
}

/** Reads a folder for the inspector; FormatError MissingFile when it holds no weights, or what the readers throw. */
export async function inspectFolder(folder: Folder, options: LoadOptions = {}): Promise<Inspected> {
  const configBytes = await readFile(folder, 'config.json', options);
  const declared = configBytes && readConfig(configBytes, `${folder.name}/config.json`);
  const weights = await readWeights(folder, options);
  if (!weights) {
    const got = folder.list?.().slice(0, 20).join(', ') ?? 'none of them';
    throw new FormatError('MissingFile', folder.name, 'weights: model.safetensors, pytorch_model.bin or model.pt', got, 'Name a folder with weights, or the file itself.');
  }
  const config = declared ?? fairseqConfig(weights, placeOf(folder, weights.file));
  const tensors = [...weights.tensors].map(([name, tensor]) => describe(name, tensor));
  return { name: folder.name, file: weights.file, tensors, raw: weights.tensors, ...(config ? { config } : {}) };
}

function describe(name: string, tensor: SafetensorsTensor): InspectedTensor {
  const { dtype, shape, bytes } = tensor;
  const stats = tensorStats(tensor);
  return { name, dtype, shape, values: shape.reduce((a, b) => a * b, 1), bytes: bytes.length, ...(stats ? { stats } : {}) };
}
