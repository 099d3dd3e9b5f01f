/** Tokenising with what was tokenised before at hand. */
import { describe, Fault, toReport } from '../fault/fault.ts';
import type { Encode, EncodingHost, TextSet } from '../lab/encode.ts';
import { sha256, sha256OfText } from '../store/digest.ts';
import type { KeptTokens } from '../store/tokens.ts';
import type { TokenizerFiles } from '../tokenizer/files.ts';
import type { TokenTable } from '../train/token_table.ts';

/** What makes token ids, beside rows and tokenizer files: to be raised when it gives other ids or tables for the same ones. */
export const MADE_BY = { version: 1, library: '@huggingface/tokenizers 0.2.0' } as const;

/** Rows that are digested at once: their text as JSON is held in memory. */
const CHUNK = 10_000;

/** Tokenises by `encode` what is not kept yet; a storage that fails costs time and a note, never a run. */
export function keeping(kept: KeptTokens, encode: Encode): Encode {
  return async (sets, encoding, host) => {
    const cache = new Cache(kept, host);
    const source = await cache.attempt(() => digestOfFiles(encoding.tokenizer.source));
    const tables: TokenTable[] = [];
    for (const [i, set] of sets.entries()) {
      const key = source === undefined || set.texts.length === 0 ? undefined : await cache.attempt(() => tokensKey(set, source, encoding.maxLength));
      const known = key === undefined ? undefined : await cache.get(key, set);
      const table = known ?? (await encode([set], encoding, { ...host, onRows: (_, done) => host.onRows(i, done) }))[0]!;
      if (key !== undefined && !known) await cache.attempt(() => kept.put(key, set.name, table));
      tables.push(table);
    }
    return tables;
  };
}

/** Digest of all that the token ids of a set depend on: what makes them, the tokenizer's files, the longest length, every text. */
export async function tokensKey({ texts }: TextSet, tokenizer: string, maxLength: number): Promise<string> {
  const chunks: string[] = [];
  for (let from = 0; from < texts.length; from += CHUNK) {
    const lines = texts.slice(from, from + CHUNK).map(({ text, textPair }) => JSON.stringify(textPair === undefined ? [text] : [text, textPair]));
    chunks.push(await sha256OfText(lines.join('\n')));
  }
  return sha256OfText(JSON.stringify([MADE_BY, tokenizer, maxLength, texts.length, chunks]));
}

/** Digest of the files that a tokenizer is made from. */
export async function digestOfFiles(files: TokenizerFiles): Promise<string> {
  const names = [...files.keys()].sort();
  const digests = await Promise.all(names.map((name) => sha256(files.get(name)!.slice())));
  return sha256OfText(JSON.stringify(names.map((name, i) => [name, digests[i]])));
}

/** The kept tables, as long as the storage works. */
class Cache {
  #failed = false;

  constructor(
    readonly kept: KeptTokens,
    readonly host: EncodingHost,
  ) {}

  /** Undefined where the storage refused, which is said once. */
  async attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (this.#failed) return undefined;
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.#failed = true;
      this.host.note(`Token ids are not kept for later runs: ${describe(toReport(error))}`);
      return undefined;
    }
  }

  async get(key: string, { name, texts }: TextSet): Promise<TokenTable | undefined> {
    const found = await this.attempt(() => this.kept.get(key));
    const isDamaged = found?.damaged ?? (found?.table && found.table.starts.length !== texts.length + 1);
    if (isDamaged) this.host.note(`The kept token ids of ${name} were damaged in the browser’s storage; they are made again.`);
    return isDamaged ? undefined : found?.table;
  }
}
