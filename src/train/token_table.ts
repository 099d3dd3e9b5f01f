import type { EncodedExample } from './batches.ts';

/** Token ids of n rows, back to back, as they are sent between threads and stored. */
export interface TokenTable {
  /** [n + 1]: row i has the tokens from starts[i] to starts[i + 1], the latter left out. */
  readonly starts: Int32Array<ArrayBuffer>;
  /** [Σ lengths]; of 16 bits where the vocabulary allows it. */
  readonly ids: Uint16Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
  /** [Σ lengths] token types. */
  readonly typeIds: Uint8Array<ArrayBuffer>;
}

/** What a row has beside its tokens. */
export type RowLabel = Pick<EncodedExample, 'label' | 'depth'>;

/** Gathers rows into a table; memory is taken in steps, and no row stays an object. */
export class TokenTableWriter {
  readonly #starts: Int32Array<ArrayBuffer>;
  #ids: TokenTable['ids'];
  #typeIds: TokenTable['typeIds'];
  #rows = 0;
  #end = 0;

  /** `rows` are all that will come, with ids below `vocabulary`. */
  constructor(rows: number, vocabulary: number) {
    this.#starts = new Int32Array(rows + 1);
    const room = 32 * rows;
    this.#ids = vocabulary <= 2 ** 16 ? new Uint16Array(room) : new Int32Array(room);
    this.#typeIds = new Uint8Array(room);
  }

  add({ ids, typeIds }: Pick<EncodedExample, 'ids' | 'typeIds'>): void {
    if (this.#end + ids.length > this.#ids.length) this.#grow(this.#end + ids.length);
    this.#ids.set(ids, this.#end);
    this.#typeIds.set(typeIds, this.#end);
    this.#end += ids.length;
    this.#starts[++this.#rows] = this.#end;
  }

  /** The table, in memory of its own size. */
  finish(): TokenTable {
    return { starts: this.#starts, ids: this.#ids.slice(0, this.#end), typeIds: this.#typeIds.slice(0, this.#end) };
  }

  #grow(least: number): void {
    const room = Math.max(least, 2 * this.#ids.length);
    const { constructor: Kind } = this.#ids;
    const ids = Kind === Uint16Array ? new Uint16Array(room) : new Int32Array(room);
    ids.set(this.#ids);
    this.#ids = ids;
    const typeIds = new Uint8Array(room);
    typeIds.set(this.#typeIds);
    this.#typeIds = typeIds;
  }
}

/** The rows of a table with their labels, as views; RangeError when there are not as many of both. */
export function rowsOfTable(table: TokenTable, labels: readonly RowLabel[]): EncodedExample[] {
  if (table.starts.length !== labels.length + 1) throw new RangeError(`a table of ${table.starts.length - 1} rows for ${labels.length} labels`);
  return labels.map((label, i) => new TableRow(table, i, label));
}

/** Whether the parts of a table belong together: the rows follow one another and fill it. */
export function isWhole({ starts, ids, typeIds }: TokenTable): boolean {
  return starts.length > 0 && starts[0] === 0 && starts.at(-1) === ids.length && typeIds.length === ids.length && starts.every((start, i) => i === 0 || start >= starts[i - 1]!);
}

/** Bytes of a table. */
export function tableBytes({ starts, ids, typeIds }: TokenTable): number {
  return starts.byteLength + ids.byteLength + typeIds.byteLength;
}

/** A row that is looked up when it is asked for: views of all rows of a large task at once would take more than their tokens. */
class TableRow implements EncodedExample {
  readonly label: number;
  readonly depth?: number;
  readonly #table: TokenTable;
  readonly #index: number;

  constructor(table: TokenTable, index: number, { label, depth }: RowLabel) {
    this.#table = table;
    this.#index = index;
    this.label = label;
    if (depth !== undefined) this.depth = depth;
  }

  get ids(): ArrayLike<number> {
    return this.#table.ids.subarray(this.#table.starts[this.#index], this.#table.starts[this.#index + 1]);
  }

  get typeIds(): ArrayLike<number> {
    return this.#table.typeIds.subarray(this.#table.starts[this.#index], this.#table.starts[this.#index + 1]);
  }
}
