/** `tokenizer.json` as checked values: a WordPiece or byte-pair vocabulary and how special tokens frame a text. */
import { FormatError } from './format_error.ts';
import { isJsonObject, parseJsonObject, showValue, type JsonObject } from './text.ts';
import { checkVocab, MAX_TOKENS } from './vocabulary.ts';

export interface TokenizerJson {
  /** The whole file, with the parts that may be absent as null. */
  readonly json: JsonObject;
  readonly model: 'WordPiece' | 'BPE';
  /** Token → id, added tokens included. */
  readonly vocab: ReadonlyMap<string, number>;
  readonly addedTokens: readonly string[];
}

const MAX_BYTES = 32 * 2 ** 20;
const PARTS = ['normalizer', 'pre_tokenizer', 'post_processor', 'decoder'];
const REMEDY = 'Use the tokenizer.json of a BERT or RoBERTa model as `save_pretrained` writes it.';

function bad(where: string, expected: string, got: string): FormatError {
  return new FormatError('BadTokenizer', where, expected, got, REMEDY);
}

/** Reads and checks `tokenizer.json`; FormatError NotJson, TooLarge, NotUtf8 or BadTokenizer. */
export function readTokenizerJson(bytes: Uint8Array, where: string): TokenizerJson {
  return checkTokenizerJson(parseJsonObject(bytes, where, MAX_BYTES), where);
}

/** Checks the parsed content of `tokenizer.json`; FormatError BadTokenizer. */
export function checkTokenizerJson(json: JsonObject, where: string): TokenizerJson {
  const model = json.model;
  if (!isJsonObject(model) || !isJsonObject(model.vocab)) {
    throw bad(`${where}, model`, 'a WordPiece or BPE model with its vocabulary', isJsonObject(model) ? showValue(model.type ?? model.vocab) : showValue(model));
  }
  const type = model.type ?? ('merges' in model ? 'BPE' : 'WordPiece');
  if (type !== 'WordPiece' && type !== 'BPE') throw bad(`${where}, model`, 'WordPiece or BPE', showValue(type));
  const vocab = new Map(checkVocab(model.vocab, `${where}, vocab`));
  if (type === 'BPE') checkMerges(model.merges, vocab, `${where}, merges`);
  else if (typeof model.unk_token !== 'string' || !vocab.has(model.unk_token)) {
    throw bad(`${where}, model`, 'an unk_token of the vocabulary', showValue(model.unk_token));
  }
  for (const part of PARTS) {
    if (!isJsonObject(json[part] ?? {})) throw bad(`${where}, ${part}`, 'an object or null', showValue(json[part]));
  }
  const addedTokens = checkAdded(json.added_tokens ?? [], vocab, `${where}, added_tokens`);
  const nulls = Object.fromEntries(PARTS.map((part) => [part, json[part] ?? null]));
  return { json: { ...json, ...nulls, model: { ...model, type }, added_tokens: json.added_tokens ?? [] }, model: type, vocab, addedTokens };
}

/** Merges are `"a b"` or `["a", "b"]`; both and their union must be tokens. */
function checkMerges(merges: unknown, vocab: ReadonlyMap<string, number>, where: string): void {
  if (!Array.isArray(merges)) throw bad(where, 'a list of merges', showValue(merges));
  for (const [i, merge] of merges.entries()) {
    const parts: unknown[] = typeof merge === 'string' ? merge.split(' ') : Array.isArray(merge) ? merge : [];
    const known = parts.length === 2 && [...parts, parts.join('')].every((part) => typeof part === 'string' && vocab.has(part));
    if (!known) throw bad(`${where}, number ${i}`, 'two tokens of the vocabulary whose union is one too', showValue(merge));
  }
}

/** Adds the added tokens to `vocab`; an id must agree with the vocabulary where that has the token. */
function checkAdded(added: unknown, vocab: Map<string, number>, where: string): readonly string[] {
  if (!Array.isArray(added)) throw bad(where, 'a list', showValue(added));
  const contents: string[] = [];
  for (const [i, token] of added.entries()) {
    const content: unknown = isJsonObject(token) ? token.content : undefined;
    const id: unknown = isJsonObject(token) ? token.id : undefined;
    if (typeof content !== 'string' || content === '' || typeof id !== 'number' || !Number.isInteger(id) || id < 0 || id >= MAX_TOKENS) {
      throw bad(`${where}, number ${i}`, 'an object with content and id', showValue(token));
    }
    const known = vocab.get(content);
    if (known !== undefined && known !== id) throw bad(`${where}, ${showValue(content)}`, `id ${known}, as in the vocabulary`, `${id}`);
    vocab.set(content, id);
    contents.push(content);
  }
  return contents;
}
