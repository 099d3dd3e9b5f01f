/** The tables of a data set on the Hub: fetched, and given as the files of a folder. */
import { Fault } from '../fault/fault.ts';
import type { DownloadOptions } from './download.ts';
import type { FileCache, RemoteFile } from './file_cache.ts';
import type { GivenFile, LoadOptions } from './folder.ts';
import { authorisation, hubRemote, hubSource, listHub, parseDataSetId, type HubModel, type HubOptions } from './hugging_face.ts';
import type { Opened } from './open_remote.ts';
import { remoteFolder, type Remote } from './remote_folder.ts';

export interface DataSetOptions extends LoadOptions, HubOptions, Pick<DownloadOptions, 'pause' | 'onNote'> {
  readonly cache?: FileCache | undefined;
  /** Which part of the data set is wanted, e.g. a task; it is kept apart from others. */
  readonly part: string;
  /** The files of the part among all paths of the data set. */
  readonly choose: (paths: readonly string[]) => readonly string[];
}

/**
 * Fetches the files of one part of a data set, named `org/name`, `org/name@revision`, `hub:org/name` or by its page.
 *
 * What was fetched whole before comes from the cache, without any request. Files are named without the folders that they
 * are in. Throws Fault `bad-data-set`, `no-tables`, or what listing and downloading throw.
 */
export async function openDataSet(text: string, options: DataSetOptions): Promise<Opened> {
  const { cache, pause, onNote, signal, onProgress } = options;
  const set = parseDataSetId(text);
  if (!set) throw new Fault({ code: 'bad-data-set', where: 'data', expected: 'org/name, org/name@revision, or the page of a data set', got: JSON.stringify(text.slice(0, 80)), remedy: 'Copy the name from the page on huggingface.co, e.g. nyu-mll/glue.' });
  const remote = await remoteOf(set, options);
  const folder = remoteFolder(remote, { headers: authorisation(options.token), cache, ...(pause ? { pause } : {}), ...(onNote ? { onNote } : {}) });
  const files: GivenFile[] = [];
  for (const { path } of remote.files) {
    const blob = await folder.blob(path, { signal, onBytes: (done, total) => onProgress?.(path, done, total) });
    if (!blob) throw noTables(set, options, `no ${path}`);
    files.push({ name: path, blob });
  }
  await cache?.finish(remote.source, remote.files).catch(() => undefined);
  return { name: remote.name, source: remote.source, files };
}

type Listed = Remote & { readonly files: readonly RemoteFile[] };

async function remoteOf(set: HubModel, options: DataSetOptions): Promise<Listed> {
  const source = `${hubSource(set)}#${options.part}`;
  const kept = await options.cache?.listing(source);
  const whole = kept ?? (await chosen(set, options));
  const folders = new Map(whole.map((file) => [baseName(file.path), file.path]));
  const { name, address } = hubRemote(set, whole, options.hubUrl);
  return { name, source, files: whole.map((file) => ({ ...file, path: baseName(file.path) })), address: (path) => address(folders.get(path) ?? path) };
}

/** The files of the wanted part, as the Hub lists them. */
async function chosen(set: HubModel, options: DataSetOptions): Promise<RemoteFile[]> {
  const listed = await listHub(set, options);
  const paths = listed.map(({ path }) => path);
  const wanted = options.choose(paths);
  if (wanted.length === 0) throw noTables(set, options, paths.slice(0, 20).join(', ') || 'no files');
  return listed.filter(({ path }) => wanted.includes(path));
}

function noTables({ id }: HubModel, { part }: DataSetOptions, got: string): Fault {
  return new Fault({ code: 'no-tables', where: id, expected: `tables of ${part}, in a folder of that name or at the top`, got, remedy: 'Choose the task that the data set has, or download its files and name them.' });
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
