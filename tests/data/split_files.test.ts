import { describe, expect, it } from 'vitest';
import { findSplits, splitOfName } from '../../src/data/split_files.ts';
import { taskNamed } from '../../src/data/tasks.ts';

const splits = (task: string, ...paths: string[]) => Object.fromEntries([...findSplits(taskNamed(task), paths, 'f')].map(([split, files]) => [split, files.join(' ')]));

describe('the split of a file', () => {
  it.each([
    ['train.tsv', 'train'], ['16-100.train.tsv', 'train'], ['train.subset8999.json.gz', 'train'], ['training.csv', 'train'], ['train-00000-of-00001.parquet', 'train'],
    ['dev.tsv.gz', 'dev'], ['dev_matched.rows0001-4000.jsonl', 'dev'], ['validation.parquet', 'dev'], ['sst2_validation.parquet', 'dev'], ['valid.ndjson', 'dev'],
    ['dev_mismatched.tsv', 'mismatched'], ['validation_mismatched-00000-of-00001.parquet', 'mismatched'], ['test.tsv', 'test'], ['test_mismatched.tsv', 'test_mismatched'],
    ['a/b/dev.tsv', 'dev'], ['trainer_state.json', undefined], ['eval_results.json', undefined], ['rows.tsv', undefined], ['train.txt', undefined], ['constrained.tsv', undefined],
  ])('%s is %s', (path, split) => expect(splitOfName(path)).toBe(split));
});

describe('the splits of a folder', () => {
  it('are its files, the original names first', () => {
    expect(splits('rte', 'notes.txt', 'train.tsv', '16-100.train.tsv', 'dev.tsv', 'test.tsv')).toEqual({ train: 'train.tsv', dev: 'dev.tsv', test: 'test.tsv' });
    expect(splits('rte', 'train.csv', 'train.tsv.gz', 'train.tsv', 'validation.csv')).toEqual({ train: 'train.tsv', dev: 'validation.csv' });
    expect(splits('mnli', 'dev.tsv', 'dev_matched.tsv', 'dev_mismatched.tsv')).toEqual({ dev: 'dev_matched.tsv', mismatched: 'dev_mismatched.tsv' });
    expect(splits('qqp', '16-100.train.tsv', '16-100.dev.tsv')).toEqual({ train: '16-100.train.tsv', dev: '16-100.dev.tsv' });
  });

  it('are the parts of a table, in order', () => {
    expect(splits('mnli', 'train-00001-of-00002.parquet', 'train-00000-of-00002.parquet', 'validation_matched-00000-of-00001.parquet')).toEqual({
      train: 'train-00000-of-00002.parquet train-00001-of-00002.parquet', dev: 'validation_matched-00000-of-00001.parquet',
    });
  });

  it('are those of the task, where the folder holds several', () => {
    expect(splits('sst-2', 'rte_validation.parquet', 'sst2_validation.parquet')).toEqual({ dev: 'sst2_validation.parquet' });
    expect(splits('mrpc', 'mrpc/train.tsv', 'rte/train.tsv', 'README.md')).toEqual({ train: 'mrpc/train.tsv' });
    expect(splits('sst-2', 'SST-2/dev.tsv', 'RTE/dev.tsv')).toEqual({ dev: 'SST-2/dev.tsv' });
    expect(splits('mrpc', 'kshot/16-100.train.tsv')).toEqual({ train: 'kshot/16-100.train.tsv' });
    expect(splits('cola', 'mrpc/train.tsv', 'rte/train.tsv')).toEqual({});
  });

  it('are not guessed among several alike', () => {
    expect(() => splits('rte', '16-13.train.tsv', '16-21.train.tsv')).toThrow(expect.objectContaining({ code: 'ambiguous-file', got: '16-13.train.tsv and 16-21.train.tsv' }));
  });
});
