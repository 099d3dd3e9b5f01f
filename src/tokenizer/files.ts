/** The files that a tokenizer is made of, in and out. */
import { FormatError } from '../formats/format_error.ts';
import { parseJsonObject, type JsonObject } from '../formats/text.ts';
import { checkTokenizerJson, readTokenizerJson, type TokenizerJson } from '../formats/tokenizer_json.ts';
import { readFairseqDictionary, readMergesTxt, readVocabJson, readVocabTxt } from '../formats/vocabulary.ts';
import { buildBytePair, buildWordPiece } from './build.ts';
import { SPECIAL_NAMES, type SpecialTokens } from './layout.ts';

/** Bytes by file name, e.g. `tokenizer.json`. */
export type TokenizerFiles = ReadonlyMap<string, Uint8Array>;

/** Names of the files that make up a tokenizer, to be looked for in a model folder. */
export const TOKENIZER_FILES = ['tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json', 'vocab.txt', 'vocab.json', 'merges.txt'] as const;

/** What fairseq has in place of Hugging Face's files; not written beside an exported model. */
const FAIRSEQ_FILES: readonly string[] = ['dict.txt', 'encoder.json', 'vocab.bpe'];

const MAX_SETTINGS = 4 * 2 ** 20;

/** tokenizer_config.json over special_tokens_map.json; empty when a folder has neither. */
export function readSettings(files: TokenizerFiles, where: string): JsonObject {
  const read = (name: string): JsonObject => {
    const bytes = files.get(name);
    return bytes ? parseJsonObject(bytes, `${where}/${name}`, MAX_SETTINGS) : {};
  };
  const withValues = (json: JsonObject) => Object.fromEntries(Object.entries(json).filter(([, value]) => value !== null));
  return { ...withValues(read('special_tokens_map.json')), ...withValues(read('tokenizer_config.json')) };
}

/** The checked `tokenizer.json`, read or built; FormatError MissingFile when no set of files is whole. */
export function readContent(files: TokenizerFiles, settings: JsonObject, where: string): TokenizerJson {
  const whole = files.get('tokenizer.json');
  if (whole) return readTokenizerJson(whole, `${where}/tokenizer.json`);
  const words = files.get('vocab.txt');
  if (words) {
    const vocab = readVocabTxt(words, `${where}/vocab.txt`);
    return checkTokenizerJson(buildWordPiece(vocab, settings, where), `${where}/vocab.txt`);
  }
  const [pieces, merges] = [files.get('vocab.json'), files.get('merges.txt')];
  if (pieces && merges) {
    const vocab = readVocabJson(pieces, `${where}/vocab.json`);
    return checkTokenizerJson(buildBytePair(vocab, readMergesTxt(merges, `${where}/merges.txt`), settings), `${where}/merges.txt`);
  }
  const [dictionary, encoder, rules] = FAIRSEQ_FILES.map((name) => files.get(name));
  if (dictionary && encoder && rules) {
    const vocab = readFairseqDictionary(dictionary, encoder, where);
    return checkTokenizerJson(buildBytePair(vocab, readMergesTxt(rules, `${where}/vocab.bpe`), settings), `${where}/vocab.bpe`);
  }
  const expected = 'tokenizer.json, or vocab.txt, or vocab.json with merges.txt';
  const got = [...files.keys()].join(', ') || 'none of them';
  throw new FormatError('MissingFile', where, expected, got, 'Add the tokenizer files of the model to its folder.');
}

/**
 * The files to write beside an exported model: those given, and what is missing of tokenizer.json, its settings and the
 * special tokens, so that `transformers` opens the folder without guessing case or class.
 */
export function exportFiles(given: TokenizerFiles, content: TokenizerJson, tokens: SpecialTokens): TokenizerFiles {
  const named = Object.fromEntries(SPECIAL_NAMES.map((name) => [`${name}_token`, tokens[name]]));
  const made: readonly (readonly [string, JsonObject])[] = [
    ['tokenizer.json', content.json],
    ['tokenizer_config.json', { ...classAndCase(content.json), ...named, model_max_length: 512 }],
    ['special_tokens_map.json', named],
  ];
  const encode = (json: JsonObject) => new TextEncoder().encode(`${JSON.stringify(json, null, 2)}\n`);
  const missing = made.filter(([name]) => !given.has(name)).map(([name, json]) => [name, encode(json)] as const);
  return new Map([...[...given].filter(([name]) => !FAIRSEQ_FILES.includes(name)), ...missing]);
}

/** BERT's own class re-creates its normalizer from these settings, so they must repeat what tokenizer.json says. */
function classAndCase(json: JsonObject): JsonObject {
  const part = (name: string): JsonObject => Object.fromEntries(Object.entries(json[name] ?? {}));
  const normalizer = part('normalizer');
  const isBert = normalizer.type === 'BertNormalizer' && part('pre_tokenizer').type === 'BertPreTokenizer';
  if (!isBert) return { tokenizer_class: 'PreTrainedTokenizerFast' };
  const { lowercase = true, strip_accents = null, handle_chinese_chars = true } = normalizer;
  return { tokenizer_class: 'BertTokenizer', do_lower_case: lowercase, strip_accents, tokenize_chinese_chars: handle_chinese_chars };
}
