import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { forNormalizer } from '../../src/tokenizer/normal.ts';
import { Tokenizer } from '../../src/tokenizer/tokenizer.ts';
import { hasShared, sharedTokenizer, WHY_SKIPPED } from './shared_files.ts';

const golden: { cases: readonly { readonly text: string; readonly ids: readonly number[] }[] } = JSON.parse(readFileSync(resolve(import.meta.dirname, '../golden/t_rare_scripts.json'), 'utf8'));

/** Arabic end of text mark: a letter to the Rust library, whose Unicode tables are older, and a punctuation mark to JavaScript. */
const DEVIATING = '\u061d';

describe('rare scripts', () => {
  it.skipIf(!hasShared)(`give the ids of the Rust library but for one character${WHY_SKIPPED}`, () => {
    const tokenizer = Tokenizer.fromFiles(sharedTokenizer('bert-base-uncased', ['tokenizer.json']), 'bert-base-uncased');
    const deviating = golden.cases.filter(({ text, ids }) => tokenizer.split(text).join() !== ids.join()).map(({ text }) => text);
    expect(deviating).toEqual(golden.cases.map(({ text }) => text).filter((text) => text.includes(DEVIATING)));
    expect([deviating.length, golden.cases.length]).toEqual([5, 130]);
  });

  it('are prepared for BERT alone, as its settings say', () => {
    const bert = { type: 'BertNormalizer', handle_chinese_chars: true, lowercase: true };
    expect(forNormalizer(bert, 'a𠀀bΟΔΟΣ')).toBe('a 𠀀 bΟΔΟσ');
    expect(forNormalizer({ ...bert, handle_chinese_chars: false, lowercase: false }, 'a𠀀bΣ')).toBe('a𠀀bΣ');
    for (const other of [null, { type: 'NFC' }]) expect(forNormalizer(other, 'a𠀀Σ')).toBe('a𠀀Σ');
  });
});
