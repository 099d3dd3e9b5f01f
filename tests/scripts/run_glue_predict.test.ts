import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { predict } from '../../scripts/commands/predict.ts';
import { checkHead, type Asker, type SplitQuestion } from '../../scripts/commands/predict_split.ts';
import { evaluateCheckpoint, predictTest } from '../../scripts/commands/run_glue_predict.ts';
import { main as ask } from '../../scripts/predict_entry.ts';
import { checkSplit, splitRows } from '../../scripts/commands/split_rows.ts';
import { linkedFiles } from '../../scripts/linked_files.ts';
import { taskNamed } from '../../src/data/tasks.ts';
import { predictionRows, scoresOfRows } from '../../src/experiment/predictions.ts';

const home = mkdtempSync(join(tmpdir(), 'predict-test-'));
const mnli = join(home, 'MNLI');
const out = join(home, 'out');

const table = (name: string, rows: readonly string[], labelled: boolean) => {
  const lines = rows.map((label, i) => [String(i), `premise ${i}`, `hypothesis ${i}`, ...(labelled ? [label] : [])].join('\t'));
  writeFileSync(join(mnli, name), `${[['index', 'sentence1', 'sentence2', ...(labelled ? ['gold_label'] : [])].join('\t'), ...lines].join('\n')}\n`);
};

beforeAll(() => {
  mkdirSync(mnli);
  table('train.tsv', ['entailment', 'neutral'], true);
  table('dev_matched.tsv', ['entailment', 'neutral', 'contradiction'], true);
  table('dev_mismatched.tsv', ['neutral', 'neutral'], true);
  table('test_matched.tsv', ['', '', '', '', ''], false);
  table('test_mismatched.tsv', ['', ''], false);
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** A model that always answers class 1. */
function asker(asked: SplitQuestion[]): Asker {
  return async (question) => {
    asked.push(question);
    const { task } = question.data;
    const { rows: examples, notes } = await splitRows(question.data);
    const rows = predictionRows(task, examples, [{ name: 'model', logits: examples.flatMap(() => [0, 2, 0]) }]);
    return { rows, notes, scores: [{ name: 'model', scores: scoresOfRows(task, rows, 0), seconds: 2 }] };
  };
}

describe('the rows of a split', () => {
  it('come from the files of a folder, with or without labels', async () => {
    const { rows } = await splitRows({ task: taskNamed('mnli'), split: 'dev', folder: mnli, most: 2 });
    expect(rows).toEqual([{ text: 'premise 0', textPair: 'hypothesis 0', label: 0 }, { text: 'premise 1', textPair: 'hypothesis 1', label: 1 }]);
    const { rows: test } = await splitRows({ task: taskNamed('mnli'), split: 'test', folder: mnli });
    expect(test.map(({ text, label }) => [text, label])).toEqual([0, 1, 2, 3, 4].map((i) => [`premise ${i}`, undefined]));
  });

  it('come from linked files too', async () => {
    const folder = linkedFiles({ 'a.tsv': join(mnli, 'dev_matched.tsv'), 'gone.tsv': join(mnli, 'none.tsv') });
    const choice = { validation_file: 'a.tsv' };
    const { rows } = await splitRows({ task: taskNamed('mnli'), split: 'dev', folder, choice });
    expect(rows.map(({ label }) => label)).toEqual([0, 1, 2]);
    await expect(splitRows({ task: taskNamed('mnli'), split: 'dev', folder, choice: { validation_file: 'gone.tsv' } })).rejects.toThrow('expected gone.tsv, got a.tsv');
  });

  it('are generated without one, where dev rows take the place of test rows', async () => {
    const wanted = { task: taskNamed('rte'), dev_rows: 11, train_rows: 13, data_seed: 5 } as const;
    const [dev, test, train] = [await splitRows({ ...wanted, split: 'dev' }), await splitRows({ ...wanted, split: 'test' }), await splitRows({ ...wanted, split: 'train' })];
    expect(test.rows).toEqual(dev.rows);
    expect(test.notes).toEqual(['Generated rows have no split test: the dev rows take its place.']);
    expect([dev.rows.length, train.rows.length, dev.notes]).toEqual([11, 13, []]);
  });

  it('of a file that is not there are an error', async () => {
    rmSync(join(home, 'empty'), { recursive: true, force: true });
    mkdirSync(join(home, 'empty'));
    await expect(checkSplit(taskNamed('mnli'), join(home, 'empty'), 'test')).rejects.toThrow('empty: expected test.tsv');
    await expect(splitRows({ task: taskNamed('rte'), split: 'dev', folder: join(home, 'empty') })).rejects.toThrow('expected dev.tsv');
  });
});

describe('a checkpoint of run_glue', () => {
  const checkpoint = { values: { task_name: 'mnli', max_eval_samples: 2, max_seq_length: 97 } as const, model: join(home, 'a-model'), data: mnli, out };

  it('is scored on both parts of the dev rows of MNLI', async () => {
    const asked: SplitQuestion[] = [];
    mkdirSync(out);
    writeFileSync(join(out, 'all_results.json'), '{"train_loss": 0.5}');
    const results = await evaluateCheckpoint(checkpoint, asker(asked));
    expect(results).toMatchObject({ eval_accuracy: 0.5, eval_samples: 2, eval_accuracy_mm: 1, eval_samples_mm: 2 });
    expect(asked.map(({ models, maxLength, data }) => [models, maxLength, data.split])).toEqual([[{ 'a-model': checkpoint.model }, 97, 'dev'], [{ 'a-model': checkpoint.model }, 97, 'mismatched']]);
    expect(JSON.parse(readFileSync(join(out, 'all_results.json'), 'utf8'))).toMatchObject({ train_loss: 0.5, eval_accuracy_mm: 1 });
    expect(Object.keys(await evaluateCheckpoint(checkpoint, asker([]), true))).not.toContain('eval_accuracy');
  });

  it('predicts both parts of its test rows into files', async () => {
    const written = await predictTest(checkpoint, asker([]));
    expect(written.every((path) => existsSync(path))).toBe(true);
    expect(readdirSync(out)).toEqual(expect.arrayContaining(['MNLI-m.tsv', 'MNLI-mm.tsv', 'predict_results_mnli.txt', 'predict_results_mnli-mm.txt', 'predictions_mnli.tsv']));
    expect(readFileSync(join(out, 'MNLI-mm.tsv'), 'utf8')).toBe('index\tprediction\n0\tneutral\n1\tneutral\n');
  });

  it('takes a test file by its name, wherever it lies', async () => {
    const asked: SplitQuestion[] = [];
    await predictTest({ ...checkpoint, values: { ...checkpoint.values, test_file: join(mnli, 'test_mismatched.tsv') }, data: undefined }, asker(asked));
    expect(asked.map(({ data }) => [data.folder, data.choice?.test_file])).toEqual([[mnli, 'test_mismatched.tsv']]);
    expect(readFileSync(join(out, 'MNLI-m.tsv'), 'utf8').split('\n').length).toBe(4);
  });

  it('has no second part on generated rows', async () => {
    const asked: SplitQuestion[] = [];
    await evaluateCheckpoint({ ...checkpoint, values: { task_name: 'mnli', dev_rows: 7 }, data: undefined }, asker(asked));
    expect(asked.map(({ data }) => data.split)).toEqual(['dev']);
  });
});

describe('a model', () => {
  const bundled = join(import.meta.dirname, '../../public/models');

  it('of another task is refused by its configuration alone', async () => {
    await expect(checkHead(taskNamed('mrpc'), join(bundled, 'mini-bert-sst-2'))).rejects.toThrow('expected a model for mrpc (not_equivalent, equivalent), got one for sst-2 (negative, positive)');
    await expect(checkHead(taskNamed('qnli'), join(bundled, 'mini-bert-rte'))).rejects.toThrow('got one for rte (entailment, not_entailment)');
  });

  it('of the task, or without a head, is not', async () => {
    await expect(checkHead(taskNamed('rte'), join(bundled, 'mini-bert-rte'))).resolves.toBeUndefined();
    await expect(checkHead(taskNamed('mnli'), join(bundled, 'mini-bert'))).resolves.toBeUndefined();
  });
});

it('the seconds of an answer are without those of loading the model', async () => {
  const began = performance.now();
  const answers = await ask({ model: join(import.meta.dirname, '../../public/models/mini-bert-rte'), questions: [{ text: 'a', text_pair: 'b' }], backend: 'cpu', maxLength: 16 });
  const seconds = 'code' in answers ? NaN : answers.seconds;
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThan((performance.now() - began) / 1000 - 0.01);
});

it.each([
  [['--split', 'dev'], '--task: expected the task of the split, got nothing'],
  [['--task', 'rte', '--text', 'a'], '--text: expected texts, or a --split, not both'],
  [['--text', 'a', '--submission_dir', 'x'], '--submission_dir: expected --split beside it, got none'],
  [['--task', 'rte', '--data', 'not-here'], '--data: expected a folder'],
])('predict refuses %j', (args, words) => {
  expect(() => predict.prepare(['--model', 'mini-bert-rte', ...args])).toThrow(words);
});
