import { expect, it } from 'vitest';
import { reportWords } from '../../../src/ui/state/report_words.ts';
import { tableReport } from '../../../src/worker/table_report.ts';

const file = (name: string, ...rows: string[]) => ({ name, blob: new Blob([['sentence\tlabel', ...rows, ''].join('\n')]) });

it('tells rows, labels, what is left out and what occurs twice of the task\u2019s own tables', async () => {
  const files = [file('RTE/train.tsv', 'x\t0'), file('SST-2/train.tsv', 'a\t1', 'a\t1', 'b\t0', 'broken'), file('SST-2/dev.tsv', 'b\t0', 'c\t1')];
  const report = await tableReport({ task: 'sst-2', name: 'glue', files, choice: { skip_broken_rows: true } });
  expect(reportWords(report)).toEqual(['Training rows: 3, of them 1 negative and 2 positive, 1 left out, 1 repeated.', 'Dev rows: 2, of them 1 negative and 1 positive, 1 also among the training rows.']);
  await expect(tableReport({ task: 'sst-2', name: 'glue', files, choice: {} })).rejects.toMatchObject({ code: 'BadRow', where: expect.stringContaining('glue/SST-2/train.tsv, row 5') });
  await expect(tableReport({ task: 'wnli', name: 'glue', files, choice: {} })).rejects.toMatchObject({ code: 'MissingFile' });
});
