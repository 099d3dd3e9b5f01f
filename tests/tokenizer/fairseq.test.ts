import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readFairseqDictionary } from '../../src/formats/vocabulary.ts';
import { Tokenizer } from '../../src/tokenizer/tokenizer.ts';
import { sharedTokenizer } from './shared_files.ts';

const text = (value: string) => new TextEncoder().encode(value);
const ENCODER = text(JSON.stringify({ a: 0, b: 1, Ġa: 2, ab: 3 }));

describe("fairseq's dictionary", () => {
  it('gives the ids that its models were trained with', () => {
    const vocab = readFairseqDictionary(text('2 900\n0 70\n3 5\n1 2\nmadeupword0000 0\n'), ENCODER, 'm');
    expect([...vocab]).toEqual([['<s>', 0], ['<pad>', 1], ['</s>', 2], ['<unk>', 3], ['Ġa', 4], ['a', 5], ['ab', 6], ['b', 7], ['madeupword0000', 8], ['<mask>', 9]]);
  });

  it.each([['7 1\n', 'line 1'], ['0 1\n0 1\n', 'line 2'], ['0 1\n\n', 'line 2']])('is refused as %j', (dict, place) => {
    expect(() => readFairseqDictionary(text(dict), ENCODER, 'm')).toThrow(expect.objectContaining({ code: 'BadTokenizer', where: expect.stringContaining(`m/dict.txt, ${place}`) }));
  });

  it('makes a tokenizer whose files Hugging Face has too', () => {
    const tokenizer = Tokenizer.fromFiles(new Map([['dict.txt', text('2 900\n0 70\n3 5\n1 2\n')], ['encoder.json', ENCODER], ['vocab.bpe', text('#version: 0.2\na b\nĠ a\n'.replace('Ġ a\n', ''))]]), 'm');
    expect(tokenizer.encode('ab', undefined, 9).ids).toEqual([0, 6, 2]);
    expect([...tokenizer.files().keys()]).toEqual(['tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json']);
  });

  const GPT2 = resolve(import.meta.dirname, '../../../shared/data/tokenizers/gpt2');
  it.skipIf(!existsSync(GPT2))(`gives RoBERTa's ids${existsSync(GPT2) ? '' : ' (skipped: no ../shared/data/tokenizers)'}`, () => {
    const files = new Map<string, Uint8Array>([['dict.txt', readFileSync(`${GPT2}/dict.txt`)], ['encoder.json', gunzipSync(readFileSync(`${GPT2}/encoder.json.gz`))], ['vocab.bpe', readFileSync(`${GPT2}/vocab.bpe`)]]);
    const [ours, theirs] = [Tokenizer.fromFiles(files, 'gpt2'), Tokenizer.fromFiles(sharedTokenizer('roberta-base', ['vocab.json', 'merges.txt']), 'roberta-base')];
    for (const sentence of ['A film of rare beauty.', 'naïve 东京 — 3.14!', '  two  blanks']) expect(ours.encode(sentence, sentence, 40)).toEqual(theirs.encode(sentence, sentence, 40));
  });
});
