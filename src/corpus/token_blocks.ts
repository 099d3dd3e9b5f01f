/** Articles as token ids in blocks: all that is kept of a text while it becomes samples. */
import { crc32 } from './crc32.ts';
import { crc32Combine } from './crc32_combine.ts';
import type { Documents } from './documents.ts';
import { Growing } from './growing.ts';
import { idsOf } from './samples.ts';
import { sentencesOf } from './sentences.ts';
import { shardText } from './sharding.ts';
import { tokenOf } from './tokens.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';

type Column = Uint32Array<ArrayBuffer>;

/** What is known of the articles of a block, one entry an article. */
export interface ArticleColumns {
  /** Sentences, and those of them that have tokens. */
  readonly sentences: Column;
  readonly kept: Column;
  readonly tokens: Column;
  /** The article as it would stand in a shard of text: bytes and CRC-32. */
  readonly bytes: Column;
  readonly crc32: Column;
}

/** The sentences of neighbouring articles, one after another. */
export interface TokenBlock {
  /** Tokens of each sentence that has any. */
  readonly lengths: Column;
  readonly ids: Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;
}

const u32 = (length: number): Column => new Uint32Array(length);
const NAMES = ['sentences', 'kept', 'tokens', 'bytes', 'crc32'] as const satisfies readonly (keyof ArticleColumns)[];

/** Turns articles into ids until a block is full. */
export class BlockWriter {
  readonly #tokens: (text: string) => ArrayLike<number>;
  readonly #make: ReturnType<typeof idsOf>;
  readonly #encoder = new TextEncoder();
  #columns = newColumns();
  #lengths = new Growing(u32);
  #ids: Growing<Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>>;

  constructor(tokenizer: Tokenizer) {
    this.#tokens = tokenOf(tokenizer);
    this.#make = idsOf(tokenizer.vocabSize);
    this.#ids = new Growing(this.#make);
  }

  /** Tokens of the block so far. */
  get tokens(): number {
    return this.#ids.length;
  }

  /** Adds an article; one without a sentence is none. */
  add(article: string): void {
    const sentences = sentencesOf(article);
    if (sentences.length === 0) return;
    const [before, kept] = [this.#ids.length, this.#lengths.length];
    for (const sentence of sentences) this.#sentence(wellFormed(sentence));
    const text = this.#encoder.encode(shardText(sentences));
    const row = [sentences.length, this.#lengths.length - kept, this.#ids.length - before, text.length, crc32(text)];
    NAMES.forEach((name, i) => this.#columns[name].push(row[i]!));
  }

  /** The block so far; the next article begins another. */
  take(): { readonly articles: ArticleColumns; readonly block: TokenBlock } {
    const [columns, lengths, ids] = [this.#columns, this.#lengths, this.#ids];
    [this.#columns, this.#lengths, this.#ids] = [newColumns(), new Growing(u32), new Growing(this.#make)];
    return { articles: columnsOf((name) => columns[name].view().slice()), block: { lengths: lengths.view().slice(), ids: ids.view().slice() } };
  }

  #sentence(sentence: string): void {
    const ids = this.#tokens(sentence);
    if (ids.length === 0) return;
    this.#lengths.push(ids.length);
    this.#ids.append(ids);
  }
}

const newColumns = () => columnsOf(() => new Growing(u32));

function columnsOf<T>(of: (name: keyof ArticleColumns) => T): { readonly [K in keyof ArticleColumns]: T } {
  return { sentences: of('sentences'), kept: of('kept'), tokens: of('tokens'), bytes: of('bytes'), crc32: of('crc32') };
}

/** A half of a surrogate pair becomes the sign that stands for it in UTF-8. */
function wellFormed(sentence: string): string {
  return /\p{Surrogate}/u.test(sentence) ? sentence.replace(/\p{Surrogate}/gu, '\uFFFD') : sentence;
}

/** The columns of several blocks as one. */
export function joinedColumns(all: readonly ArticleColumns[]): ArticleColumns {
  return columnsOf((name) => {
    const out = u32(all.reduce((sum, columns) => sum + columns[name].length, 0));
    let at = 0;
    for (const columns of all) {
      out.set(columns[name], at);
      at += columns[name].length;
    }
    return out;
  });
}

/** CRC-32 of a block's numbers, as they are kept. */
export function blockSum({ lengths, ids }: TokenBlock): number {
  return crc32(bytesOf(ids), crc32(bytesOf(lengths)));
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Column | Uint16Array<ArrayBuffer>): Uint8Array => new Uint8Array(buffer, byteOffset, byteLength);

/** Bytes and CRC-32 of the text file that a shard of these articles would be. */
export function shardSource(articles: readonly number[], { bytes, crc32: sums }: ArticleColumns): { readonly bytes: number; readonly crc32: number } {
  return articles.reduce((before, article) => ({ bytes: before.bytes + bytes[article]!, crc32: crc32Combine(before.crc32, sums[article]!, bytes[article]!) }), { bytes: 0, crc32: 0 });
}

/** Gathers the documents of some shards while the blocks pass by, in their order. */
export class ShardGatherer {
  readonly #columns: ArticleColumns;
  readonly #shards: readonly { readonly ids: Uint32Array; readonly sentences: Uint32Array; readonly documents: Uint32Array }[];
  /** By article: its shard, or −1; where its tokens and its sentences begin there. */
  readonly #shard: Int32Array;
  readonly #idsAt: Uint32Array;
  readonly #sentencesAt: Uint32Array;
  #article = 0;

  constructor(shards: readonly (readonly number[])[], columns: ArticleColumns) {
    const count = columns.tokens.length;
    this.#columns = columns;
    [this.#shard, this.#idsAt, this.#sentencesAt] = [new Int32Array(count).fill(-1), new Uint32Array(count), new Uint32Array(count)];
    this.#shards = shards.map((articles, shard) => this.#place(articles, shard));
  }

  /** Takes the articles of the next block. */
  add({ lengths, ids }: TokenBlock, articles: number): void {
    let [sentence, token] = [0, 0];
    for (const end = this.#article + articles; this.#article < end; this.#article++) {
      const [kept, tokens] = [this.#columns.kept[this.#article]!, this.#columns.tokens[this.#article]!];
      const to = this.#shards[this.#shard[this.#article]!];
      if (to) {
        to.ids.set(ids.subarray(token, token + tokens), this.#idsAt[this.#article]!);
        this.#sentences(to.sentences, lengths.subarray(sentence, sentence + kept));
      }
      sentence += kept;
      token += tokens;
    }
  }

  /** The documents of each shard, after the last block. */
  get documents(): readonly Documents[] {
    return this.#shards;
  }

  #sentences(out: Uint32Array, lengths: Uint32Array): void {
    let end = this.#idsAt[this.#article]!;
    const from = this.#sentencesAt[this.#article]!;
    lengths.forEach((length, i) => {
      out[from + i] = end;
      end += length;
    });
  }

  /** Room for the documents of a shard; those without tokens are none. */
  #place(articles: readonly number[], shard: number): { ids: Uint32Array; sentences: Uint32Array; documents: Uint32Array } {
    const { kept, tokens } = this.#columns;
    const begins = [0];
    let [token, sentence] = [0, 0];
    for (const article of articles) {
      this.#shard[article] = shard;
      this.#idsAt[article] = token;
      this.#sentencesAt[article] = sentence;
      token += tokens[article]!;
      sentence += kept[article]!;
      if (kept[article]! > 0) begins.push(sentence);
    }
    const sentences = new Uint32Array(sentence + 1);
    sentences[sentence] = token;
    return { ids: new Uint32Array(token), sentences, documents: Uint32Array.from(begins) };
  }
}
