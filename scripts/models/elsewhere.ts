/** Models that a command line names by address or by their name on the Hub: fetched to this machine before they are read. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { Fault } from '../../src/fault/fault.ts';
import type { ColumnMap } from '../../src/data/column_map.ts';
import { tablesToTrain } from '../../src/data/remote_tables.ts';
import { taskNamed } from '../../src/data/tasks.ts';
import { DEFAULT_RECIPE } from '../../src/experiment/presets.ts';
import { openDataSet } from '../../src/hub/data_set.ts';
import { isModelFile } from '../../src/hub/file_names.ts';
import type { GivenFile } from '../../src/hub/folder.ts';
import { parseDataSetId, parseModelId } from '../../src/hub/hugging_face.ts';
import { openRemote, type Opened, type OpenOptions } from '../../src/hub/open_remote.ts';
import { unzipFiles } from '../../src/hub/zip.ts';
import { nearest } from '../../src/experiment/nearest.ts';
import { Pace } from '../../src/hub/pace.ts';
import { userCache } from '../browser.ts';
import type { Context, Outcome } from '../command_line/command.ts';
import { bundledModels, MODELS } from '../commands/sources.ts';
import { Interrupted } from '../driven_run.ts';
import { progressOn } from '../progress.ts';
import { ModelCache } from './model_cache.ts';

/** What an option wants of the model that it names. */
export type Want = NonNullable<OpenOptions['want']>;

/** A name that ends so is meant as a file of this machine. */
const FILE = /\.(safetensors|bin|pt|pth|zip|json|jsonl|tsv|csv|parquet|gz|txt|h5|ckpt)$/i;

/**
 * Whether a text names a model that must be fetched: an address, or `org/name[@revision]` where no such path is here.
 *
 * A word without a slash that is or resembles a bundled model is none of the Hub's.
 */
export function isElsewhere(text: string): boolean {
  if (/^https?:\/\//i.test(text)) return true;
  if (existsSync(text) || FILE.test(text) || !isHubName(text)) return false;
  return text.includes('/') || nearest(text, bundledModels()) === undefined;
}

function isHubName(text: string): boolean {
  try {
    return parseModelId(text) !== undefined;
  } catch {
    return false;
  }
}

/**
 * Fetches a model, or its tokenizer alone, and gives the folder of this machine that it is in then.
 *
 * `HF_ENDPOINT` names another Hub; `HF_TOKEN` opens private models, and is sent to the Hub alone. What has arrived is kept
 * below the person's cache folder. Throws Interrupted, a Fault of the download, or `not-kept` where the disk is full.
 */
export function fetched(text: string, want: Want, context: Context): Promise<string> {
  return keptFolder(text, (options) => openRemote(text, { ...options, want }), context);
}

/** As `fetched`, for the tables of a task in a data set of the Hub; of Parquet files the columns that are named, or that the task reads. */
export function fetchedData(text: string, name: string, context: Context, given: ColumnMap = {}): Promise<string> {
  return keptFolder(text, (options) => openDataSet(text, { ...options, ...tablesToTrain(taskNamed(name), text, given) }), context);
}

/** Whether a text names a data set of the Hub, and nothing that is here. */
export function isDataSet(text: string): boolean {
  return !existsSync(text) && !FILE.test(text) && parseDataSetId(text) !== undefined;
}

type Opening = Omit<OpenOptions, 'want'>;

async function keptFolder(text: string, open: (options: Opening) => Promise<Opened>, { log, signal }: Context): Promise<string> {
  const { HF_ENDPOINT = '', HF_TOKEN: token } = process.env;
  const hubUrl = HF_ENDPOINT.replace(/\/+$/, '');
  const cache = new ModelCache(join(userCache(), 'models'), hubUrl);
  const progress = progressOn(log);
  const notes: string[] = [];
  const pace = new Pace(() => performance.now());
  let arrived = false;
  const onProgress = (file: string, done: number, total: number) => {
    arrived ||= done < total || total === 0;
    const label = `Fetching ${text}: ${file}${total > 0 ? `, ${(total / 1e6).toFixed(1)} MB` : ''}`;
    progress.listen({ type: 'progress', run: '', label, done, total, secondsLeft: pace.secondsLeft(file, done, total) ?? 0 });
  };
  try {
    const options = { token, signal, cache, onProgress, onNote: (note: string) => notes.push(note), ...(hubUrl === '' ? {} : { hubUrl }) };
    const opened = await open(options);
    const folder = await onDisk(opened, cache, notes);
    progress.say(arrived ? `${opened.name} is kept in ${folder}` : `${opened.name} comes from ${folder}; delete that folder to fetch it anew.`);
    return folder;
  } catch (error) {
    throw signal.aborted ? new Interrupted() : explained(error, text);
  } finally {
    progress.end();
  }
}

/** The folder with the files; those of an archive are unpacked beside it. */
async function onDisk({ source, files, name }: Opened, cache: ModelCache, notes: readonly string[]): Promise<string> {
  const folder = cache.folder(source);
  if (/\.zip($|\?)/i.test(source)) return unpacked(files, join(folder, basename(name)));
  if (files.every((file) => existsSync(join(folder, file.name)))) return folder;
  throw new Fault({ code: 'not-kept', where: folder, expected: 'the fetched files to be written', got: notes.join('; ') || 'some of them are missing', remedy: 'Free space on the disk, or set XDG_CACHE_HOME to another folder.' });
}

/** An archive of this machine as a folder, in the person's cache as long as it does not change. */
async function unpackedArchive(path: string): Promise<string> {
  const { size, mtimeMs } = await stat(path);
  const version = createHash('sha256').update(`${resolve(path)}\n${size}\n${mtimeMs}`).digest('hex').slice(0, 16);
  const folder = join(userCache(), 'archives', version, basename(path).replace(/\.zip$/i, ''));
  return existsSync(folder) ? folder : unpacked(unzipFiles(await readFile(path), basename(path)), folder);
}

/** Writes the files of an archive that a model is made of; they may lie one folder down. */
async function unpacked(files: readonly GivenFile[], folder: string): Promise<string> {
  if (existsSync(folder)) return folder;
  await rm(`${folder}.new`, { recursive: true, force: true });
  await mkdir(`${folder}.new`, { recursive: true });
  for (const file of files) {
    const [last = '', ...above] = file.name.split('/').reverse();
    if (above.length < 2 && isModelFile(last)) await writeFile(join(`${folder}.new`, last), new Uint8Array(await file.blob.arrayBuffer()));
  }
  await rename(`${folder}.new`, folder);
  return folder;
}

const UNKNOWN: readonly string[] = ['no-access', 'no-such-model', 'network'];

/** A mistyped path looks like a name on the Hub. */
function explained(error: unknown, text: string): unknown {
  if (!(error instanceof Fault) || !UNKNOWN.includes(error.code) || /^https?:/i.test(text)) return error;
  return new Fault({ ...error.toReport(), got: `${error.got}; and nothing is at the path ${text}` });
}

/** The path on this machine of what a command reads: itself, a bundled model by its name, or what was fetched. */
export async function localPath(text: string, context: Context): Promise<string> {
  if (existsSync(text)) return text;
  if (bundledModels().includes(text)) return join(MODELS, text);
  return isElsewhere(text) ? fetched(text, 'model', context) : text;
}

/** The value of an option that is a text. */
function textIn(values: object, name: string): string | undefined {
  const value: unknown = Object.entries(values).find(([option]) => option === name)?.[1];
  return typeof value === 'string' ? value : undefined;
}

/** The columns that options name, read already. */
function columnsIn(values: object): ColumnMap {
  const value: unknown = Object.entries(values).find(([option]) => option === 'columns')?.[1];
  const named = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(named.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

const isArchive = (text: string): boolean => /\.zip$/i.test(text) && existsSync(text);

/**
 * The work of a command whose options may name models elsewhere or in archives, or a data set of the Hub as `--data`: those
 * become folders of this machine first. Without any, the options are checked at once.
 */
export function withFetched<V extends object>(values: V, wants: Readonly<Partial<Record<keyof V, Want>>>, plan: (values: V) => (context: Context) => Promise<Outcome>): (context: Context) => Promise<Outcome> {
  const named = (Object.entries(wants) as [keyof V & string, Want][]).flatMap(([option, want]) => {
    const text: unknown = values[option];
    return typeof text === 'string' && (isArchive(text) || isElsewhere(text)) ? [{ option, want, text }] : [];
  });
  const data = textIn(values, 'data');
  const set = data !== undefined && isDataSet(data) ? data : undefined;
  if (named.length === 0 && set === undefined) return plan(values);
  return async (context) => {
    const folders: Record<string, string> = {};
    if (set !== undefined) folders.data = await fetchedData(set, textIn(values, 'task') ?? textIn(values, 'task_name') ?? DEFAULT_RECIPE.task, context, columnsIn(values));
    for (const { option, want, text } of named) folders[option] = isArchive(text) ? await unpackedArchive(text) : await fetched(text, want, context);
    return plan({ ...values, ...folders })(context);
  };
}
