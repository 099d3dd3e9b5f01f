/** What a download needs of a store, so that it can be resumed, and needs no network the second time. */

/** One file of a remote model; the size is 0 and the tag empty where the host does not tell. */
export interface RemoteFile {
  readonly path: string;
  readonly size: number;
  /** Changes whenever the content does: an object id or an ETag. */
  readonly tag: string;
}

/** What is stored of a file: its first bytes, or all of them. */
export interface CachedFile {
  readonly size: number;
  readonly tag: string;
  /** One after another from the first byte on. */
  readonly parts: readonly Blob[];
}

/** Downloaded files by source (a model and its revision, or an address) and path. */
export interface FileCache {
  get(source: string, path: string): Promise<CachedFile | undefined>;
  /** Forgets what is stored of a file, and notes what is to come. */
  begin(source: string, file: RemoteFile): Promise<void>;
  /** Stores the bytes that begin at `offset`. */
  add(source: string, path: string, offset: number, part: Blob): Promise<void>;
  /** The files of a source that was once stored whole. */
  listing(source: string): Promise<readonly RemoteFile[] | undefined>;
  /** Notes that these files are a source's, all of them stored. */
  finish(source: string, files: readonly RemoteFile[]): Promise<void>;
}

/** Writes to a cache as long as it takes anything: one that fails, for want of space, costs the resuming and nothing else. */
export class CacheWriter {
  constructor(
    private cache: FileCache | undefined,
    private readonly path: string,
    private readonly onNote?: (text: string) => void,
  ) {}

  async write(work: (cache: FileCache) => Promise<void>): Promise<void> {
    if (!this.cache) return;
    try {
      await work(this.cache);
    } catch (error) {
      this.cache = undefined;
      this.onNote?.(`${this.path} is not kept for the next time: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
