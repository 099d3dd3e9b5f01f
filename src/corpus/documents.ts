/** Documents as token ids: sentences one after another in one list, so that a text of any length costs four bytes a token. */
import { Growing } from './growing.ts';

export interface Documents {
  /** [N] ids of all tokens. */
  readonly ids: Uint32Array;
  /** [S + 1] where each sentence begins in `ids`, and the end of the last. */
  readonly sentences: Uint32Array;
  /** [D + 1] where each document begins in `sentences`, and the end of the last. */
  readonly documents: Uint32Array;
}

/** Gathers documents sentence by sentence; what has no tokens is left out. */
export class DocumentList {
  readonly #ids = new Growing((n) => new Uint32Array(n));
  readonly #sentences = new Growing((n) => new Uint32Array(n));
  readonly #documents = new Growing((n) => new Uint32Array(n));

  constructor() {
    this.#sentences.push(0);
    this.#documents.push(0);
  }

  sentence(ids: ArrayLike<number>): void {
    if (ids.length === 0) return;
    this.#ids.append(ids);
    this.#sentences.push(this.#ids.length);
  }

  endDocument(): void {
    const end = this.#sentences.length - 1;
    if (this.#documents.at(this.#documents.length - 1) < end) this.#documents.push(end);
  }

  /** The documents so far; one that is open is ended. */
  finish(): Documents {
    this.endDocument();
    return { ids: this.#ids.view(), sentences: this.#sentences.view(), documents: this.#documents.view() };
  }
}

/** Documents from lists of sentences of ids. */
export function documentsOf(lists: readonly (readonly ArrayLike<number>[])[]): Documents {
  const list = new DocumentList();
  for (const sentences of lists) {
    for (const ids of sentences) list.sentence(ids);
    list.endDocument();
  }
  return list.finish();
}
