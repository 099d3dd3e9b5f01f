import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openExamples } from '../../src/data/examples.ts';
import { taskNamed } from '../../src/data/tasks.ts';

/** The real tables are too large for the repository: a folder `shared` beside the checkout, if there is one. */
const DATA = resolve(import.meta.dirname, '../../../shared/data');
const isThere = existsSync(resolve(DATA, 'glue'));

async function countsOf(path: string, name: string) {
  const table = await openExamples(taskNamed(name), new Blob([readFileSync(resolve(DATA, path))]), path);
  const labels = new Map<number, number>();
  let rows = 0;
  let broken = 0;
  for await (const batch of table.batches()) {
    rows += batch.examples.length;
    broken += batch.broken.length;
    for (const { label } of batch.examples) labels.set(label ?? NaN, (labels.get(label ?? NaN) ?? 0) + 1);
  }
  const known = taskNamed(name).labels;
  return { rows, broken, counts: known.map((_, id) => labels.get(id)), range: known.length > 0 ? undefined : [Math.min(...labels.keys()), Math.max(...labels.keys())] };
}

describe(`every real table${isThere ? '' : ' (skipped: no ../shared/data)'}`, () => {
  it.skipIf(!isThere).each([
    ['glue/CoLA/train.tsv', 'cola', [2528, 6023]],
    ['glue/CoLA/dev.tsv', 'cola', [322, 721]],
    ['glue/RTE/train.tsv', 'rte', [1249, 1241]],
    ['glue/RTE/dev.tsv', 'rte', [146, 131]],
    ['glue/SST-2/train.tsv.gz', 'sst-2', [29780, 37569]],
    ['glue/SST-2/dev.tsv', 'sst-2', [428, 444]],
    ['glue/MNLI/dev_matched.rows0001-4000.jsonl', 'mnli', [1405, 1259, 1336]],
    ['glue/MNLI/train.subset8999.json.gz', 'mnli', [3061, 2980, 2958]],
    ['glue/QNLI/train.subset8999.json.gz', 'qnli', [4523, 4476]],
    ['glue/QQP/train.subset8999.json.gz', 'qqp', [5747, 3252]],
    ['glue/MNLI/kshot/16-100.train.tsv', 'mnli', [16, 16, 16]],
    ['glue/MNLI/kshot/16-100.dev_matched.tsv', 'mnli', [16, 16, 16]],
    ['glue/QNLI/kshot/16-100.train.tsv', 'qnli', [16, 16]],
    ['glue/QNLI/kshot/16-100.dev.tsv', 'qnli', [16, 16]],
    ['glue/QQP/kshot/16-100.train.tsv', 'qqp', [16, 16]],
    ['glue/QQP/kshot/16-100.dev.tsv', 'qqp', [16, 16]],
    ['glue/MRPC/kshot/16-100.train.tsv', 'mrpc', [16, 16]],
    ['glue/MRPC/kshot/16-100.dev.tsv', 'mrpc', [16, 16]],
    ['parquet/sst2_validation.parquet', 'sst-2', [428, 444]],
    ['parquet/rte_validation.parquet', 'rte', [146, 131]],
  ])('%s has the rows and labels that it should', async (path, name, counts) => {
    expect(await countsOf(path, name)).toEqual({ rows: counts.reduce((a, b) => a + b), broken: 0, counts, range: undefined });
  });

  it.skipIf(!isThere)('of scores has its rows and range', async () => {
    expect(await countsOf('glue/STS-B/dev.tsv', 'sts-b')).toEqual({ rows: 1500, broken: 0, counts: [], range: [0, 5] });
  });
});
