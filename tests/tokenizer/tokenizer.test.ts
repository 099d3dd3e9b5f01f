import { describe, expect, it } from 'vitest';
import type { ModelConfig } from '../../src/model/config.ts';
import { Tokenizer, checkTokenizerFitsModel } from '../../src/tokenizer/tokenizer.ts';
import { truncatePair } from '../../src/tokenizer/truncate.ts';

const encode = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const files = (entries: Record<string, unknown>) => new Map(Object.entries(entries).map(([name, value]) => [name, encode(value)]));
const open = (entries: Record<string, unknown>, where = 'folder') => Tokenizer.fromFiles(files(entries), where);

const WORDS = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'the', 'cat', 'sat', '##s', 'Cat', ',', 'a'];
const VOCAB = `${WORDS.join('\n')}\n`;
const PIECES = { '<s>': 0, '<pad>': 1, '</s>': 2, '<unk>': 3, a: 4, b: 5, 'Ġ': 6, ab: 7, 'Ġab': 8, '<mask>': 9 };
const MERGES = '#version: 0.2\na b\nĠ ab\n';
const bytePair = { 'vocab.json': PIECES, 'merges.txt': MERGES };

describe('framing', () => {
  it('frames as BERT does', () => {
    const bert = open({ 'vocab.txt': VOCAB });
    expect(bert.special).toEqual({ pad: 0, unk: 1, cls: 2, sep: 3, mask: 4 });
    expect(bert.vocabSize).toBe(WORDS.length);
    expect(bert.encode('The cats, dogs', undefined, 13)).toEqual({ ids: [2, 5, 6, 8, 10, 1, 3], typeIds: [0, 0, 0, 0, 0, 0, 0] });
    expect(bert.encode('cat', 'the [MASK]', 13)).toEqual({ ids: [2, 6, 3, 5, 4, 3], typeIds: [0, 0, 0, 1, 1, 1] });
    expect(bert.encode('', '', 13)).toEqual({ ids: [2, 3, 3], typeIds: [0, 0, 1] });
  });

  it('frames as RoBERTa does, with one token type', () => {
    const roberta = open(bytePair);
    expect(roberta.encode('ab ab', undefined, 11)).toEqual({ ids: [0, 7, 8, 2], typeIds: [0, 0, 0, 0] });
    expect(roberta.encode('ab', 'a', 11)).toEqual({ ids: [0, 7, 2, 2, 4, 2], typeIds: [0, 0, 0, 0, 0, 0] });
    expect(roberta.encode('a <mask>', undefined, 11).ids).toEqual([0, 4, 9, 2]);
    expect(roberta.split('aéb')).toEqual([4, 5]);
  });

  it('takes case from the settings, else from the name', () => {
    expect(open({ 'vocab.txt': VOCAB }, 'bert-base-uncased').split('Cat')).toEqual([6]);
    expect(open({ 'vocab.txt': VOCAB }, 'bert-base-cased').split('Cat')).toEqual([9]);
    expect(open({ 'vocab.txt': VOCAB, 'tokenizer_config.json': { do_lower_case: false } }).split('Cat')).toEqual([9]);
  });

  it('cuts to the length', () => {
    const bert = open({ 'vocab.txt': VOCAB });
    expect(bert.encode('the cat sat the cat', undefined, 5).ids).toEqual([2, 5, 6, 7, 3]);
    expect(bert.encode('the cat sat', 'a a', 7).ids).toEqual([2, 5, 6, 3, 11, 11, 3]);
    expect(() => bert.encode('the', 'cat', 2)).toThrow(RangeError);
  });
});

describe('truncation of pairs, longest first', () => {
  const lengths = (a: number, b: number, maxLength: number, budget: number) =>
    truncatePair(new Array<number>(a).fill(1), new Array<number>(b).fill(2), maxLength, budget).map((list) => list.length);

  it.each([
    [3, 5, 11, 8, [3, 5]],
    [3, 7, 11, 8, [3, 5]],
    [7, 3, 11, 8, [5, 3]],
    [6, 7, 12, 9, [4, 5]],
    [7, 6, 12, 9, [5, 4]],
    [7, 7, 12, 9, [4, 5]],
    [17, 13, 12, 9, [4, 5]],
    [17, 5, 12, 9, [5, 4]],
    [17, 4, 12, 9, [5, 4]],
    [0, 17, 12, 9, [0, 9]],
    [5, 5, 3, 0, [0, 0]],
  ])('%i and %i, length %i, budget %i', (a, b, maxLength, budget, expected) => {
    expect(lengths(a, b, maxLength, budget)).toEqual(expected);
  });
});

describe('files for export', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['WordPiece', { 'vocab.txt': VOCAB, 'tokenizer_config.json': { do_lower_case: false } }, 'The Cat, [MASK]'],
    ['cased by name', { 'vocab.txt': VOCAB }, 'The Cat, [MASK]'],
    ['byte pairs', bytePair, 'ab b ab<mask>'],
  ])('%s give the same ids when read again', (_, given, text) => {
    const first = open(given, 'my-cased');
    const again = Tokenizer.fromFiles(first.files(), 'elsewhere');
    expect(again.encode(text, text, 31)).toEqual(first.encode(text, text, 31));
    expect([...first.files().keys()]).toEqual(expect.arrayContaining(['tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json']));
    expect([...again.files().keys()]).toEqual([...first.files().keys()]);
  });

  it('keep the bytes that were given, and state the case', () => {
    const tokenizer = open({ 'vocab.txt': VOCAB }, 'bert-base-cased').files();
    expect(tokenizer.get('vocab.txt')).toEqual(encode(VOCAB));
    expect(JSON.parse(new TextDecoder().decode(tokenizer.get('tokenizer_config.json')))).toMatchObject({ tokenizer_class: 'BertTokenizer', do_lower_case: false, mask_token: '[MASK]' });
  });
});

describe('bad tokenizer files', () => {
  const json = (change: (copy: Record<string, Record<string, unknown>>) => void) => {
    const copy = JSON.parse(new TextDecoder().decode(open({ 'vocab.txt': VOCAB }).files().get('tokenizer.json')));
    change(copy);
    return { 'tokenizer.json': copy };
  };

  it.each<[string, Record<string, unknown>, string, RegExp]>([
    ['no files', {}, 'MissingFile', /tokenizer.json, or vocab.txt/],
    ['half of a pair', { 'vocab.json': PIECES }, 'MissingFile', /got vocab.json/],
    ['not JSON', { 'tokenizer.json': 'vocab' }, 'NotJson', /folder\/tokenizer.json/],
    ['a web page', { 'tokenizer.json': '<html>' }, 'UnsupportedFormat', /web page/],
    ['missing special tokens', { 'vocab.txt': 'the\n[PAD]\n[CLS]\n[UNK]\n[MASK]\n' }, 'BadTokenizer', /none for \[SEP\]/],
    ['a token twice', { 'vocab.txt': `${VOCAB}cat\n` }, 'BadTokenizer', /line 13.*"cat", as in line 7/],
    ['an empty vocabulary', { 'vocab.txt': '' }, 'BadTokenizer', /empty/],
    ['no model', json((c) => delete c.model), 'BadTokenizer', /model/],
    ['another model', json((c) => (c.model!.type = 'Unigram')), 'BadTokenizer', /Unigram/],
    ['an id twice', json((c) => (c.model!.vocab = { a: 1, b: 1 })), 'BadTokenizer', /token "b".*id 1, as "a" has/],
    ['an id that is no integer', json((c) => (c.model!.vocab = { a: '1' })), 'BadTokenizer', /token "a"/],
    ['an unknown token outside', json((c) => (c.model!.unk_token = 'nope')), 'BadTokenizer', /unk_token/],
    ['an added token of another id', json((c) => (c.added_tokens = [{ id: 7, content: '[PAD]' }] as never)), 'BadTokenizer', /\[PAD\].*expected id 0.*got 7/],
    ['a part the library lacks', json((c) => (c.pre_tokenizer = { type: 'Telepathy' })), 'BadTokenizer', /Telepathy/],
    ['another framing', json((c) => (c.post_processor = { type: 'TemplateProcessing', pair: [] })), 'BadTokenizer', /another framing/],
    ['a merge outside', { 'vocab.json': PIECES, 'merges.txt': 'a b\nb b\n' }, 'BadTokenizer', /number 1.*"b b"/],
    ['a merge of three', { 'vocab.json': PIECES, 'merges.txt': '#version\na b\na b c\n' }, 'BadTokenizer', /line 3/],
  ])('%s', (_, given, code, message) => {
    expect(() => open(given)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });
});

describe('a tokenizer and a model', () => {
  const config: ModelConfig = {
    model_type: 'bert', vocab_size: WORDS.length, hidden_size: 14, num_hidden_layers: 2, num_attention_heads: 7, intermediate_size: 29, hidden_act: 'gelu',
    hidden_dropout_prob: 0, attention_probs_dropout_prob: 0, max_position_embeddings: 31, type_vocab_size: 2, initializer_range: 0.02,
    layer_norm_eps: 1e-12, pad_token_id: 0, labels: ['no', 'yes'],
  };
  const bert = open({ 'vocab.txt': VOCAB });
  const roberta = open(bytePair);

  it('fit when every id has its row', () => {
    expect(() => checkTokenizerFitsModel(bert, config, 'x')).not.toThrow();
    expect(() => checkTokenizerFitsModel(bert, { ...config, vocab_size: 97 }, 'x')).not.toThrow();
    expect(() => checkTokenizerFitsModel(roberta, { ...config, model_type: 'roberta', pad_token_id: 1, type_vocab_size: 1 }, 'x')).not.toThrow();
  });

  it.each([
    ['ids beyond the embeddings', bert, { vocab_size: 11 }, /vocab_size 11.*up to 11/],
    ['types beyond the embeddings', bert, { type_vocab_size: 1 }, /token type/],
    ['another padding of RoBERTa', roberta, { model_type: 'roberta', pad_token_id: 0 } as const, /padding id 1/],
  ])('refuse %s', (_, tokenizer, change, message) => {
    expect(() => checkTokenizerFitsModel(tokenizer, { ...config, ...change }, 'tokenizer of teacher')).toThrow(
      expect.objectContaining({ code: 'TokenizerMismatch', where: 'tokenizer of teacher', message: expect.stringMatching(message) }),
    );
  });
});
