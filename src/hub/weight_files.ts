/** The weights of a model folder in any of the forms that they come in. */
import { FormatError } from '../formats/format_error.ts';
import type { PickleValue } from '../formats/pickle.ts';
import { readSafetensors, type SafetensorsTensor } from '../formats/safetensors.ts';
import { readSafetensorsIndex } from '../formats/safetensors_index.ts';
import { readTorchFile } from '../formats/torch_file.ts';
import { isZip } from '../formats/zip_archive.ts';
import { isIndex, WEIGHT_FILES } from './file_names.ts';
import type { Folder, LoadOptions } from './folder.ts';

export interface WeightFile {
  /** The file, or the index of the files, that the tensors were found by. */
  readonly file: string;
  /** By the name in the file; the bytes are views on it. */
  readonly tensors: ReadonlyMap<string, SafetensorsTensor>;
  /** Values beside the weights in a PyTorch file. */
  readonly rest: ReadonlyMap<string, PickleValue>;
}

/** What `from_pretrained` knows and the lab does not read, with what to do. */
const OTHER_FORMS = ['tf_model.h5', 'flax_model.msgpack', 'model.ckpt.index', 'bert_model.ckpt.index'];

/**
 * Reads the tensors of a folder, in parts where it has an index; undefined when it has none of the known files.
 *
 * Throws FormatError UnsupportedFormat for the forms of other frameworks, MissingFile for a part that is absent, or what
 * the readers of the single files throw.
 */
export async function readWeights(folder: Folder, options: LoadOptions = {}): Promise<WeightFile | undefined> {
  for (const file of folder.isFile ? [folder.name] : WEIGHT_FILES) {
    const bytes = await readFile(folder, file, options);
    if (bytes) return isIndex(file) ? readParts(folder, file, bytes, options) : { file, ...readWeightBytes(bytes, placeOf(folder, file)) };
  }
  for (const file of OTHER_FORMS) {
    if (!(await folder.has(file, options.signal))) continue;
    const remedy = 'Convert it in Python: AutoModel.from_pretrained(folder, from_tf=True).save_pretrained(folder).';
    throw new FormatError('UnsupportedFormat', `${folder.name}/${file}`, `one of ${WEIGHT_FILES.join(', ')}`, file, remedy);
  }
  return undefined;
}

/** The tensors of one file, safetensors or PyTorch's by its first bytes. */
export function readWeightBytes(bytes: Uint8Array, where: string): Omit<WeightFile, 'file'> {
  const isTorch = isZip(bytes) || /\.(bin|pt|pth)$/.test(where);
  return isTorch ? readTorchFile(bytes, where) : { tensors: readSafetensors(bytes, where).tensors, rest: new Map() };
}

/** A file of a folder, for messages. */
export function placeOf(folder: Folder, file: string): string {
  return folder.isFile ? folder.name : `${folder.name}/${file}`;
}

/** Reads one file of a folder with the options' progress and abort. */
export function readFile(folder: Folder, path: string, { signal, onProgress }: LoadOptions): Promise<Uint8Array | undefined> {
  return folder.read(path, { signal, onBytes: (done, total) => onProgress?.(path, done, total) });
}

async function readParts(folder: Folder, file: string, index: Uint8Array, options: LoadOptions): Promise<WeightFile> {
  const map = readSafetensorsIndex(index, `${folder.name}/${file}`);
  const tensors = new Map<string, SafetensorsTensor>();
  for (const part of new Set(map.values())) {
    const where = `${folder.name}/${part}`;
    const bytes = await readFile(folder, part, options);
    if (!bytes) throw missingPart(folder, part);
    const found = readWeightBytes(bytes, where).tensors;
    for (const [name, home] of map) if (home === part) tensors.set(name, taken(found, name, where));
  }
  return { file, tensors, rest: new Map() };
}

function taken(tensors: ReadonlyMap<string, SafetensorsTensor>, name: string, where: string): SafetensorsTensor {
  const tensor = tensors.get(name);
  if (tensor) return tensor;
  throw new FormatError('TensorMismatch', where, `tensor ${JSON.stringify(name)}, as the index says`, 'no such tensor', 'Download all parts of the model again.');
}

function missingPart(folder: Folder, part: string): FormatError {
  const got = folder.list?.().slice(0, 20).join(', ') ?? 'no such file';
  return new FormatError('MissingFile', folder.name, part, got, 'Give all files of the model, its parts included.');
}
