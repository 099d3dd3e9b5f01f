/** Files of data preparation on this machine: found, read in parts, and written so that no half file is left. */
import { createReadStream, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { FormatError } from '../../src/formats/format_error.ts';
import { UsageError } from '../command_line/option.ts';
import { Interrupted } from '../driven_run.ts';

/** A file to read, with its size. */
export interface InputFile {
  readonly path: string;
  /** Below the folder that was named, with slashes. */
  readonly name: string;
  readonly bytes: number;
}

/** Names in the order in which a person counts: training2 before training10. */
const inOrder = new Intl.Collator('en', { numeric: true, sensitivity: 'variant' });

/** The folder that an option names; UsageError when there is none. */
export function inputFolder(path: string | undefined, option: string): string {
  if (path === undefined) throw new UsageError(option, 'a folder', 'nothing');
  if (!existsSync(path) || !statSync(path).isDirectory()) throw new UsageError(option, 'a folder', `"${path}", which is none`);
  return path;
}

/** Files of a folder whose name below it is wanted, in order; FormatError EmptyFile when there is none. */
export function filesIn(folder: string, wanted: (name: string) => boolean, what: string, deep = false): readonly InputFile[] {
  const entries = readdirSync(folder, { recursive: deep, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = entries.map((entry) => join(entry.parentPath, entry.name)).map((path) => ({ path, name: relative(folder, path).split(sep).join('/'), bytes: statSync(path).size }));
  const found = files.filter(({ name }) => wanted(name)).sort((a, b) => inOrder.compare(a.name, b.name));
  if (found.length === 0) throw new FormatError('EmptyFile', folder, what, files.length === 0 ? 'an empty folder' : `${files.length} other files`, 'Check the path.');
  return found;
}

/** The parts of a file; Interrupted when the person ends the program. */
export async function* partsOf(path: string, signal: AbortSignal, onBytes: (bytes: number) => void = () => undefined): AsyncGenerator<Uint8Array> {
  for await (const part of createReadStream(path, { highWaterMark: 2 ** 18 })) {
    if (signal.aborted) throw new Interrupted();
    if (!(part instanceof Uint8Array)) throw new TypeError(`${path}: expected bytes`);
    onBytes(part.length);
    yield part;
  }
}

/** Characters or bytes that are gathered before they are written. */
const GATHERED = 2 ** 20;

/** A file that has its name only when it is whole. */
export interface Output {
  write(text: string | Uint8Array): Promise<void>;
}

/** Writes a file under another name and renames it at the end; whatever goes wrong before, no file is left. */
export async function writeWhole<T>(path: string, work: (out: Output) => Promise<T>): Promise<T> {
  const part = `${path}.part`;
  const file = await open(part, 'w');
  try {
    const out = new Gathered(file);
    const result = await work(out);
    await out.flush();
    await file.close();
    await rename(part, path);
    return result;
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(part, { force: true });
    throw error;
  }
}

/** Writes small texts together. */
class Gathered implements Output {
  readonly #file: FileHandle;
  #text: string[] = [];
  #size = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async write(text: string | Uint8Array): Promise<void> {
    if (typeof text === 'string') {
      this.#text.push(text);
      this.#size += text.length;
      if (this.#size >= GATHERED) await this.flush();
      return;
    }
    await this.flush();
    await this.#file.writeFile(text);
  }

  async flush(): Promise<void> {
    if (this.#size > 0) await this.#file.writeFile(this.#text.join(''));
    this.#text = [];
    this.#size = 0;
  }
}

/** The folder that an option names, made if it is not there; UsageError when it is a file. */
export function outputFolder(path: string | undefined, option: string): string {
  if (path === undefined) throw new UsageError(option, 'a folder', 'nothing');
  if (existsSync(path) && !statSync(path).isDirectory()) throw new UsageError(option, 'a folder', `"${path}", which is a file`);
  mkdirSync(path, { recursive: true });
  return path;
}
