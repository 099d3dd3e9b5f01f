import { expect, it } from 'vitest';
import { choiceOf, testSplits } from '../../../src/ui/state/table_files.ts';

const files = (...names: string[]) => names.map((name) => ({ name, blob: new Blob([]) }));

it('a test file is none to train or to score with', () => {
  expect(choiceOf('rte', files('train.tsv', 'dev.tsv', 'test.tsv'))).toEqual({});
  expect(choiceOf('rte', files('test.tsv', 'a.csv', 'b.csv'))).toEqual({ train_file: 'a.csv', validation_file: 'b.csv', test_file: 'test.tsv' });
});

it('the splits of test rows are those that the files of a run have', () => {
  const folder = { kind: 'folder', name: 'own' } as const;
  const splits = (task: string, data: Parameters<typeof testSplits>[0]['data'], ...names: string[]) => testSplits({ task, data }, files(...names));
  expect(splits('mnli', folder, 'train.tsv', 'dev_matched.tsv', 'test_matched.tsv', 'test_mismatched.tsv')).toEqual(['test', 'test_mismatched']);
  expect(splits('rte', folder, 'train.tsv', 'dev.tsv')).toEqual([]);
  expect(splits('rte', { ...folder, train_file: 'a.csv', test_file: 'c.csv' }, 'a.csv', 'c.csv')).toEqual(['test']);
  expect(splits('rte', { ...folder, test_file: 'c.csv' }, 'a.csv')).toEqual([]);
  expect(splits('rte', { kind: 'mini-glue', seed: 1, train_rows: 2, dev_rows: 3 }, 'test.tsv')).toEqual([]);
});
