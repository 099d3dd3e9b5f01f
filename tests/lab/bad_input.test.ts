import { beforeAll, describe, expect, it } from 'vitest';
import type { OutputFile } from '../../src/hub/model_folder.ts';
import { prepare } from '../../src/lab/prepare.ts';
import { open } from '../tensor/backends.ts';
import { expectFault, faultOf, good, RECIPE, withData, withModel } from './fault_cases.ts';
import { dataFiles, modelFiles, sentences, shelfOf, textFile } from './given_files.ts';
import { WORDS } from './small_session.ts';

const rewritten = (name: string, text: string) => (files: readonly OutputFile[]): readonly OutputFile[] =>
  files.map((file) => (file.name === name ? { name, bytes: new TextEncoder().encode(text) } : file));
const without = (name: string) => (files: readonly OutputFile[]) => files.filter((file) => file.name !== name);

beforeAll(() => open('cpu'));

it('takes a model folder and a data folder that are as they should be', async () => {
  const shelf = shelfOf(good);
  const session = await prepare(RECIPE, shelf, async () => undefined);
  expect(session.teacherUntrained).toBe(false);
  expect([session.data.train.length, session.data.tuning.length, session.data.dev.length]).toEqual([39, 4, 37]);
  expect(shelf.notes).toEqual([]);
});

describe('bad data', () => {
  it('lacks a column', async () => {
    expectFault(await faultOf(withData({ 'dev.tsv': sentences(3).replace('sentence', 'words') })), {
      code: 'MissingColumn',
      where: 'my-data/dev.tsv, row 1',
      expected: 'the columns "label", "sentence"',
      got: 'the columns "words", "label"',
      remedy: /Rename the columns, or choose the task/,
    });
  });

  it('has a label that the task does not know', async () => {
    expectFault(await faultOf(withData({ 'train.tsv': `${sentences(5)}a good film\tpositiv\n` })), {
      code: 'UnknownLabel',
      where: 'my-data/train.tsv, row 7, column "label"',
      expected: 'one of "negative" or 0, "positive" or 1',
      got: '"positiv"',
      remedy: /Choose the task that the file belongs to; this is read as sst-2/,
    });
  });

  it('is an empty file, or only a header', async () => {
    const remedy = /Give the whole file/;
    expectFault(await faultOf(withData({ 'train.tsv': '' })), { code: 'EmptyFile', where: 'my-data/train.tsv', expected: 'a table of examples', got: 'an empty file', remedy });
    expectFault(await faultOf(withData({ 'train.tsv': 'sentence\tlabel\n' })), { code: 'EmptyFile', where: 'my-data/train.tsv', expected: 'rows below the header', got: 'only the header', remedy });
  });

  it('has a row of another width', async () => {
    expectFault(await faultOf(withData({ 'train.tsv': sentences(5).replace('\t0', ' 0') })), {
      code: 'BadRow',
      where: 'my-data/train.tsv, row 2',
      expected: '2 columns',
      got: '1',
      remedy: /separated by one tab/,
    });
  });

  it('is a folder without the files', async () => {
    expectFault(await faultOf({ ...good, data: [textFile('notes.txt', 'x'), textFile('rows.csv', 'x')] }), {
      code: 'MissingFile',
      where: 'my-data',
      expected: 'train.tsv or train.tsv.gz',
      got: 'notes.txt, rows.csv',
      remedy: /train\.tsv and dev\.tsv/,
    });
  });

  it('is not text', async () => {
    const bytes = new Uint8Array([...new TextEncoder().encode('sentence\tlabel\ngood\t1\n'), 0xff, 0x09, 0x31]);
    const data = [{ name: 'train.tsv', blob: new Blob([bytes]) }, ...dataFiles().filter(({ name }) => name === 'dev.tsv')];
    expectFault(await faultOf({ ...good, data }), { code: 'NotUtf8', where: 'my-data/train.tsv, line 3', expected: 'UTF-8 text', got: 'other bytes', remedy: /as UTF-8/ });
  });
});

describe('a bad model folder', () => {
  it('has a config.json that is no JSON', async () => {
    const got = await faultOf(withModel({ files: rewritten('config.json', '{"model_type": "bert",') }));
    expectFault(got, { code: 'NotJson', where: 'my-teacher/config.json', expected: 'a JSON object', got: got.got, remedy: /again/ });
    expect(got.got).toMatch(/JSON/);
  });

  it('has a config.json with fields that cannot be, all of them named', async () => {
    const json = JSON.stringify({ model_type: 'bert', hidden_size: 15, num_attention_heads: 4, num_hidden_layers: '3', vocab_size: 1e9, hidden_act: 'swish' });
    const got = await faultOf(withModel({ files: rewritten('config.json', json) }));
    expect(got).toMatchObject({ code: 'BadConfig', where: 'my-teacher/config.json' });
    for (const field of ['num_attention_heads: 4', 'num_hidden_layers: "3"', 'vocab_size: 1000000000', 'hidden_act: "swish"']) expect(got.got).toContain(field);
  });

  it('has weights of other shapes and too few of them, all listed in one error', async () => {
    const got = await faultOf(
      withModel({
        tensors: (all) =>
          all
            .filter(({ name }) => name !== 'bert.encoder.layer.1.output.dense.bias' && name !== 'bert.pooler.dense.weight')
            .map((t) => (t.shape.join() === '31,15' ? { ...t, shape: [15, 31] } : t)),
      }),
    );
    const swapped = [0, 1, 2].map((layer) => `bert.encoder.layer.${layer}.intermediate.dense.weight is [15, 31] instead of [31, 15]`);
    expectFault(got, {
      code: 'TensorMismatch',
      where: 'my-teacher/model.safetensors',
      expected: 'the tensors that config.json describes',
      got: ['bert.encoder.layer.1.output.dense.bias is missing', 'bert.pooler.dense.weight is missing', ...swapped].join('; '),
      remedy: /configuration and the weights belong together/,
    });
  });

  it('has a value that is not finite', async () => {
    const got = await faultOf(withModel({
      // The writer refuses such values too, so the byte pattern of NaN is put in afterwards.
      files: (files) => files.map((file) => (file.name === 'model.safetensors' ? { ...file, bytes: withNaN(file.bytes) } : file)),
    }));
    expect(got).toMatchObject({ code: 'NotFinite', where: expect.stringMatching(/my-teacher\/model\.safetensors, tensor "/) as string });
  });

  it('has no weights, or weights of another format', async () => {
    expect(await faultOf(withModel({ files: without('model.safetensors') }))).toMatchObject({ code: 'MissingFile', where: 'my-teacher', got: expect.stringContaining('no model.safetensors among config.json') as string });
    const old = { ...good, teacher: [...modelFiles({ files: without('model.safetensors') }), textFile('pytorch_model.bin', 'PK')] };
    expectFault(await faultOf(old), { code: 'BadArchive', where: 'my-teacher/pytorch_model.bin', expected: 'a PyTorch file, which is a zip archive', got: 'other bytes', remedy: /Download or export the file again/ });
    const other = { ...good, teacher: [...modelFiles({ files: without('model.safetensors') }), textFile('tf_model.h5', 'HDF')] };
    expect(await faultOf(other)).toMatchObject({ code: 'UnsupportedFormat', where: 'my-teacher/tf_model.h5', got: 'tf_model.h5' });
  });

  it('has the configuration of a RoBERTa beside the weights of a BERT', async () => {
    const json = JSON.stringify({ model_type: 'roberta', hidden_size: 15, num_attention_heads: 5 });
    const got = await faultOf(withModel({ files: rewritten('config.json', json) }));
    expect(got).toMatchObject({ code: 'TensorMismatch', where: 'my-teacher/model.safetensors', got: expect.stringContaining('roberta.embeddings.word_embeddings.weight is [') as string });
  });
});

function withNaN(bytes: Uint8Array): Uint8Array {
  const changed = bytes.slice();
  changed.set([0, 0, 0xc0, 0x7f], changed.length - 4);
  return changed;
}

describe('a tokenizer', () => {
  it('is in the folder, or given beside it', async () => {
    expectFault(await faultOf(withModel({ tokenizer: false })), {
      code: 'MissingFile',
      where: 'my-teacher',
      expected: 'a tokenizer: tokenizer.json, or vocab.txt with tokenizer_config.json',
      got: 'none of these files',
      remedy: /Add the tokenizer files to the folder, or give a tokenizer folder/,
    });
    const session = await prepare({ ...RECIPE, tokenizer: { kind: 'folder', name: 'words' } }, shelfOf({ ...withModel({ tokenizer: false }), tokenizer: [textFile('vocab.txt', WORDS.join('\n'))] }), async () => undefined);
    expect(session.tokenizer.vocabSize).toBe(WORDS.length);
  });

  it('does not match the model when it has more tokens', async () => {
    const tokenizer = [textFile('vocab.txt', [...WORDS, 'one', 'two', 'three'].join('\n'))];
    expectFault(await faultOf({ ...good, tokenizer }, { tokenizer: { kind: 'folder', name: 'my-words' } }), {
      code: 'TokenizerMismatch',
      where: 'my-teacher with the tokenizer my-words',
      expected: `token ids below the model's vocab_size ${WORDS.length}`,
      got: `a vocabulary with ids up to ${WORDS.length + 2}`,
      remedy: /tokenizer that the model was trained with/,
    });
  });

  it('with fewer tokens than the model is taken, and told', async () => {
    const shelf = shelfOf(withModel({ config: { vocab_size: WORDS.length + 11 } }));
    await prepare(RECIPE, shelf, async () => undefined);
    expect(shelf.notes).toEqual([`my-teacher has embeddings for ${WORDS.length + 11} tokens, and the tokenizer my-teacher knows ${WORDS.length} of them.`]);
  });

  it('lacks a special token', async () => {
    const tokenizer = [textFile('vocab.txt', WORDS.filter((word) => word !== '[MASK]').join('\n'))];
    expect(await faultOf({ ...good, tokenizer }, { tokenizer: { kind: 'folder', name: 'my-words' } })).toMatchObject({ code: 'BadTokenizer', got: 'none for [MASK]' });
  });
});
