import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Tokenizer } from '../../src/tokenizer/tokenizer.ts';
import { hasShared, sharedTokenizer, WHY_SKIPPED } from './shared_files.ts';

interface Case {
  readonly tokenizer: string;
  readonly a: string;
  readonly b: string | null;
  readonly max_length: number;
  readonly padding: boolean;
  readonly ids: readonly number[];
  readonly type_ids: readonly number[];
  readonly attention_mask: readonly number[];
}

const golden: { cases: readonly Case[] } = JSON.parse(readFileSync(resolve(import.meta.dirname, '../golden/t_tokenizers.json'), 'utf8'));

const FORMS = [
  { name: 'bert-base-uncased', files: ['tokenizer.json', 'tokenizer_config.json'], cases: 160 },
  { name: 'bert-base-uncased', files: ['vocab.txt', 'tokenizer_config.json'], cases: 160 },
  { name: 'bert-base-uncased', files: ['vocab.txt'], cases: 160 },
  { name: 'roberta-base', files: ['tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json'], cases: 160 },
  { name: 'roberta-base', files: ['vocab.json', 'merges.txt', 'tokenizer_config.json'], cases: 160 },
];

describe(`ids of the Rust library${WHY_SKIPPED}`, () => {
  it.skipIf(!hasShared).each(FORMS.map((form) => [`${form.name} from ${form.files.join(' + ')}`, form] as const))('%s', (_, { name, files, cases }) => {
    const tokenizer = Tokenizer.fromFiles(sharedTokenizer(name, files), name);
    const own = golden.cases.filter((c) => c.tokenizer === name);
    expect(own.length).toBe(cases);
    for (const { a, b, max_length, ids, type_ids, attention_mask } of own) {
      const length = attention_mask.reduce((sum, m) => sum + m, 0);
      const encoding = tokenizer.encode(a, b ?? undefined, max_length);
      expect({ a, b, ids: encoding.ids, types: encoding.typeIds }).toEqual({ a, b, ids: ids.slice(0, length), types: type_ids.slice(0, length) });
      expect(ids.slice(length).every((id) => id === tokenizer.special.pad)).toBe(true);
    }
  });
});
