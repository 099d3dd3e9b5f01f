/**
 * Sets of samples for training on text: finished files of samples, and while a set is being made the text as token ids.
 *
 * A record counts what is there; files of samples and blocks of ids are binary values of their own, each written together
 * with the record that counts it. The text itself is never stored.
 */
import { get, promisifyRequest } from 'idb-keyval';
import type { SamplePlan } from '../corpus/sample_plan.ts';
import type { ShardKind } from '../corpus/sampling.ts';
import type { ArticleColumns, TokenBlock } from '../corpus/token_blocks.ts';
import type { VocabularyDigest } from '../corpus/tokens.ts';
import { Fault } from '../fault/fault.ts';
import { labDatabase, under, type Database } from './database.ts';
import { withOwnerLock } from './locks.ts';
import { asSampleSet } from './samples_record.ts';
import type { TextFile } from './types.ts';

/** One stored file of samples. */
export interface StoredSamples {
  readonly kind: ShardKind;
  readonly index: number;
  readonly bytes: number;
  readonly instances: number;
  readonly tokens: number;
}

/** How far the reading of the text has come. */
export interface ReadSoFar {
  /** Blocks of ids that are stored. */
  readonly blocks: number;
  /** The file that was being read, and its articles that are in the blocks. */
  readonly file: number;
  readonly articles: number;
  /** Bytes of unpacked text. */
  readonly text: number;
}

/** A set of samples as the list shows it. */
export interface SampleSet {
  readonly id: string;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly state: 'reading' | 'making' | 'done';
  /** Undefined for a set that was imported: its files say how they were made. */
  readonly plan?: SamplePlan;
  /** The files of the text. */
  readonly text: readonly { readonly name: string; readonly bytes: number }[];
  readonly vocabulary: VocabularyDigest;
  readonly vocabularyName: string;
  readonly maxSeqLength: number;
  readonly nextSentence: boolean;
  /** Articles, sentences and bytes of text; 0 while they are not known. */
  readonly articles: number;
  readonly sentences: number;
  readonly textBytes: number;
  readonly read: ReadSoFar;
  readonly samples: readonly StoredSamples[];
  /** Samples by their length: as many equal parts of `maxSeqLength` as there are numbers. */
  readonly lengths: readonly number[];
}

/** The sets that can be read, and the ids of those that cannot. */
export interface SampleSets {
  readonly sets: readonly SampleSet[];
  readonly unreadable: readonly string[];
}

const recordKey = (id: string): IDBValidKey => ['samples', id];
const fileKey = (id: string, kind: ShardKind, index: number): IDBValidKey => ['sample-file', id, kind, index];
const blockKey = (id: string, index: number): IDBValidKey => ['token-block', id, index];
const columnsKey = (id: string, index: number): IDBValidKey => ['token-columns', id, index];
const vocabularyKey = (id: string): IDBValidKey => ['sample-vocabulary', id];

/** What is stored of a set beside its record; the last two only until it is finished. */
const PARTS = ['sample-file', 'sample-vocabulary', 'token-block', 'token-columns'] as const;
const PASSING = PARTS.slice(2);

const CHANNEL = 'distill-lab/samples';

/** The sets of samples in one database; whatever is written is there together with the record that counts it. */
export class SampleStore {
  constructor(private readonly database: Database = labDatabase) {}

  /** All sets, the newest first. */
  async list(): Promise<SampleSets> {
    const [keys, values] = await this.database.relaxed('readonly', (entries) => Promise.all([
      promisifyRequest(entries.getAllKeys(under('samples'))),
      promisifyRequest<unknown[]>(entries.getAll(under('samples'))),
    ]));
    const read = values.map((value, i) => ({ id: idOf(keys[i]), set: asSampleSet(value) }));
    return {
      sets: read.flatMap(({ set }) => (set ? [set] : [])).sort((a, b) => b.createdAt - a.createdAt),
      unreadable: read.flatMap(({ id, set }) => (set ? [] : [id])),
    };
  }

  /** One set; undefined when there is none. Fault `store-unreadable` for a record that this version cannot read. */
  async get(id: string): Promise<SampleSet | undefined> {
    const value = await get<unknown>(recordKey(id), this.database.relaxed);
    if (value === undefined) return undefined;
    const set = asSampleSet(value);
    if (set) return set;
    throw new Fault({ code: 'store-unreadable', where: `samples ${id}`, expected: 'a record of a set of samples', got: 'other contents', remedy: 'Delete the set in the list, and make or import it again.' });
  }

  /** Begins a set that is to be made, with the files of its tokenizer. */
  begin(set: SampleSet, tokenizer: readonly TextFile[]): Promise<void> {
    return this.#write(set, (entries) => entries.put(tokenizer.map(({ name, text }) => ({ name, text })), vocabularyKey(set.id)));
  }

  /** Stores the record alone. */
  put(set: SampleSet): Promise<void> {
    return this.#write(set, () => undefined);
  }

  /** Stores the next block of ids, which the record counts. */
  addBlock(set: SampleSet, index: number, articles: ArticleColumns, block: TokenBlock, sum: number): Promise<void> {
    return this.#write(set, (entries) => {
      entries.put({ ...articles }, columnsKey(set.id, index));
      entries.put({ lengths: block.lengths, ids: block.ids, sum }, blockKey(set.id, index));
    });
  }

  /** Stores a file of samples, which the record counts. */
  addFile(set: SampleSet, { kind, index }: Pick<StoredSamples, 'kind' | 'index'>, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    return this.#write(set, (entries) => entries.put(bytes, fileKey(set.id, kind, index)));
  }

  /** Stores the record of a finished set, and deletes what only its making needed. */
  finish(set: SampleSet): Promise<void> {
    return this.#write({ ...set, state: 'done' }, (entries) => {
      for (const part of PASSING) entries.delete(under(part, set.id));
    });
  }

  /** The bytes of a file of samples; undefined when there is none. What they hold is checked where they are read. */
  async file(id: string, kind: ShardKind, index: number): Promise<Uint8Array | undefined> {
    const bytes = await get<unknown>(fileKey(id, kind, index), this.database.relaxed);
    return bytes instanceof Uint8Array ? bytes : undefined;
  }

  /** Columns of a block's articles; what it holds is undefined when it is not there. */
  async columns(id: string, index: number): Promise<ArticleColumns | undefined> {
    const columns = await get<Partial<Record<keyof ArticleColumns, unknown>>>(columnsKey(id, index), this.database.relaxed);
    const { sentences, kept, tokens, bytes, crc32 } = columns ?? {};
    return isColumn(sentences) && isColumn(kept) && isColumn(tokens) && isColumn(bytes) && isColumn(crc32) ? { sentences, kept, tokens, bytes, crc32 } : undefined;
  }

  /** A block of ids with its checksum. */
  async block(id: string, index: number): Promise<(TokenBlock & { readonly sum: number }) | undefined> {
    const block = await get<{ lengths?: unknown; ids?: unknown; sum?: unknown }>(blockKey(id, index), this.database.relaxed);
    const { lengths, ids, sum } = block ?? {};
    return isColumn(lengths) && (ids instanceof Uint16Array || isColumn(ids)) && typeof sum === 'number' ? { lengths, ids: ids as TokenBlock['ids'], sum } : undefined;
  }

  /** The files of the tokenizer of a set that was made here. */
  async tokenizer(id: string): Promise<readonly TextFile[]> {
    const files = await get<unknown>(vocabularyKey(id), this.database.relaxed);
    return Array.isArray(files) ? files.filter(isTextFile) : [];
  }

  /** Runs what makes or imports a set while no other tab can; Fault `run-busy`. */
  working<T>(id: string, task: () => Promise<T>): Promise<T> {
    return withOwnerLock({ kind: 'samples', id }, task);
  }

  /** Deletes a set with all of its files; Fault `run-busy` while one makes it. */
  async delete(id: string): Promise<void> {
    await this.working(id, () => this.discard(id));
  }

  /** Deletes a set, for the one who makes it. */
  async discard(id: string): Promise<void> {
    await this.database.strict('readwrite', (entries) => {
      for (const part of PARTS) entries.delete(under(part, id));
      entries.delete(recordKey(id));
      return Promise.resolve();
    });
    announce();
  }

  async #write(set: SampleSet, more: (entries: IDBObjectStore) => unknown): Promise<void> {
    await this.database.strict('readwrite', (entries) => {
      more(entries);
      entries.put(structuredClone(set), recordKey(set.id));
      return Promise.resolve();
    });
    announce();
  }
}

/** Calls back after every change in any tab or worker, until the returned function is called. */
export function watchSamples(changed: () => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = changed;
  return () => channel.close();
}

function announce(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage('changed');
  channel.close();
}

const idOf = (key: IDBValidKey | undefined): string => (Array.isArray(key) ? String(key[1]) : '');
const isColumn = (value: unknown): value is Uint32Array<ArrayBuffer> => value instanceof Uint32Array;

function isTextFile(value: unknown): value is TextFile {
  return typeof value === 'object' && value !== null && 'name' in value && 'text' in value && typeof value.name === 'string' && typeof value.text === 'string';
}
