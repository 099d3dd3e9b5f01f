/** `data`: what tables hold, under Node, without a browser. */
import { existsSync } from 'node:fs';
import type { FileExample } from '../../src/data/examples.ts';
import { reportOn } from '../../src/data/report.ts';
import { taskNamed } from '../../src/data/tasks.ts';
import { readTokenizerFiles } from '../../src/hub/model_folder.ts';
import { Tokenizer } from '../../src/tokenizer/tokenizer.ts';
import { TABLE_OPTIONS, taskOption } from '../../src/experiment/training_options.ts';
import { command, type Context } from '../command_line/command.ts';
import { text, UsageError } from '../command_line/option.ts';
import { tablesAt } from '../data_source.ts';
import { dataText } from '../data_text.ts';
import { openPath } from '../disk_folder.ts';
import { fetched, fetchedData, isDataSet, isElsewhere } from '../models/elsewhere.ts';
import { progressOn } from '../progress.ts';

/** Longer rows are counted as this long. */
const MOST_TOKENS = 1_000_000;

export const data = command({
  name: 'data',
  summary: 'Show what tables hold: rows, columns, labels, lengths, duplicates; or where they are broken.',
  operands: [{ name: 'PATH', help: 'a folder with the files of one task, or one file: TSV, CSV, JSON, JSON lines or Parquet, text also packed with gzip; or a data set of the Hub, e.g. nyu-mll/glue' }],
  options: {
    task: { ...taskOption, otherwise: undefined },
    tokenizer: text('FOLDER', 'folder with tokenizer.json, or vocab.txt and tokenizer_config.json; or org/name on the Hub', 'lengths are counted in words'),
    ...TABLE_OPTIONS,
  },
  plan: (values, [path = '']) => {
    if (values.task === undefined) throw new UsageError('--task', 'the task that the rows are for', 'nothing', 'Name it, e.g. --task mrpc.');
    const task = taskNamed(values.task);
    return async (context) => {
      const length = await lengthBy(values.tokenizer, context);
      const progress = progressOn(context.log);
      const onBytes = (where: string, done: number, total: number) => {
        if (total > 2 ** 24) progress.listen({ type: 'progress', run: '', label: `Reading ${where}`, done, total, secondsLeft: 0 });
      };
      const tables = await tablesAt(task, isDataSet(path) ? await fetchedData(path, task.name, context, values.columns) : path);
      const report = await reportOn(task, tables, { ...values, lengthOf: length.of, signal: context.signal, onBytes }).finally(() => progress.end());
      return { json: { ok: true, path, lengths_in: length.unit, ...report }, text: dataText(report, path, length.unit) };
    };
  },
});

interface Length {
  readonly unit: string;
  readonly of: (example: FileExample) => number;
}

/** Counts tokens by a tokenizer, special ones included; words without one. */
async function lengthBy(tokenizer: string | undefined, context: Context): Promise<Length> {
  if (tokenizer === undefined) return { unit: 'words', of: ({ text, textPair = '' }) => words(text) + words(textPair) };
  const folder = openPath(!existsSync(tokenizer) && isElsewhere(tokenizer) ? await fetched(tokenizer, 'tokenizer', context) : tokenizer);
  const opened = Tokenizer.fromFiles(await readTokenizerFiles(folder), folder.name);
  return { unit: `tokens of ${folder.name}`, of: ({ text, textPair }) => opened.encode(text, textPair, MOST_TOKENS).ids.length };
}

function words(text: string): number {
  return text.match(/\S+/g)?.length ?? 0;
}
