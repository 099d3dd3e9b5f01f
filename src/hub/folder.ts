/** Where files come from: an address, or files that a person gave; the readers above see one interface. */
import { Fault } from '../fault/fault.ts';

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Bytes so far and in all; the total is 0 while it is not known. */
  readonly onBytes?: ((done: number, total: number) => void) | undefined;
}

/** How the files of a model are read. */
export interface LoadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Bytes of the file that is being read, and its size (0 while that is not known). */
  readonly onProgress?: ((file: string, done: number, total: number) => void) | undefined;
}

export interface Folder {
  /** For messages and provenance: a model id, an address or a directory name. */
  readonly name: string;
  /** The bytes of one file, or undefined when the folder has none of that name. */
  read(path: string, options?: ReadOptions): Promise<Uint8Array | undefined>;
  /** The file as a blob, where its bytes need not be held at once. */
  blob?(path: string, options?: ReadOptions): Promise<Blob | undefined>;
  /** Whether there is such a file, without reading it. */
  has(path: string, signal?: AbortSignal): Promise<boolean>;
  /** Paths of all files, where the source can tell. */
  list?(): readonly string[];
  /** Set where this is no folder but one file of weights, which is read under its `name`. */
  readonly isFile?: true;
}

/** A file that was dropped, picked or served; `name` is its path within what was given. */
export interface GivenFile {
  readonly name: string;
  readonly blob: Blob;
}

/**
 * Files that a person gave, found by their path, also one directory down (a folder that was dropped whole).
 *
 * Two files that would both answer are a Fault `ambiguous-file`; one that the system no longer gives is `unreadable-file`.
 */
export function filesFolder(name: string, files: readonly GivenFile[]): Folder {
  const paths = files.map((file) => ({ path: file.name.replace(/^\.?\/+/, ''), blob: file.blob }));
  const find = (path: string): Blob | undefined => {
    const exact = paths.find((file) => file.path === path);
    if (exact) return exact.blob;
    const below = paths.filter((file) => file.path.split('/').slice(1).join('/') === path);
    if (below.length > 1) throw ambiguous(name, path, below.map((file) => file.path));
    return below[0]?.blob;
  };
  return {
    name,
    list: () => paths.map((file) => file.path),
    has: async (path) => find(path) !== undefined,
    blob: async (path) => find(path),
    async read(path, options) {
      const blob = find(path);
      return blob && readBlob(blob, `${name}/${path}`, options);
    },
  };
}

function ambiguous(name: string, path: string, found: readonly string[]): Fault {
  return new Fault({ code: 'ambiguous-file', where: name, expected: `one ${path}`, got: found.join(' and '), remedy: 'Give the files of one folder only.' });
}

async function readBlob(blob: Blob, where: string, options?: ReadOptions): Promise<Uint8Array> {
  options?.signal?.throwIfAborted();
  try {
    const bytes = new Uint8Array(await blob.arrayBuffer());
    options?.onBytes?.(bytes.length, bytes.length);
    return bytes;
  } catch (error) {
    const got = error instanceof Error ? error.message : String(error);
    throw new Fault({ code: 'unreadable-file', where, expected: 'a file that can be read', got, remedy: 'The file was moved or changed: give it again.' });
  }
}
