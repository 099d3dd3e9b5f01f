import { describe, expect, it } from 'vitest';
import { DEFAULT_RECIPE } from '../../../src/experiment/presets.ts';
import { readPasted, teacherNamed } from '../../../src/ui/state/paste.ts';

const LINE = 'python experiments.py --task mnli --method att_mse_learn -e method_specific -s two_stage --mapping skip --init 0,1,2 --group experiment_1 --seeds 1,2,3,4';

const files = (...names: string[]) => names.map((name) => ({ name, blob: new Blob([]) }));

describe('a pasted line', () => {
  it('is the recipe of its first seed, with the others to follow', () => {
    const { recipe, seeds, notes } = readPasted(LINE, { teacherLayers: 12 });
    expect([recipe.task, recipe.training.seed, seeds, recipe.stages.map(({ name }) => name)]).toEqual(['mnli', 1, [2, 3, 4], ['intermediate', 'prediction']]);
    expect(notes).toEqual(['Filled in: mnli-att_mse_learn-two_stage-layers-0-1-2-seed-1, and seeds 2, 3, 4 after it, on generated rows of mnli.']);
  });

  it('keeps the folders that were given, and says that names open none', () => {
    const data = { kind: 'folder', name: 'SST-2' } as const;
    const { recipe, notes } = readPasted('experiments --data GLUE/SST-2 --teacher ./bert --output_dir x -d 0', { teacherLayers: 7, data, teacher: { kind: 'folder', name: 'bert' } });
    expect([recipe.data, recipe.teacher, recipe.student.init]).toEqual([data, { kind: 'folder', name: 'bert' }, { kind: 'layers', layers: [1, 4, 6] }]);
    expect(notes.slice(1).map((note) => note.split(/[: ]/)[0])).toEqual(['--device', '--data', '--teacher', '--output_dir']);
  });

  it('names teachers that need no folder, whose depth counts', () => {
    expect(readPasted('--teacher scratch:5x32 --student_layers 2', { teacherLayers: 12 }).recipe).toMatchObject({ teacher: { kind: 'scratch', num_hidden_layers: 5 }, student: { init: { layers: [2, 4] } } });
    expect(readPasted('--teacher mini-bert --train_rows 99', { teacherLayers: 12 }).recipe).toMatchObject({ teacher: { kind: 'bundled', name: 'mini-bert' }, data: { train_rows: 99, dev_rows: 2000 } });
  });

  it('is refused with the nearest option, or with the scaled layers', () => {
    expect(() => readPasted('--metod kd', { teacherLayers: 12 })).toThrow('Did you mean --method?');
    expect(() => readPasted('--init 3,7,11', { teacherLayers: 6 })).toThrow('--init 1,3,5');
  });

  it('keeps what is said of columns, broken rows and files, and of the given rows without --data', () => {
    const page = { teacherLayers: 12, task: 'sst-2', data: { kind: 'folder', name: 'mine', columns: { label: 'gold' } }, files: files('a.csv', 'b.csv', 'c.csv') } as const;
    const { recipe, notes } = readPasted('--columns sentence1=words --skip_broken_rows --train_file ./x/c.csv --validation_file d.csv', { ...page, data: { ...page.data, train_file: 'a.csv', validation_file: 'b.csv' } });
    expect(recipe.data).toEqual({ kind: 'folder', name: 'mine', train_file: 'c.csv', validation_file: 'b.csv', columns: { sentence1: 'words', label: 'gold' }, skip_broken_rows: true });
    expect(notes).toEqual([expect.stringContaining(', on the rows of mine (c.csv, b.csv).'), '--validation_file d.csv: no table of this name is under “Your own files”; b.csv is used.']);
    expect(readPasted('--task rte', { ...page, data: { kind: 'folder', name: 'GLUE' }, files: files('RTE/dev.tsv', 'SST-2/dev.tsv', 'SST-2/train.tsv', 'RTE/train.tsv') }).notes).toEqual([expect.stringContaining('on the rows of GLUE (RTE/train.tsv, RTE/dev.tsv).')]);
    expect(() => readPasted('--task wnli', { teacherLayers: 12 })).toThrow('expected rows under “Your own files”, since none of wnli can be generated');
    expect(readPasted('--columns label=gold', { teacherLayers: 12 }).notes[1]).toBe('--columns: generated rows need none.');
  });

  it('may be one of distill, by its command; others are refused by theirs', () => {
    for (const line of ['npm run lab -- distill --student_layers 2 --seed 5', 'npm run distill -- --student_layers 2 --seed=5', 'distill --student_layers 2 --seeds 5']) {
      expect(readPasted(line, { teacherLayers: 12 }).recipe).toMatchObject({ student: { num_hidden_layers: 2 }, training: { seed: 5 } });
    }
    expect(() => readPasted('npm run lab -- finetune --task rte', { teacherLayers: 12 })).toThrow('got "npm run lab -- finetune"');
  });

  it('knows bundled models by their whole names', () => {
    expect(['mini-bert', 'mini-bert-wnli', 'mini-bert-large', 'mini-bertha'].map((name) => teacherNamed(name)?.kind)).toEqual(['bundled', 'bundled', undefined, undefined]);
  });

  it('is the form as it begins when it says nothing', () => {
    const { recipe } = readPasted('--seeds 42', { teacherLayers: 12 });
    expect({ ...recipe, name: DEFAULT_RECIPE.name }).toEqual(DEFAULT_RECIPE);
  });
});
