import { describe, expect, it } from 'vitest';
import { DEFAULT_RECIPE } from '../../../src/experiment/presets.ts';
import { readPasted } from '../../../src/ui/state/paste.ts';

const LINE = 'python experiments.py --task mnli --method att_mse_learn -e method_specific -s two_stage --mapping skip --init 0,1,2 --group experiment_1 --seeds 1,2,3,4';

describe('a pasted line', () => {
  it('is the recipe of its first seed, with the others to follow', () => {
    const { recipe, seeds, notes } = readPasted(LINE, { teacherLayers: 12 });
    expect([recipe.task, recipe.training.seed, seeds, recipe.stages.map(({ name }) => name)]).toEqual(['mnli', 1, [2, 3, 4], ['intermediate', 'prediction']]);
    expect(notes).toEqual(['Filled in: mnli-att_mse_learn-two_stage-layers-0-1-2-seed-1, and seeds 2, 3, 4 after it.']);
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

  it('is the form as it begins when it says nothing', () => {
    const { recipe } = readPasted('--seeds 42', { teacherLayers: 12 });
    expect({ ...recipe, name: DEFAULT_RECIPE.name }).toEqual(DEFAULT_RECIPE);
  });
});
