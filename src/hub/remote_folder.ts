/** A folder of files at an address, downloaded as they are read and kept in a cache. */
import { Fault } from '../fault/fault.ts';
import { isAbsent } from './answers.ts';
import { download, type DownloadOptions } from './download.ts';
import type { RemoteFile } from './file_cache.ts';
import type { Folder, ReadOptions } from './folder.ts';

export interface Remote {
  /** What a person calls it. */
  readonly name: string;
  /** Key in the cache: a model with its revision, or an address. */
  readonly source: string;
  readonly address: (path: string) => string;
  /** All files, where the host lists them. */
  readonly files?: readonly RemoteFile[];
}

/** Files as blobs, which a browser may keep on disk. */
export interface BlobFolder extends Folder {
  blob(path: string, options?: ReadOptions): Promise<Blob | undefined>;
}

/** Above this a browser cannot hold a file in one buffer. */
const MAX_BYTES = 2 ** 31 - 1;

/** The files of a remote; a file that a listing does not have is not asked for. */
export function remoteFolder(remote: Remote, settings: Omit<DownloadOptions, keyof ReadOptions> = {}): BlobFolder {
  const known = remote.files && new Map(remote.files.map((file) => [file.path, file]));
  const blob = async (path: string, options?: ReadOptions): Promise<Blob | undefined> => {
    const file = known ? known.get(path) : { path, size: 0, tag: '' };
    return file && download(remote.address(path), remote.source, file, { ...settings, ...options });
  };
  return {
    name: remote.name,
    blob,
    ...(known ? { list: () => [...known.keys()] } : {}),
    async has(path, signal) {
      return known ? known.has(path) : exists(remote.address(path), settings.headers, signal);
    },
    async read(path, options) {
      const found = await blob(path, options);
      if (found && found.size > MAX_BYTES) throw new Fault({ code: 'too-large', where: remote.address(path), expected: `at most ${MAX_BYTES} bytes in one file`, got: `${found.size} bytes`, remedy: 'Use a checkpoint in several parts.' });
      return found && new Uint8Array(await found.arrayBuffer());
    },
  };
}

async function exists(url: string, headers: Readonly<Record<string, string>> = {}, signal?: AbortSignal): Promise<boolean> {
  const response = await fetch(url, { method: 'HEAD', headers, signal: signal ?? null }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    const got = error instanceof Error ? error.message : String(error);
    throw new Fault({ code: 'network', where: url, expected: 'an answer', got, remedy: 'Check the connection and the address; the host must allow other sites to read its files (CORS).' });
  });
  return response.ok && !isAbsent(response, url);
}
