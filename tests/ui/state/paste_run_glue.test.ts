import { describe, expect, it } from 'vitest';
import { isPretrainLine, readPastedPretrain } from '../../../src/ui/state/paste_pretrain.ts';
import { isRunGlueLine, readPastedRuns } from '../../../src/ui/state/paste_run_glue.ts';

const LINE = 'python run_glue.py --model_name_or_path <path to model> --task_name MRPC --do_train --do_eval --output_dir runs/finetuning --learning_rate 5e-5';
const FOLDER = { teacher: { kind: 'folder', name: 'own-bert' }, data: { kind: 'folder', name: 'MRPC' }, tokenizer: { kind: 'folder', name: 'words' }, teacherLayers: 7 } as const;

describe('a pasted line of run_glue', () => {
  it.each<[string, boolean]>([
    [LINE, true],
    ['npm run lab -- run_glue --do_train', true],
    ['--task_name rte --do_train', true],
    ['--task-name rte', false],
    ['{"task_name": "rte"}', true],
    ['python experiments.py --task rte --group run_glue', false],
    ['--task rte', false],
  ])('%j is recognised: %j', (line, is) => {
    expect(isRunGlueLine(line)).toBe(is);
  });

  it('finetunes the bundled model on generated rows where the page has nothing else, and says so', async () => {
    const { recipes, notes } = await readPastedRuns(LINE, { teacherLayers: 3 });
    expect(recipes).toMatchObject([{ kind: 'finetune', task: 'mrpc', teacher: { kind: 'bundled', name: 'mini-bert' }, data: { kind: 'mini-glue', train_rows: 2500 }, student: { num_hidden_layers: 12 }, training: { learning_rate: 5e-5 } }]);
    expect(notes).toEqual(['Ready to begin: mrpc-run_glue-seed-42, finetuned from mini-bert on generated rows of mrpc.', expect.stringContaining('--model_name_or_path <path to model>: a page cannot open a model by its path'), '--output_dir: the page has no use for it.']);
  });

  it('takes folders that were given where the line names some', async () => {
    const { recipes, notes } = await readPastedRuns('--task_name mrpc --do_train --model_name_or_path bert-base-uncased --train_file a.csv --tokenizer_name b', FOLDER);
    expect(recipes).toMatchObject([{ teacher: FOLDER.teacher, data: FOLDER.data, tokenizer: FOLDER.tokenizer, student: { num_hidden_layers: 7 } }]);
    expect(notes[1]).toContain('the folder own-bert');
    expect((await readPastedRuns('--task_name rte --do_train --model_name_or_path scratch:5x32 --train_rows 97', FOLDER)).recipes).toMatchObject([{ teacher: { kind: 'scratch', num_hidden_layers: 5 }, data: { kind: 'mini-glue', train_rows: 97 }, student: { num_hidden_layers: 5 } }]);
  });

  it('is run on the rows that were given, and on others only where it says so', async () => {
    const page = { ...FOLDER, task: 'mrpc', files: ['train.tsv', 'dev.tsv'].map((name) => ({ name, blob: new Blob([]) })) };
    const { recipes, notes } = await readPastedRuns(LINE, page);
    expect(recipes).toMatchObject([{ data: FOLDER.data }]);
    expect(notes[0]).toBe('Ready to begin: mrpc-run_glue-seed-42, finetuned from own-bert on the rows of MRPC (train.tsv, dev.tsv).');
    expect((await readPastedRuns(`${LINE} --data mini-glue`, page)).notes[0]).toContain('on generated rows of mrpc.');
    const read = await readPastedRuns(`${LINE} --columns sentence1=a --data X --skip_broken_rows --train_rows 7`, page);
    expect(read.recipes).toMatchObject([{ data: { ...FOLDER.data, columns: { sentence1: 'a' }, skip_broken_rows: true } }]);
    expect(read.notes.slice(1).map((note) => note.split(':')[0])).toEqual(expect.arrayContaining(['--data X', '--train_rows']));
  });

  it('needs rows of a task that none can be generated of', async () => {
    await expect(readPastedRuns('--task_name stsb --do_train', { teacherLayers: 12 })).rejects.toThrow('none of sts-b can be generated');
  });

  it('is eight runs with --grid', async () => {
    const { recipes, notes } = await readPastedRuns('--task_name rte --do_train --grid', { teacherLayers: 12 });
    expect(recipes.map(({ name }) => name).slice(0, 2)).toEqual(['1e-05_lr_16bz', '1e-05_lr_32bz']);
    expect(notes[0]).toBe('Ready to begin: 8 runs of rte, one after another, finetuned from mini-bert on generated rows of rte.');
  });

  it('must train', async () => {
    await expect(readPastedRuns('--task_name rte --do_eval', { teacherLayers: 12 })).rejects.toThrow('--do_train: expected a line that trains');
    await expect(readPastedRuns('--task_name rte --do_train --epoch 3', { teacherLayers: 12 })).rejects.toThrow('got "--epoch"');
  });
});

describe('a pasted line of pretrain', () => {
  it('is recognised by its command', () => {
    expect(['npm run lab -- pretrain --teacher mini-bert', 'pretrain --epochs 3', '--task pretrain', '{"a": 1}', 'python run_glue.py'].map(isPretrainLine)).toEqual([true, true, false, false, false]);
  });

  it('distils a bundled model on the corpus', () => {
    const { recipes, notes } = readPastedPretrain('npm run lab -- pretrain --teacher mini-bert --method minilm_v2 --layer_selection last --student_layers 3 --documents 311 --epochs 2 --output_dir x', { teacherLayers: 5 });
    expect(recipes).toMatchObject([{
      kind: 'distill-text', teacher: { kind: 'bundled', name: 'mini-bert' }, data: { kind: 'mini-glue', train_rows: 311 }, student: { num_hidden_layers: 3, init: { layers: [3, 7, 11] } },
      stages: [{ objectives: [{ name: 'minilm_v2', mapping: 'last' }] }], training: { num_train_epochs: 2 },
    }]);
    expect(notes).toEqual(['Ready to begin: text-minilm_v2-layers-3-7-11-seed-42, distilled from mini-bert.', '--output_dir: the page has no use for it.']);
  });

  it('pretrains from random weights, or a folder that was given', () => {
    expect(readPastedPretrain('pretrain --model scratch:2x32', { teacherLayers: 5 }).recipes).toMatchObject([{ kind: 'pretrain', teacher: { kind: 'scratch', num_hidden_layers: 2, hidden_size: 32 }, student: { num_hidden_layers: 2 }, data: { train_rows: 20_000 } }]);
    const { recipes, notes } = readPastedPretrain('pretrain --model some/folder', FOLDER);
    expect(recipes).toMatchObject([{ teacher: FOLDER.teacher, student: { num_hidden_layers: 7 } }]);
    expect(notes[1]).toContain('the folder own-bert');
    expect(() => readPastedPretrain('pretrain --method att_kl', FOLDER)).toThrow('got att_kl, which needs a teacher. Name the model to distil');
  });

  it('takes the stored set of the form where the line names samples, with its tokenizer', async () => {
    const data = { kind: 'folder', name: 'sea', samples: 'a' } as const;
    const { recipes, notes } = readPastedPretrain('pretrain --shards samples --tokenizer bert-base-uncased --model scratch:2x32', { teacherLayers: 5, data });
    expect(recipes).toMatchObject([{ kind: 'pretrain', data, tokenizer: data }]);
    expect(notes.slice(1)).toEqual(['--shards samples: the samples sea are used.', '--tokenizer bert-base-uncased: that of sea is used.']);
    const none = readPastedPretrain('pretrain --shards samples', { teacherLayers: 5 });
    expect(none.recipes).toMatchObject([{ data: { kind: 'mini-glue' } }]);
    expect(none.notes[1]).toContain('choose them as the text of the form. The generated corpus is used.');
    expect(readPastedPretrain('pretrain', { teacherLayers: 5, data }).recipes).toMatchObject([{ data: { kind: 'mini-glue' } }]);
  });

  const table = (name: string, ...lines: string[]) => ({ name, blob: new Blob([['review,grade', ...lines, ''].join('\n')]) });
  const OWN = { teacherLayers: 12, data: { kind: 'folder', name: 'own' }, files: [table('a.csv', 'x,no', 'y,yes'), table('b.csv', 'z,no'), table('t.csv', 'z,no')] } as const;
  const own = '--train_file in/a.csv --validation_file in/b.csv --columns label=grade --do_train';

  it('finds its task in the given files where it names none', async () => {
    const { recipes, notes } = await readPastedRuns(`${own} --do_predict --test_file in/t.csv`, OWN);
    expect(recipes).toMatchObject([{ task: 'custom', own_task: { text: 'review', label: 'grade', labels: ['no', 'yes'] }, data: { train_file: 'a.csv', validation_file: 'b.csv', test_file: 't.csv', columns: { label: 'grade' } } }]);
    expect(notes).toContainEqual(expect.stringContaining('“Answers to the test rows”, with the files'));
    expect((await readPastedRuns(`${own} --do_predict`, OWN)).notes).toContainEqual(expect.stringContaining('--do_predict: give a table of test rows'));
    await expect(readPastedRuns(own, { ...OWN, files: OWN.files.slice(1) })).rejects.toThrow('--train_file: expected a.csv under “Your own files”, got b.csv, t.csv');
    await expect(readPastedRuns(own.replace('--validation_file in/b.csv', ''), OWN)).rejects.toThrow('--validation_file: expected both files');
  });
});
