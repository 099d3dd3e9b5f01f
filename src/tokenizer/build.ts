/** Builds the content of `tokenizer.json` from the older files: `vocab.txt`, or `vocab.json` with `merges.txt`. */
import type { JsonObject } from '../formats/text.ts';
import { LAYOUTS, SPECIAL_NAMES, specialTokens, type Layout } from './layout.ts';

type Vocab = ReadonlyMap<string, number>;

/**
 * WordPiece with BERT's normalizer, from `vocab.txt`.
 *
 * Case is a setting (`do_lower_case`), else taken from the model's name: "-cased" keeps it, anything else folds it.
 */
export function buildWordPiece(vocab: Vocab, settings: JsonObject, name: string): JsonObject {
  const tokens = specialTokens(settings, LAYOUTS.bert);
  const special = (id: string, type_id: number) => ({ SpecialToken: { id, type_id } });
  const single = [special(tokens.cls, 0), { Sequence: { id: 'A', type_id: 0 } }, special(tokens.sep, 0)];
  const template = (token: string) => ({ id: token, ids: [vocab.get(token) ?? 0], tokens: [token] });
  return {
    version: '1.0', truncation: null, padding: null,
    added_tokens: addedTokens(vocab, settings, LAYOUTS.bert),
    normalizer: {
      type: 'BertNormalizer', clean_text: true,
      handle_chinese_chars: settings.tokenize_chinese_chars ?? true,
      strip_accents: settings.strip_accents ?? null,
      lowercase: settings.do_lower_case ?? !/(^|[-_/])cased/.test(name),
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing', single,
      pair: [...single, { Sequence: { id: 'B', type_id: 1 } }, special(tokens.sep, 1)],
      special_tokens: { [tokens.cls]: template(tokens.cls), [tokens.sep]: template(tokens.sep) },
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: { type: 'WordPiece', unk_token: tokens.unk, continuing_subword_prefix: '##', max_input_chars_per_word: 100, vocab: Object.fromEntries(vocab) },
  };
}

/** Byte-level byte-pair encoding as in RoBERTa, from `vocab.json` and `merges.txt`. */
export function buildBytePair(vocab: Vocab, merges: readonly string[], settings: JsonObject): JsonObject {
  const tokens = specialTokens(settings, LAYOUTS.roberta);
  const add_prefix_space = settings.add_prefix_space ?? false;
  const byteLevel = { type: 'ByteLevel', add_prefix_space, trim_offsets: true, use_regex: true };
  return {
    version: '1.0', truncation: null, padding: null,
    added_tokens: addedTokens(vocab, settings, LAYOUTS.roberta),
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: {
      type: 'RobertaProcessing',
      sep: [tokens.sep, vocab.get(tokens.sep) ?? 0],
      cls: [tokens.cls, vocab.get(tokens.cls) ?? 0],
      trim_offsets: true, add_prefix_space,
    },
    decoder: byteLevel,
    model: {
      type: 'BPE', dropout: null, unk_token: null, continuing_subword_prefix: '', end_of_word_suffix: '', fuse_unk: false, byte_fallback: false,
      vocab: Object.fromEntries(vocab), merges,
    },
  };
}

/** The special tokens that the vocabulary has, in the order of their ids; RoBERTa's mask takes the blank before it. */
function addedTokens(vocab: Vocab, settings: JsonObject, layout: Layout): JsonObject[] {
  const tokens = specialTokens(settings, layout);
  return SPECIAL_NAMES.flatMap((name) => {
    const id = vocab.get(tokens[name]);
    const lstrip = layout.name === 'roberta' && name === 'mask';
    return id === undefined ? [] : [{ id, content: tokens[name], single_word: false, lstrip, rstrip: false, normalized: false, special: true }];
  }).sort((a, b) => a.id - b.id);
}
