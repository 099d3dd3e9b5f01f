/**
 * PyTorch's file of weights (`pytorch_model.bin`, `model.pt`): a zip archive of one pickle and the bytes of its storages.
 *
 * Format: `torch.save` since PyTorch 1.6. A tensor is a view on a storage: storage, offset, shape and strides.
 */
import { FormatError } from './format_error.ts';
import { recogniseOther } from './magic.ts';
import { PersistentId, PickleGlobal, PickleObject, readPickle, type PickleValue } from './pickle.ts';
import type { SafetensorsTensor } from './safetensors.ts';
import { isZip, readZip, type ZipArchive } from './zip_archive.ts';

export interface TorchFile {
  /** By name, in the order of the file; the bytes are views on the file where the tensor is contiguous. */
  readonly tensors: ReadonlyMap<string, SafetensorsTensor>;
  /** What else the file holds at its top, e.g. the training arguments of fairseq. */
  readonly rest: ReadonlyMap<string, PickleValue>;
}

/** Storage class → dtype and bytes of one element. */
const STORAGES: ReadonlyMap<string, readonly [dtype: string, unit: number]> = new Map([
  ['FloatStorage', ['F32', 4]], ['HalfStorage', ['F16', 2]], ['BFloat16Storage', ['BF16', 2]], ['DoubleStorage', ['F64', 8]],
  ['LongStorage', ['I64', 8]], ['IntStorage', ['I32', 4]], ['ShortStorage', ['I16', 2]], ['CharStorage', ['I8', 1]],
  ['ByteStorage', ['U8', 1]], ['BoolStorage', ['BOOL', 1]],
]);

const REBUILD_TENSOR = 'torch._utils._rebuild_tensor_v2';
const REBUILD_PARAMETER = 'torch._utils._rebuild_parameter';

/** Names that a file may hold beside the storages. All but the first four are kept as records that nothing reads but by name. */
const ALLOWED: ReadonlySet<string> = new Set([
  'collections.OrderedDict', 'collections.defaultdict', REBUILD_TENSOR, REBUILD_PARAMETER,
  'argparse.Namespace', 'torch.Size', 'torch.device', 'torch.float32', 'torch.float16', 'torch.bfloat16',
  'numpy.core.multiarray.scalar', 'numpy._core.multiarray.scalar', 'numpy.dtype', '_codecs.encode',
  'builtins.set', 'builtins.frozenset', 'builtins.dict', 'builtins.int', 'builtins.float',
]);

const isAllowed = (name: string): boolean => ALLOWED.has(name) || STORAGES.has(name.replace(/^torch\./, ''));

/** Keys under which training programs keep the weights, beside other things. */
const WEIGHT_KEYS = ['model', 'state_dict', 'model_state_dict', 'module'];

const MAX_PICKLE = 64 * 2 ** 20;
/** Tensors may share storages (a decoder and its embeddings do), but not so that a small file widens to a large model. */
const MAX_SHARING = 4;
const MAX_RANK = 8;
const SAVE_AGAIN = 'Save it again in Python: torch.save(torch.load(file, map_location="cpu"), file), with PyTorch 1.6 or newer.';

/**
 * Reads the tensors of a PyTorch file; nothing in it is run.
 *
 * Throws FormatError UnsupportedFormat for the older forms (before PyTorch 1.6) and for TorchScript, UnsafePickle for
 * names outside the allow-list, BadArchive, BadPickle, or TensorInvalidInfo for a tensor that its storage cannot hold.
 */
export function readTorchFile(bytes: Uint8Array, where: string): TorchFile {
  if (!isZip(bytes)) throw otherForm(bytes, where);
  const archive = readZip(bytes, where);
  const root = rootOf(archive, where);
  const pickle = archive.isStored(`${root}data.pkl`) ? archive.read(`${root}data.pkl`) : undefined;
  if (!pickle || pickle.length > MAX_PICKLE) throw new FormatError('BadPickle', where, `a pickle of at most ${MAX_PICKLE} bytes, not packed`, pickle ? `${pickle.length} bytes` : 'a packed one', SAVE_AGAIN);
  const order = archive.read(`${root}byteorder`);
  if (order && new TextDecoder().decode(order).trim() !== 'little') throw new FormatError('UnsupportedFormat', where, 'little-endian tensors', 'another byte order', SAVE_AGAIN);
  const { weights, rest } = split(readPickle(pickle, `${where}/${root}data.pkl`, isAllowed), where);
  return { tensors: new Storages(archive, root, where, MAX_SHARING * bytes.length).tensors(weights), rest };
}

function otherForm(bytes: Uint8Array, where: string): FormatError {
  const isTar = bytes.length > 262 && new TextDecoder('latin1').decode(bytes.subarray(257, 262)) === 'ustar';
  if (isTar) return new FormatError('UnsupportedFormat', where, 'the zip form of PyTorch 1.6 or newer', 'the tar form of PyTorch before 0.1.10', SAVE_AGAIN);
  const legacy = recogniseOther(bytes, where, 'the zip form of PyTorch 1.6 or newer');
  return legacy ?? new FormatError('BadArchive', where, 'a PyTorch file, which is a zip archive', bytes.length === 0 ? 'an empty file' : 'other bytes', 'Download or export the file again.');
}

/** The folder in the archive that holds the pickle; its name is that of the file when it was saved. */
function rootOf({ names }: ZipArchive, where: string): string {
  const pickles = names.filter((name) => /(^|\/)data\.pkl$/.test(name));
  const [path, ...more] = pickles;
  const script = names.some((name) => /(^|\/)constants\.pkl$/.test(name));
  if (script) throw new FormatError('UnsupportedFormat', where, 'weights as torch.save writes them', 'a TorchScript program', SAVE_AGAIN);
  if (path === undefined || more.length > 0) {
    throw new FormatError('BadArchive', where, 'one data.pkl, as torch.save writes it', path === undefined ? 'none' : pickles.slice(0, 3).join(', '), SAVE_AGAIN);
  }
  return path.slice(0, -'data.pkl'.length);
}

/** The mapping of names to tensors, and what lies beside it. */
function split(root: PickleValue, where: string): { weights: ReadonlyMap<PickleValue, PickleValue>; rest: ReadonlyMap<string, PickleValue> } {
  if (root instanceof Map) {
    if ([...root.values()].some(isTensor)) return { weights: root, rest: new Map() };
    for (const key of WEIGHT_KEYS) {
      const weights: PickleValue | undefined = root.get(key);
      if (weights instanceof Map) return { weights, rest: textKeyed(root, key) };
    }
  }
  throw new FormatError('BadPickle', where, `a dictionary of tensors, or one below ${WEIGHT_KEYS.join(', ')}`, root instanceof Map ? `the keys ${[...root.keys()].slice(0, 10).map(String).join(', ')}` : 'another value', SAVE_AGAIN);
}

function textKeyed(root: ReadonlyMap<PickleValue, PickleValue>, except: string): ReadonlyMap<string, PickleValue> {
  return new Map([...root].filter((entry): entry is [string, PickleValue] => typeof entry[0] === 'string' && entry[0] !== except));
}

function isTensor(value: PickleValue): value is PickleObject {
  return value instanceof PickleObject && (value.name === REBUILD_TENSOR || value.name === REBUILD_PARAMETER);
}

const product = (shape: readonly number[]): number => shape.reduce((size, n) => size * n, 1);

/** The storages of one file, and the tensors that lie in them. */
class Storages {
  constructor(
    private readonly archive: ZipArchive,
    private readonly root: string,
    private readonly where: string,
    /** Bytes that all tensors together may still have. */
    private budget: number,
  ) {}

  tensors(weights: ReadonlyMap<PickleValue, PickleValue>): ReadonlyMap<string, SafetensorsTensor> {
    const tensors = new Map<string, SafetensorsTensor>();
    for (const [name, value] of weights) {
      if (typeof name === 'string' && isTensor(value)) tensors.set(name, this.#tensor(value, `${this.where}, tensor ${JSON.stringify(name.slice(0, 80))}`));
    }
    return tensors;
  }

  #tensor({ name, args }: PickleObject, where: string): SafetensorsTensor {
    const [first, ...others] = Array.isArray(args) ? (args as readonly PickleValue[]) : [];
    if (name === REBUILD_PARAMETER) {
      if (first instanceof PickleObject && first.name === REBUILD_TENSOR) return this.#tensor(first, where);
      throw invalid(where, 'a parameter that holds a tensor', 'another value');
    }
    const [offset, shape, strides] = others;
    const { dtype, unit, bytes } = this.#storage(first, where);
    if (!isIndex(offset) || !isIndices(shape) || !isIndices(strides) || shape.length !== strides.length || shape.length > MAX_RANK) {
      throw invalid(where, `an offset, and a shape and strides of one length up to ${MAX_RANK}`, 'other values');
    }
    const available = bytes.length / unit;
    const last = product(shape) === 0 ? -1 : offset + shape.reduce((sum, n, i) => sum + (n - 1) * strides[i]!, 0);
    if (!(last < available) || product(shape) > available) {
      throw invalid(where, `values within the ${available} of its storage`, `[${shape.join(', ')}] with strides [${strides.join(', ')}] from ${offset} on`);
    }
    this.budget -= product(shape) * unit;
    if (this.budget < 0) throw invalid(where, `tensors of at most ${MAX_SHARING} times the file's size in all`, 'more');
    return { dtype, shape, bytes: gathered(bytes, unit, offset, shape, strides) };
  }

  #storage(reference: PickleValue | undefined, where: string): { dtype: string; unit: number; bytes: Uint8Array } {
    const id = reference instanceof PersistentId && Array.isArray(reference.id) ? (reference.id as readonly PickleValue[]) : [];
    const [tag, type, key] = id;
    const storage = type instanceof PickleGlobal ? STORAGES.get(type.name.replace(/^torch\./, '')) : undefined;
    if (tag !== 'storage' || !storage || typeof key !== 'string') throw invalid(where, 'a storage of numbers', 'another reference');
    const path = `${this.root}data/${key}`;
    const bytes = this.archive.isStored(path) ? this.archive.read(path) : undefined;
    if (!bytes) throw invalid(where, `storage ${JSON.stringify(key.slice(0, 40))} in the archive, not packed`, 'none');
    const [dtype, unit] = storage;
    return { dtype, unit, bytes: bytes.subarray(0, bytes.length - (bytes.length % unit)) };
  }
}

function invalid(where: string, expected: string, got: string): FormatError {
  return new FormatError('TensorInvalidInfo', where, expected, got, 'The file is damaged: download or export it again.');
}

const isIndex = (value: PickleValue | undefined): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const isIndices = (value: PickleValue | undefined): value is readonly number[] => Array.isArray(value) && value.every(isIndex);

/** The bytes of a tensor, row-major: a view where its strides are those of its shape, else a copy. */
function gathered(bytes: Uint8Array, unit: number, offset: number, shape: readonly number[], strides: readonly number[]): Uint8Array {
  const count = product(shape);
  const contiguous = shape.every((n, i) => n === 1 || strides[i] === product(shape.slice(i + 1)));
  if (contiguous || count === 0) return bytes.subarray(count === 0 ? 0 : offset * unit, count === 0 ? 0 : (offset + count) * unit);
  const out = new Uint8Array(count * unit);
  const index = shape.map(() => 0);
  for (let i = 0, from = offset; i < count; i++) {
    out.set(bytes.subarray(from * unit, (from + 1) * unit), i * unit);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= index[axis]! * strides[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}
