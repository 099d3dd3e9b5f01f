/** The tables of a data set on the Hub: fetched, and given as the files of a folder. */
import { Fault } from '../fault/fault.ts';
import type { ChooseColumns } from '../formats/parquet_columns.ts';
import { download, type DownloadOptions } from './download.ts';
import type { FileCache, RemoteFile } from './file_cache.ts';
import type { GivenFile, LoadOptions } from './folder.ts';
import { authorisation, hubRemote, hubSource, listHub, parseDataSetId, type HubModel, type HubOptions } from './hugging_face.ts';
import type { Opened } from './open_remote.ts';
import { downloadColumns } from './parquet_download.ts';
import type { Remote } from './remote_folder.ts';

export interface DataSetOptions extends LoadOptions, HubOptions, Pick<DownloadOptions, 'pause' | 'onNote'> {
  readonly cache?: FileCache | undefined;
  /** Which part of the data set is wanted, e.g. a task; it is kept apart from others. */
  readonly part: string;
  /** The files of the part among all paths of the data set. */
  readonly choose: (paths: readonly string[]) => readonly string[];
  /** The columns that are needed of a table; Parquet files are fetched without the others. The part must tell of the choice. */
  readonly columns?: ChooseColumns;
}

/**
 * Fetches the files of one part of a data set, named `org/name`, `org/name@revision`, `hub:org/name` or by its page.
 *
 * Of Parquet files only the needed columns are fetched, by range requests where the host gives them. What was fetched before
 * comes from the cache, without any request. Files are named without the folders that they are in. Throws Fault
 * `bad-data-set`, `no-tables`, or what listing and downloading throw.
 */
export async function openDataSet(text: string, options: DataSetOptions): Promise<Opened> {
  const set = parseDataSetId(text);
  if (!set) throw new Fault({ code: 'bad-data-set', where: 'data', expected: 'org/name, org/name@revision, or the page of a data set', got: JSON.stringify(text.slice(0, 80)), remedy: 'Copy the name from the page on huggingface.co, e.g. nyu-mll/glue.' });
  const source = `${hubSource(set)}#${options.part}`;
  const { name, address } = hubRemote(set, [], options.hubUrl);
  const kept = options.cache && (await keptFiles(options.cache, source));
  if (kept) return { name, source, files: kept };
  const fetched: Fetched[] = [];
  for (const file of await chosen(set, options)) fetched.push(await fetchedFile({ name, source, address }, file, options) ?? absent(set, options, file));
  await options.cache?.finish(source, fetched.map(({ file }) => file)).catch(() => undefined);
  return { name, source, files: fetched.map(({ file, blob }) => ({ name: file.path, blob })) };
}

/** The files of a source, where all of them are kept whole. */
async function keptFiles(cache: FileCache, source: string): Promise<GivenFile[] | undefined> {
  const files: GivenFile[] = [];
  for (const { path, size } of (await cache.listing(source)) ?? []) {
    const blob = new Blob([...((await cache.get(source, path))?.parts ?? [])]);
    if (blob.size !== size) return undefined;
    files.push({ name: path, blob });
  }
  return files.length > 0 ? files : undefined;
}

interface Fetched {
  readonly file: RemoteFile;
  readonly blob: Blob;
}

/** One file: its needed columns where that is less, else all of it; undefined when the host has none. */
async function fetchedFile(remote: Remote, listed: RemoteFile, { cache, pause, onNote, signal, onProgress, token, columns }: DataSetOptions): Promise<Fetched | undefined> {
  const file = { ...listed, path: baseName(listed.path) };
  const settings = { headers: authorisation(token), cache, ...(pause ? { pause } : {}), ...(onNote ? { onNote } : {}) };
  const reading = { signal, onBytes: (done: number, total: number) => onProgress?.(file.path, done, total) };
  const url = remote.address(listed.path);
  const part = columns && /\.parquet$/i.test(file.path) ? await downloadColumns(url, remote.source, file, columns, { ...settings, ...reading }) : undefined;
  if (part) return part;
  const blob = await download(url, remote.source, file, { ...settings, ...reading });
  return blob && { file, blob };
}

function absent(set: HubModel, options: DataSetOptions, { path }: RemoteFile): never {
  throw noTables(set, options, `no ${baseName(path)}`);
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
