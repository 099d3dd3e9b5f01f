/** A model that a text names, wherever it lies: fetched, and given as the files of a folder. */
import { Fault } from '../fault/fault.ts';
import { readSafetensorsIndex } from '../formats/safetensors_index.ts';
import type { DownloadOptions } from './download.ts';
import type { FileCache } from './file_cache.ts';
import { isIndex, TOKENIZER_FILES, WEIGHT_FILES } from './file_names.ts';
import type { GivenFile, LoadOptions } from './folder.ts';
import { authorisation, hubRemote, hubSource, listHub, parseModelId, type HubOptions } from './hugging_face.ts';
import { remoteFolder, type BlobFolder, type Remote } from './remote_folder.ts';
import { unzipFiles } from './zip.ts';

export interface OpenOptions extends LoadOptions, HubOptions, Pick<DownloadOptions, 'pause' | 'onNote'> {
  readonly cache?: FileCache | undefined;
  /** What is wanted of the model: all of it, or its tokenizer alone. */
  readonly want?: 'model' | 'tokenizer';
}

/** A fetched model; the files are named by their paths in its folder. */
export interface Opened {
  readonly name: string;
  /** Its key in the cache. */
  readonly source: string;
  readonly files: readonly GivenFile[];
}

/**
 * Fetches a model by its id on the Hub, or from the address of a folder or a zip archive.
 *
 * What was fetched whole before comes from the cache, without any request. Only the files that a model needs are
 * fetched: configuration, tokenizer, and the first of the known forms of weights. Throws Fault `bad-model-id`,
 * `no-weights`, `no-tokenizer`, or what listing and downloading throw.
 */
export async function openRemote(text: string, options: OpenOptions = {}): Promise<Opened> {
  const remote = await remoteOf(text.trim(), options);
  const headers = remote.isHub ? authorisation(options.token) : {};
  const { cache, pause, onNote } = options;
  const folder = remoteFolder(remote, { headers, cache, ...(pause ? { pause } : {}), ...(onNote ? { onNote } : {}) });
  if (remote.zip !== undefined) return unzipped(folder, remote, remote.zip, options);
  const files = await modelFiles(folder, options);
  const listing = files.map(({ name, blob }) => ({ path: name, size: blob.size, tag: remote.files?.find(({ path }) => path === name)?.tag ?? '' }));
  await cache?.finish(remote.source, listing).catch(() => undefined);
  return { name: remote.name, source: remote.source, files };
}

interface Resolved extends Remote {
  readonly isHub: boolean;
  /** Path of the archive that is to be unpacked. */
  readonly zip?: string;
}

async function remoteOf(text: string, options: OpenOptions): Promise<Resolved> {
  const model = parseModelId(text);
  if (!model) return addressed(text, options);
  const source = keyOf(hubSource(model), options);
  const stored = await options.cache?.listing(source);
  return { ...hubRemote(model, stored ?? (await listHub(model, options)), options.hubUrl), source, isHub: true };
}

/** A tokenizer is kept apart from the model that it belongs to: the one may be whole without the other. */
function keyOf(source: string, { want }: OpenOptions): string {
  return want === 'tokenizer' ? `${source}#tokenizer` : source;
}

/** An address: of an archive when it ends so, else of a folder. */
async function addressed(text: string, options: OpenOptions): Promise<Resolved> {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new Fault({ code: 'bad-model-id', where: 'model', expected: 'an address that begins with https://', got: JSON.stringify(text.slice(0, 80)), remedy: 'Copy the address of the folder or of the zip archive.' });
  }
  const url = new URL(text);
  const last = decodeURIComponent(url.pathname.split('/').findLast((part) => part !== '') ?? url.hostname);
  if (/\.zip$/i.test(url.pathname)) return { name: last.replace(/\.zip$/i, ''), source: text, isHub: false, zip: last, address: () => text };
  const root = `${url.origin}${url.pathname.replace(/\/?$/, '/')}`;
  const source = keyOf(root, options);
  const files = await options.cache?.listing(source);
  return { name: last, source, isHub: false, ...(files ? { files } : {}), address: (path) => root + path.split('/').map(encodeURIComponent).join('/') + url.search };
}

async function unzipped(folder: BlobFolder, { name, source }: Remote, path: string, { signal, onProgress, cache }: OpenOptions): Promise<Opened> {
  const bytes = await folder.read(path, { signal, onBytes: (done, total) => onProgress?.(path, done, total) });
  if (!bytes) throw noWeights(name, `no ${path}`);
  const files = unzipFiles(bytes, path);
  await cache?.finish(source, [{ path, size: bytes.length, tag: '' }]).catch(() => undefined);
  return { name, source, files };
}

/** The files of a model that the lab reads, as blobs. */
async function modelFiles(folder: BlobFolder, { signal, onProgress, want }: OpenOptions): Promise<readonly GivenFile[]> {
  const files: GivenFile[] = [];
  const fetched = async (path: string): Promise<Blob | undefined> => {
    if (folder.list && !(await folder.has(path))) return undefined;
    const blob = await folder.blob(path, { signal, onBytes: (done, total) => onProgress?.(path, done, total) });
    if (blob) files.push({ name: path, blob });
    return blob;
  };
  for (const path of ['config.json', ...TOKENIZER_FILES]) await fetched(path);
  if (want === 'tokenizer') return withTokenizer(folder, files);
  for (const path of WEIGHT_FILES) {
    const blob = await fetched(path);
    if (!blob) continue;
    if (isIndex(path)) await parts(new Uint8Array(await blob.arrayBuffer()), path, fetched);
    return files;
  }
  throw noWeights(folder.name, folder.list?.().slice(0, 20).join(', ') ?? 'none of them');
}

function withTokenizer({ name }: BlobFolder, files: readonly GivenFile[]): readonly GivenFile[] {
  if (files.some((file) => file.name === 'tokenizer.json' || file.name.startsWith('vocab.'))) return files;
  const got = files.map((file) => file.name).join(', ') || 'none of them';
  throw new Fault({ code: 'no-tokenizer', where: name, expected: `a tokenizer: ${TOKENIZER_FILES.join(', ')}`, got, remedy: 'Choose a model with tokenizer files.' });
}

async function parts(index: Uint8Array, path: string, fetched: (path: string) => Promise<Blob | undefined>): Promise<void> {
  for (const part of new Set(readSafetensorsIndex(index, path).values())) {
    if (!(await fetched(part))) throw noWeights(path, `no ${part}`);
  }
}

function noWeights(where: string, got: string): Fault {
  return new Fault({ code: 'no-weights', where, expected: `weights: ${WEIGHT_FILES.slice(0, 5).join(', ')}`, got, remedy: 'Choose a model with weights for PyTorch or in safetensors.' });
}

