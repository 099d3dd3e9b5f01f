/**
 * Writes mini-GLUE's tokenizer: `npx tsx scripts/build_tokenizer.ts`.
 *
 * It is trained on the corpus alone, where held-out words are as frequent as the others, so both are cut alike.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { corpus } from '../src/data/mini_glue/corpus/index.ts';
import { cut, trainWordPiece } from './wordpiece_trainer.ts';

const SEED = 1;
const DOCUMENTS = 20_000;
const VOCABULARY_SIZE = 2200;
const MAX_LENGTH = 64;
const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'] as const;
/** Printable ASCII as BERT's normaliser leaves it: lower case. */
const CHARACTERS = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)).filter((ch) => !/[A-Z]/.test(ch)).join('');

function wordCounts(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const document of corpus(SEED, DOCUMENTS)) {
    for (const word of document.join(' ').toLowerCase().match(/[a-z0-9]+|[^\sa-z0-9]/g) ?? []) {
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  return counts;
}

/** The object of a `tokenizer.json` for BERT's WordPiece. */
function tokenizerJson(vocabulary: readonly string[]): object {
  const ids = Object.fromEntries(vocabulary.map((piece, id) => [piece, id]));
  const special = (token: string) => ({ SpecialToken: { id: token, type_id: 0 } });
  const sequence = (id: 'A' | 'B', type_id: number) => ({ Sequence: { id, type_id } });
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: SPECIAL.map((content, id) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true })),
    normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [special('[CLS]'), sequence('A', 0), special('[SEP]')],
      pair: [special('[CLS]'), sequence('A', 0), special('[SEP]'), sequence('B', 1), { SpecialToken: { id: '[SEP]', type_id: 1 } }],
      special_tokens: {
        '[CLS]': { id: '[CLS]', ids: [ids['[CLS]']], tokens: ['[CLS]'] },
        '[SEP]': { id: '[SEP]', ids: [ids['[SEP]']], tokens: ['[SEP]'] },
      },
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: { type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 100, vocab: ids },
  };
}

const TOKENIZER_CONFIG = {
  tokenizer_class: 'BertTokenizer', do_lower_case: true, strip_accents: null, tokenize_chinese_chars: true,
  model_max_length: MAX_LENGTH, pad_token: '[PAD]', unk_token: '[UNK]', cls_token: '[CLS]', sep_token: '[SEP]', mask_token: '[MASK]',
};

/** Pieces per running word. */
function fertility(counts: ReadonlyMap<string, number>, vocabulary: ReadonlySet<string>): number {
  let pieces = 0;
  let words = 0;
  for (const [word, count] of counts) {
    pieces += (cut(word, vocabulary)?.length ?? 1) * count;
    words += count;
  }
  return pieces / words;
}

const counts = wordCounts();
const vocabulary = [...SPECIAL, ...trainWordPiece(counts, VOCABULARY_SIZE - SPECIAL.length, CHARACTERS)];
const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'public', 'tokenizers', 'mini-glue');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'vocab.txt'), `${vocabulary.join('\n')}\n`);
writeFileSync(join(folder, 'tokenizer.json'), `${JSON.stringify(tokenizerJson(vocabulary))}\n`);
writeFileSync(join(folder, 'tokenizer_config.json'), `${JSON.stringify(TOKENIZER_CONFIG, null, 2)}\n`);
console.log(`${vocabulary.length} pieces, ${fertility(counts, new Set(vocabulary)).toFixed(3)} pieces a word, in ${folder}`);
