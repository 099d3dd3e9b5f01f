import { Tokenizer as Library } from '@huggingface/tokenizers';
import { FormatError } from '../formats/format_error.ts';
import type { TokenizerJson } from '../formats/tokenizer_json.ts';
import type { ModelConfig } from '../model/config.ts';
import { exportFiles, readContent, readSettings, type TokenizerFiles } from './files.ts';
import { layoutOf, SPECIAL_NAMES, specialTokens, type Layout, type LayoutName, type SpecialIds, type SpecialTokens } from './layout.ts';
import { forNormalizer } from './normal.ts';
import { truncatePair } from './truncate.ts';

/** One encoded example without padding; both lists have one entry a token. */
export interface Encoding {
  readonly ids: readonly number[];
  /** Token types: 0, and for BERT 1 on the second text and its separator. */
  readonly typeIds: readonly number[];
}

const REMEDY = 'Use the tokenizer files of a BERT or RoBERTa model.';

/**
 * A WordPiece or byte-level tokenizer of BERT or RoBERTa: text → token ids.
 *
 * The splitting is done by @huggingface/tokenizers; framing by special tokens, pairs and truncation are done here and
 * equal those of the Rust library. Padding is the batch's matter (`special.pad`).
 */
export class Tokenizer {
  readonly layout: LayoutName;
  readonly special: SpecialIds;
  /** Largest token id + 1. */
  readonly vocabSize: number;
  readonly #library: Library;
  readonly #layout: Layout;
  readonly #content: TokenizerJson;
  readonly #tokens: SpecialTokens;
  readonly #given: TokenizerFiles;

  private constructor(library: Library, layout: Layout, content: TokenizerJson, tokens: SpecialTokens, special: SpecialIds, given: TokenizerFiles) {
    this.#library = library;
    this.#layout = layout;
    this.#content = content;
    this.#tokens = tokens;
    this.#given = given;
    this.layout = layout.name;
    this.special = special;
    this.vocabSize = [...content.vocab.values()].reduce((largest, id) => Math.max(largest, id), 0) + 1;
  }

  /**
   * Makes a tokenizer from the files of a folder (see TOKENIZER_FILES); `where` is the folder's name.
   *
   * Throws FormatError MissingFile when no set of files is whole, NotJson, NotUtf8, TooLarge, or BadTokenizer.
   */
  static fromFiles(given: TokenizerFiles, where: string): Tokenizer {
    const settings = readSettings(given, where);
    const content = readContent(given, settings, where);
    const layout = layoutOf(content.json.post_processor, content.vocab);
    if (!layout) {
      throw new FormatError('BadTokenizer', `${where}, post_processor`, 'the special tokens of BERT ([CLS] A [SEP] B [SEP]) or RoBERTa (<s> A </s></s> B </s>)', 'another framing', REMEDY);
    }
    const tokens = specialTokens(settings, layout);
    return new Tokenizer(open(content, where), layout, content, tokens, specialIds(content, tokens, where), given);
  }

  /**
   * Encodes one text or a pair, framed by special tokens and cut to `maxLength` tokens, the longer text first.
   *
   * RangeError when `maxLength` has no room for the special tokens.
   */
  encode(text: string, textPair: string | undefined, maxLength: number): Encoding {
    const { cls, sep } = this.special;
    const { between, secondType } = this.#layout;
    const framing = textPair === undefined ? 2 : 2 + between;
    if (!(maxLength >= framing)) throw new RangeError(`encode(): maxLength must be at least ${framing}, got ${maxLength}`);
    const first = this.split(text);
    if (textPair === undefined) {
      const ids = [cls, ...first.slice(0, maxLength - 2), sep];
      return { ids, typeIds: ids.map(() => 0) };
    }
    const [a, b] = truncatePair(first, this.split(textPair), maxLength, maxLength - framing);
    const head = [cls, ...a, sep];
    const tail = [...new Array<number>(between - 1).fill(sep), ...b, sep];
    return { ids: [...head, ...tail], typeIds: [...head.map(() => 0), ...tail.map(() => secondType)] };
  }

  /** Token ids of one text, neither framed nor cut; bytes that a byte-level vocabulary lacks are left out. */
  split(text: string): readonly number[] {
    return this.#library.encode(forNormalizer(this.#content.json.normalizer, text), { add_special_tokens: false }).ids;
  }

  /** The token of an id, as it stands in the vocabulary; undefined beyond it. */
  token(id: number): string | undefined {
    return this.#library.id_to_token(id);
  }

  /** The files that it was made from; the same files make the same tokenizer. */
  get source(): TokenizerFiles {
    return this.#given;
  }

  /** Files to write beside an exported model, by name. */
  files(): TokenizerFiles {
    return exportFiles(this.#given, this.#content, this.#tokens);
  }
}

function open(content: TokenizerJson, where: string): Library {
  try {
    return new Library(content.json, {});
  } catch (error) {
    const got = error instanceof Error ? error.message : String(error);
    throw new FormatError('BadTokenizer', where, 'parts that the tokenizer library knows', got, REMEDY);
  }
}

function specialIds({ vocab }: TokenizerJson, tokens: SpecialTokens, where: string): SpecialIds {
  const missing = SPECIAL_NAMES.filter((name) => !vocab.has(tokens[name])).map((name) => tokens[name]);
  if (missing.length > 0) {
    const expected = `the special tokens ${SPECIAL_NAMES.map((name) => tokens[name]).join(' ')}`;
    throw new FormatError('BadTokenizer', `${where}, vocabulary`, expected, `none for ${missing.join(' ')}`, REMEDY);
  }
  const id = (token: string) => vocab.get(token) ?? 0;
  return { pad: id(tokens.pad), cls: id(tokens.cls), sep: id(tokens.sep), mask: id(tokens.mask), unk: id(tokens.unk) };
}

/**
 * Refuses a tokenizer that gives ids beyond the model's embeddings, or counts positions from another padding id.
 *
 * FormatError TokenizerMismatch: the vocabulary is larger than `vocab_size`, token types above `type_vocab_size`, or
 * for RoBERTa, whose position ids start after it, another `pad_token_id`. A smaller vocabulary is no error: some models
 * have rows to spare.
 */
export function checkTokenizerFitsModel(tokenizer: Tokenizer, config: ModelConfig, where: string): void {
  const fail = (expected: string, got: string) =>
    new FormatError('TokenizerMismatch', where, expected, got, 'Use the tokenizer that the model was trained with.');
  if (tokenizer.vocabSize > config.vocab_size) {
    throw fail(`token ids below the model's vocab_size ${config.vocab_size}`, `a vocabulary with ids up to ${tokenizer.vocabSize - 1}`);
  }
  if (tokenizer.layout === 'bert' && config.type_vocab_size < 2) {
    throw fail(`a tokenizer of ${config.type_vocab_size} token type, as the model's type_vocab_size says`, 'one that marks pairs with two types');
  }
  if (config.model_type === 'roberta' && tokenizer.special.pad !== config.pad_token_id) {
    throw fail(`the padding id ${config.pad_token_id} of the model`, `padding id ${tokenizer.special.pad}`);
  }
}
