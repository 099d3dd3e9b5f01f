/** The raw vocabulary files: `vocab.txt` (WordPiece), `vocab.json` and `merges.txt` (byte-pair encoding). */
import { FormatError } from './format_error.ts';
import { decodeText, parseJsonObject, showValue } from './text.ts';

/** Ids stay below this; the largest vocabularies in use have about a quarter of it. */
export const MAX_TOKENS = 1_000_000;
const MAX_BYTES = 32 * 2 ** 20;
const REMEDY = 'Use the tokenizer files as `save_pretrained` writes them.';

function bad(where: string, expected: string, got: string): FormatError {
  return new FormatError('BadTokenizer', where, expected, got, REMEDY);
}

/** Text of a vocabulary file as lines, without the empty one after the last line feed. */
function lines(bytes: Uint8Array, where: string): string[] {
  if (bytes.length > MAX_BYTES) throw new FormatError('TooLarge', where, `at most ${MAX_BYTES} bytes`, `${bytes.length} bytes`, REMEDY);
  const all = decodeText(bytes, where).split(/\r?\n/);
  if (all.at(-1) === '') all.pop();
  return all;
}

/** `vocab.txt`: one token a line, the line number (from 0) is its id; FormatError BadTokenizer on a token that comes twice. */
export function readVocabTxt(bytes: Uint8Array, where: string): ReadonlyMap<string, number> {
  const vocab = new Map<string, number>();
  for (const [id, token] of lines(bytes, where).entries()) {
    const first = vocab.get(token);
    if (first !== undefined) throw bad(`${where}, line ${id + 1}`, 'every token once', `${showValue(token)}, as in line ${first + 1}`);
    vocab.set(token, id);
  }
  if (vocab.size === 0) throw bad(where, 'one token a line', 'an empty file');
  return vocab;
}

/** `vocab.json`: an object of token → id; FormatError BadTokenizer unless the ids are distinct integers from 0. */
export function readVocabJson(bytes: Uint8Array, where: string): ReadonlyMap<string, number> {
  return checkVocab(parseJsonObject(bytes, where, MAX_BYTES), where);
}

/** An object of token → id as a Map; FormatError BadTokenizer unless the ids are distinct integers below a million. */
export function checkVocab(json: Readonly<Record<string, unknown>>, where: string): ReadonlyMap<string, number> {
  const vocab = new Map<string, number>();
  const tokens = new Map<number, string>();
  for (const [token, id] of Object.entries(json)) {
    if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || id >= MAX_TOKENS) {
      throw bad(`${where}, token ${showValue(token)}`, `an id from 0 to ${MAX_TOKENS - 1}`, showValue(id));
    }
    const other = tokens.get(id);
    if (other !== undefined) throw bad(`${where}, token ${showValue(token)}`, 'every id once', `id ${id}, as ${showValue(other)} has`);
    vocab.set(token, id);
    tokens.set(id, token);
  }
  if (vocab.size === 0) throw bad(where, 'tokens and their ids', 'none');
  return vocab;
}

/** `merges.txt`: two tokens a line in order of priority, after an optional `#version` line; blank lines are passed over. */
export function readMergesTxt(bytes: Uint8Array, where: string): readonly string[] {
  const merges: string[] = [];
  for (const [row, line] of lines(bytes, where).entries()) {
    if (line === '' || (row === 0 && line.startsWith('#version'))) continue;
    if (!/^[^ ]+ [^ ]+$/.test(line)) throw bad(`${where}, line ${row + 1}`, 'two tokens with one blank between', showValue(line));
    merges.push(line);
  }
  return merges;
}

/** Ids that fairseq's dictionary begins with, before the lines of `dict.txt`. */
const FAIRSEQ_FIRST = ['<s>', '<pad>', '</s>', '<unk>'];

/**
 * RoBERTa's vocabulary from fairseq's files: `dict.txt` (a token of GPT-2 by its number, and its count, in each line) over
 * `encoder.json` (GPT-2's tokens), with the mask as the last token.
 *
 * FormatError BadTokenizer for a line whose number GPT-2 does not have; words that are no number, which fill the
 * dictionary up, stand for themselves.
 */
export function readFairseqDictionary(dict: Uint8Array, encoder: Uint8Array, where: string): ReadonlyMap<string, number> {
  const tokens = new Map([...readVocabJson(encoder, `${where}/encoder.json`)].map(([token, id]) => [id, token]));
  const vocab = new Map(FAIRSEQ_FIRST.map((token, id) => [token, id]));
  for (const [row, line] of lines(dict, `${where}/dict.txt`).entries()) {
    const word = line.slice(0, line.lastIndexOf(' '));
    const token = /^\d+$/.test(word) ? tokens.get(Number(word)) : word;
    if (token === undefined || token === '' || vocab.has(token)) throw bad(`${where}/dict.txt, line ${row + 1}`, 'a token of encoder.json and its count, every token once', showValue(line));
    vocab.set(token, vocab.size);
  }
  return vocab.set('<mask>', vocab.size);
}
