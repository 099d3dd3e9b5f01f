import { describe, expect, it } from 'vitest';
import type { DataSource } from '../../../src/experiment/recipe.ts';
import { zipFiles } from '../../../src/hub/zip.ts';
import { withArchives } from '../../../src/ui/state/dropped.ts';
import { foundSentence, layersOfConfig, recognise } from '../../../src/ui/state/own_files.ts';
import { choiceOf, filesRead, rowsFor } from '../../../src/ui/state/table_files.ts';

const files = (...names: string[]) => names.map((name) => ({ name, blob: new Blob([name]) }));

describe('recognise', () => {
  it('finds a GLUE folder, a model and a tokenizer among dropped folders', () => {
    const found = recognise(files(
      'SST-2/train.tsv', 'SST-2/dev.tsv', 'SST-2/test.tsv',
      'bert/config.json', 'bert/model.safetensors', 'bert/vocab.txt', 'bert/flax_model.msgpack',
      'tok/tokenizer.json', 'tok/README.md',
    ));
    expect(found.map(({ use, folder, found: names }) => [use, folder, names])).toEqual([
      ['data', 'SST-2', 'train.tsv, dev.tsv, test.tsv'],
      ['teacher', 'bert', 'config.json, model.safetensors, vocab.txt'],
      ['tokenizer', 'tok', 'tokenizer.json'],
    ]);
  });

  it('knows a model in each of its forms', () => {
    const uses = (...names: string[]) => recognise(files(...names.map((name) => `m/${name}`))).map(({ use, found }) => [use, found]);
    expect(uses('config.json', 'pytorch_model.bin', 'training_args.bin')).toEqual([['teacher', 'config.json, pytorch_model.bin']]);
    const parts = ['config.json', 'model.safetensors.index.json', 'model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
    expect(uses(...parts)).toEqual([['teacher', parts.join(', ')]]);
    expect(uses('model.pt')).toEqual([['teacher', 'model.pt']]);
    expect(uses('pytorch_model.bin')).toEqual([]);
  });

  it('opens zip archives that were dropped', async () => {
    const archive = zipFiles([{ name: 'config.json', bytes: new Uint8Array(2) }, { name: 'model.safetensors', bytes: new Uint8Array(3) }]);
    const given = await withArchives([{ name: 'tiny.zip', blob: new Blob([archive]) }, ...files('SST-2/train.tsv')]);
    expect(given.map(({ name, blob }) => [name, blob.size])).toEqual([['tiny/config.json', 2], ['tiny/model.safetensors', 3], ['SST-2/train.tsv', 15]]);
    expect(foundSentence(recognise(given), 3)).toBe('Recognised: Task data in “SST-2”; Teacher in “tiny”.');
    await expect(withArchives(files('broken.zip'))).rejects.toMatchObject({ code: 'BadArchive', where: 'broken.zip' });
  });

  it('takes loose and compressed files', () => {
    expect(recognise(files('train.tsv.gz', 'dev_matched.tsv'))).toMatchObject([{ use: 'data', folder: 'task data' }]);
  });

  it('recognises nothing in a folder without what a use needs', () => {
    expect(recognise(files('a/test.tsv', 'b/config.json', 'c/vocab.json', 'd/notes.md'))).toEqual([]);
  });

  it('takes tables in every form, and no other files of JSON', () => {
    expect(recognise(files('mine.csv', 'held.jsonl.gz', 'x/train.parquet', 'y/rows.json'))).toMatchObject([
      { use: 'data', folder: 'task data', found: 'mine.csv, held.jsonl.gz, x/train.parquet, y/rows.json' },
    ]);
    expect(recognise(files('m/config.json', 'm/model.safetensors', 'm/train_results.json', 'm/test.tsv')).map(({ use }) => use)).toEqual(['teacher']);
    expect(recognise(files('r/recipe.json', 'r/all_results.json', 'r/trainer_state.json'))).toEqual([]);
  });
});

const GLUE = ['glue/RTE/train.tsv', 'glue/RTE/dev.tsv', 'glue/MNLI/train.tsv', 'glue/MNLI/dev_matched.tsv', 'glue/MNLI/dev_mismatched.tsv', 'glue/QNLI/train.tsv', 'glue/MNLI/kshot/16.train.tsv', 'glue/MNLI/kshot/16.dev.tsv'];

describe('a folder of folders', () => {
  it('is one folder of data, in which the task says what is read', () => {
    const [data, ...others] = recognise(files(...GLUE));
    expect([data?.folder, data?.files.map(({ name }) => name), others]).toEqual(['glue', GLUE.map((path) => path.slice(5)), []]);
    const read = (task: string) => filesRead(task, data!.files, choiceOf(task, data!.files));
    expect(read('rte')).toEqual({ train: 'RTE/train.tsv', dev: 'RTE/dev.tsv' });
    expect(read('mnli')).toEqual({ train: 'MNLI/train.tsv', dev: 'MNLI/dev_matched.tsv' });
    expect(read('qnli')).toEqual({ train: 'QNLI/train.tsv', dev: undefined });
    expect(read('wnli')).toEqual({ train: undefined, dev: undefined });
  });

  it('begins at its top, and is told by a number where it is large', () => {
    expect(recognise(files(...GLUE.filter((path) => path.includes('MNLI'))))).toMatchObject([{ folder: 'glue/MNLI', found: 'train.tsv, dev_matched.tsv, dev_mismatched.tsv, kshot/16.train.tsv, kshot/16.dev.tsv' }]);
    expect(recognise(files(...Array.from({ length: 13 }, (_, i) => `glue/${i % 5}/rows${i}.csv`)))).toMatchObject([{ folder: 'glue', found: '13 files in 5 folders' }]);
  });

  it('gives one model and one tokenizer, and says which not', () => {
    const found = recognise(files('runs/a/config.json', 'runs/a/model.safetensors', 'last/config.json', 'last/model.safetensors', 'words/vocab.txt', 'words/old/vocab.txt'));
    expect(found.map(({ use, folder }) => [use, folder])).toEqual([['teacher', 'last'], ['tokenizer', 'words']]);
    expect(foundSentence(found, 6)).toBe('Recognised: Teacher in “last”, and not in “runs/a”: give a folder alone to choose it; Tokenizer in “words”, and not in “words/old”: give a folder alone to choose it.');
  });
});

describe('the rows of a task in given tables', () => {
  const [data] = recognise(files(...GLUE));
  const said = { kind: 'folder', name: 'glue', columns: { label: 'gold' }, skip_broken_rows: true } as const;

  it('are found anew for another task, with what was said of the same files', () => {
    expect(rowsFor('rte', data!, { task: 'rte', data: said })).toEqual(said);
    expect(rowsFor('mnli', data!, { task: 'rte', data: said })).toEqual({ kind: 'folder', name: 'glue' });
    expect(rowsFor('qnli', data!, { task: 'rte', data: { ...said, train_file: 'RTE/dev.tsv' } })).toEqual({ kind: 'folder', name: 'glue', train_file: 'QNLI/train.tsv' });
    const own = recognise(files('mine.csv', 'held.csv'))[0]!;
    expect(rowsFor('rte', own, { task: 'cola', data: { ...rowsFor('cola', own), columns: { label: 'gold' } } as DataSource })).toMatchObject({ train_file: 'mine.csv', columns: { label: 'gold' } });
  });
});

describe('which table is for what', () => {
  const choice = (...names: string[]) => choiceOf('sst-2', files(...names));

  it('is told by the names, where they tell it', () => {
    expect(choice('train.tsv', 'dev.tsv')).toEqual({});
    expect(choice('dev.tsv')).toEqual({});
    expect(filesRead('sst-2', files('16-100.train.csv', 'valid.json'), {})).toEqual({ train: '16-100.train.csv', dev: 'valid.json' });
  });

  it('is chosen for a person otherwise', () => {
    expect(choice('train.csv')).toEqual({ train_file: 'train.csv' });
    expect(choice('a.csv', 'b.csv', 'c.csv')).toEqual({ train_file: 'a.csv', validation_file: 'b.csv' });
    expect(choiceOf('rte', files('rte_validation.parquet', 'sst2_validation.parquet'))).toEqual({});
    expect(choice('dev.csv', 'rows.csv')).toEqual({ train_file: 'rows.csv', validation_file: 'dev.csv' });
    expect(choice('1.train.csv', '2.train.csv')).toEqual({ train_file: '1.train.csv', validation_file: '2.train.csv' });
    expect(filesRead('sst-2', files('a.csv', 'b.csv'), { train_file: 'b.csv' })).toEqual({ train: 'b.csv', dev: undefined });
  });
});

describe('layersOfConfig', () => {
  it.each([['{"num_hidden_layers":7}', 7], ['{"num_hidden_layers":"7"}', undefined], ['{"num_hidden_layers":0}', undefined], ['[7]', undefined], ['{', undefined]])(
    'reads %s as %s', (text, layers) => expect(layersOfConfig(text)).toBe(layers),
  );
});
