import { readFileSync } from 'node:fs';
import { Tokenizer } from '@huggingface/tokenizers';
import { describe, expect, it } from 'vitest';
import { GENERATORS } from '../../../src/data/mini_glue/generators.ts';
import { heldOutWords } from '../../../src/data/mini_glue/held_out.ts';
import { miniGlue } from '../../../src/data/mini_glue/index.ts';
import { LEXICON } from '../../../src/data/mini_glue/lexicon/index.ts';
import { taskNamed } from '../../../src/data/tasks.ts';

const FOLDER = new URL('../../../public/tokenizers/mini-glue/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, FOLDER), 'utf8');
const tokenizer = new Tokenizer(JSON.parse(read('tokenizer.json')), JSON.parse(read('tokenizer_config.json')));
const pieces = (word: string) => tokenizer.encode(word, { add_special_tokens: false }).ids.length;
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

describe('mini-GLUE tokenizer', () => {
  it('has BERT-like special tokens and about 2000 entries', () => {
    const vocabulary = read('vocab.txt').trim().split('\n');
    expect(vocabulary.slice(0, 5)).toEqual(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]']);
    expect(Math.abs(vocabulary.length - 2000)).toBeLessThan(251);
    expect(new Set(vocabulary).size).toBe(vocabulary.length);
    expect(vocabulary.map((piece) => tokenizer.token_to_id(piece))).toEqual(vocabulary.map((_, id) => id));
  });

  it('encodes a pair as BERT does', () => {
    const { ids, tokens, token_type_ids } = tokenizer.encode('The dog ran.', { text_pair: 'A cat slept.', return_token_type_ids: true });
    expect(tokens.filter((t) => t.startsWith('['))).toEqual(['[CLS]', '[SEP]', '[SEP]']);
    expect(tokens).toContain('the');
    const second = tokens.indexOf('[SEP]') + 1;
    expect(token_type_ids).toEqual(ids.map((_, i) => (i < second ? 0 : 1)));
  });

  it('cuts held-out words as finely as the others', () => {
    const held = heldOutWords();
    for (const list of [LEXICON.nouns, LEXICON.verbs, LEXICON.adjectives, LEXICON.names]) {
      const all = list.map((e) => ({ held: held.has(e.word), n: pieces(e.word) }));
      const [a, b] = [true, false].map((side) => mean(all.filter((e) => e.held === side).map((e) => e.n)));
      expect(Math.abs((a ?? 0) - (b ?? 9))).toBeLessThan(0.25);
      expect(mean(all.map((e) => (e.n <= 2 ? 1 : 0)))).toBeGreaterThan(0.65);
    }
  });

  it.each(GENERATORS.map((g) => g.task))('knows every character of %s, and no row is longer than 64', (name) => {
    const { dev, train } = miniGlue(taskNamed(name), { seed: 2, train_rows: 307, dev_rows: 311, tuning_rows: 0 });
    for (const row of [...dev, ...train]) {
      const { ids } = row.textPair === undefined ? tokenizer.encode(row.text) : tokenizer.encode(row.text, { text_pair: row.textPair });
      expect(ids).not.toContain(1);
      expect(ids.length).toBeLessThanOrEqual(64);
    }
  });
});
