/** The bytes of a download in parts that go to the cache as they fill up. */

/** 8 MiB: what a break loses at most, and what is held in memory before it is stored. */
const PART_BYTES = 8 * 2 ** 20;

/** Gathers bytes as they arrive; `store` is given each full part, and at `flush` the rest. */
export class DownloadParts {
  #waiting: Uint8Array<ArrayBuffer>[] = [];
  #size = 0;

  constructor(private readonly store: (part: Blob) => Promise<void>) {}

  async add(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#waiting.push(bytes);
    this.#size += bytes.length;
    if (this.#size >= PART_BYTES) await this.flush();
  }

  async flush(): Promise<void> {
    const part = new Blob(this.#waiting);
    this.#waiting = [];
    this.#size = 0;
    if (part.size > 0) await this.store(part);
  }
}
