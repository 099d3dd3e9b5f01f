import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { dataOf } from '../../scripts/commands/data_from.ts';
import { finetuneJob } from '../../scripts/commands/recipe_from.ts';

const home = mkdtempSync(join(tmpdir(), 'data-from-'));
mkdirSync(join(home, 'a'));
mkdirSync(join(home, 'b'));
writeFileSync(join(home, 'a', 'rows.csv'), 'train');
writeFileSync(join(home, 'b', 'rows.csv'), 'held');
afterAll(() => rmSync(home, { recursive: true, force: true }));

const [train_file, validation_file] = [join(home, 'a', 'rows.csv'), join(home, 'b', 'rows.csv')];

describe('the rows that options name', () => {
  it('are a folder, read as the options say', () => {
    const columns = { sentence1: 'x' };
    expect(dataOf({ data: join(home, 'a'), columns, skip_broken_rows: true })).toEqual({ source: { kind: 'folder', name: 'a', columns, skip_broken_rows: true }, folder: join(home, 'a') });
  });

  it('are files from anywhere, as one folder', () => {
    const { source, folder = '' } = dataOf({ train_file, validation_file });
    expect(source).toEqual({ kind: 'folder', name: 'a', train_file: 'rows.csv', validation_file: 'validation-rows.csv' });
    expect(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')])).toEqual([['rows.csv', 'train'], ['validation-rows.csv', 'held']]);
    expect(dataOf({ validation_file }).source).toEqual({ kind: 'folder', name: 'b', validation_file: 'rows.csv' });
  });

  it.each([
    [{ train_file, data: 'mini-glue' }, '--data', 'no --train_file or --validation_file'],
    [{ train_file, dev_rows: 3 }, '--dev_rows', 'no --train_file or --validation_file'],
    [{ train_file: join(home, 'a') }, '--train_file', 'a file'],
    [{ columns: { label: 'y' } }, '--columns', 'a folder as --data, or a --train_file'],
    [{ data: home, data_seed: 3 }, '--data_seed', 'mini-glue as --data'],
    [{ data: join(home, 'none') }, '--data', 'a folder'],
    [{ task: 'wnli' }, '--data', 'a folder, since mini-GLUE has no rows of wnli'],
  ])('are refused: %j', (values, where, expected) => {
    expect(() => dataOf(values)).toThrow(expect.objectContaining({ code: 'usage', where, expected }));
  });
});

describe('a published recipe', () => {
  it('sets the training arguments, and options go before it', () => {
    const { recipe } = finetuneJob({ model: 'scratch:2x16', task: 'qqp', recipe: 'fairseq', batch_size: 7 });
    expect(recipe.training).toMatchObject({ learning_rate: 1e-5, per_device_train_batch_size: 7, num_train_epochs: 10, warmup_ratio: 0.25, optim: 'adam_fairseq', seed: 42 });
    expect(finetuneJob({ model: 'scratch:2x16', task: 'mrpc', recipe: 'huggingface' }).recipe.training).toMatchObject({ num_train_epochs: 5, max_seq_length: 128 });
  });
});
