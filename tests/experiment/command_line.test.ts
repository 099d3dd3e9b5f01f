import { describe, expect, it } from 'vitest';
import { readExperimentsLine } from '../../src/experiment/command_line.ts';
import { methodStages, type ExperimentValues } from '../../src/experiment/method_stages.ts';
import { recipeForTask } from '../../src/experiment/presets.ts';
import { scaledLayers, sweepOf } from '../../src/experiment/sweep.ts';
import { trainingOf } from '../../src/experiment/training_values.ts';

const PASTED = 'python experiments.py --task mnli --method att_mse_learn -e method_specific -s two_stage --mapping skip --init 0,1,2 --group experiment_1 --seeds 1,2,3,4';

/** The runs of a line for a teacher of so many layers. */
function sweep(line: string, teacherLayers = 12) {
  const { values } = readExperimentsLine(line);
  return sweepOf(values, { base: recipeForTask(values.task ?? 'sst-2'), teacherLayers });
}

const stagesOf = (method: string, values: ExperimentValues = {}) => methodStages(method, values).stages.map(({ name, objectives }) => [name, ...objectives.map((term) => ({ ...term }))]);

/** What a wrong line is answered with. */
function usage(line: string, teacherLayers = 12): string {
  try {
    sweep(line, teacherLayers);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('no error came');
}

describe("the reference's line", () => {
  it('works as pasted', () => {
    const { group, runs, notes } = sweep(PASTED);
    expect([group, notes]).toEqual(['experiment_1', []]);
    expect(runs.map(({ seed, method, recipe }) => [seed, method, recipe.name, recipe.training.seed])).toEqual(
      [1, 2, 3, 4].map((seed) => [seed, 'att_mse_learn', `mnli-att_mse_learn-two_stage-layers-0-1-2-seed-${seed}`, seed]),
    );
    expect(runs[0]!.recipe).toMatchObject({
      version: 2, kind: 'distill', task: 'mnli', student: { num_hidden_layers: 3, init: { kind: 'layers', layers: [0, 1, 2] } }, fidelity: 'corrected', dropout: { teacher: false, student: true }, baselines: true,
      stages: [
        { name: 'intermediate', objectives: [{ name: 'att_mse', weight: 1, mapping: 'skip' }] },
        { name: 'prediction', start: 'last', objectives: [{ name: 'kd', weight: 1, parameters: { temperature: 1, kd_weight: 1 } }] },
      ],
    });
  });

  it('is the same by every form of its program and its options', () => {
    const expected = sweep(PASTED);
    const options = '-t mnli -m att_mse_learn --experiment=method_specific --stage two_stage --mapping=skip --init "0,1,2" --group experiment_1 --seeds \'1,2,3,4\'';
    for (const program of ['', 'npm run lab -- experiments ', 'CUDA_VISIBLE_DEVICES=3 python3 task_specific_distillation/experiments.py ']) expect(sweep(program + options)).toEqual(expected);
    expect(sweepOf(readExperimentsLine(['-tmnli', '-m', 'att_mse_learn', '-stwo_stage', '--mapping', 'skip', '--init', '0,1,2', '--group', 'experiment_1', '--seeds', '1,2,3,4']).values, { base: recipeForTask('mnli'), teacherLayers: 12 })).toEqual(expected);
  });

  it('answers what means nothing in a browser with a line each', () => {
    const { notes } = readExperimentsLine(`${PASTED} -d 0 --mig_path config/mig.yaml --pass_dic config/pass.yaml`);
    expect(notes).toEqual([expect.stringMatching(/^--device: /), expect.stringMatching(/^--mig_path: /), expect.stringMatching(/^--pass_dic: /)]);
  });

  it.each([
    ['--tsak mnli', 'got "--tsak". Did you mean --task?'],
    ['--seed 3', 'Did you mean --seeds?'],
    ['-q 3', 'got "-q"'],
    ['--method att_msee', 'Did you mean att_mse?'],
    ['--method hopfield_cls', 'commented out'],
    ['--method qkv', 'minilm_v2'],
    ['--method "a b"', 'got "a b"'],
    ['--stage both', '--stage: expected one of two_stage, one_stage'],
    ['--mapping skipp', '--mapping: expected the name of a mapping'],
    ['--seeds 1,x', '--seeds: expected whole numbers such as 1,2,3,4'],
    ['--seeds 1,1', 'every seed once'],
    ['--init 3,7', '', 3],
    ['--init 3,7,11', "got 7, 11. The numbers are 0-based; scaled to this teacher's 6 layers they are --init 1,3,5.", 6],
    ['--student_layers 2 --init 3,7,11', '--init: expected 2 layers, as --student_layers says, got 3 (3,7,11)'],
    ['--method att_kl --mapping 0:3,1:12', '--mapping: expected student layers 0 to 2 and teacher layers 0 to 11, got the pair 1:12'],
  ])('refuses %j', (line, message, depth = 12) => {
    expect(usage(line, depth)).toContain(message);
  });
});

it('scales layers to another depth', () => {
  expect(scaledLayers([3, 7, 11], 6)).toEqual([1, 3, 5]);
  expect(scaledLayers([9, 10, 11], 6)).toEqual([3, 4, 5]);
  expect(scaledLayers([11], 5)).toEqual([4]);
  expect(scaledLayers([5, 11, 17, 23], 12)).toEqual([2, 5, 8, 11]);
});

describe('stages', () => {
  const kd = { temperature: 1, kd_weight: 1 };
  it('are hidden layers, then predictions; or all terms together; or predictions alone', () => {
    expect(stagesOf('att_kl_learn', { stage: 'two_stage' }).map(([name, ...terms]) => [name, terms.map((term) => (term as { name: string }).name)])).toEqual([['intermediate', ['att_kl']], ['prediction', ['kd']]]);
    expect(stagesOf('hidden_mse_learn', { stage: 'one_stage', inter_weight: 7, temperature: 3, kd_weight: 0.25, mapping: 'last' })).toEqual([
      ['distillation', { name: 'kd', weight: 1, parameters: { temperature: 3, kd_weight: 0.25 } }, { name: 'hidden_mse', weight: 7, parameters: {}, mapping: 'last' }],
    ]);
    expect(stagesOf('att_mse', { experiment: 'pred', stage: 'two_stage' })).toEqual([['prediction', { name: 'kd', weight: 1, parameters: kd }]]);
  });

  it('give kd its own numbers, and the rest those of the options', () => {
    expect(stagesOf('kd')).toEqual([['distillation', { name: 'kd', weight: 1, parameters: { temperature: 2, kd_weight: 0.5 } }]]);
    expect(stagesOf('kd', { temperature: 5, mapping: 'skip' })).toEqual([['distillation', { name: 'kd', weight: 1, parameters: { temperature: 5, kd_weight: 0.5 } }]]);
    expect(stagesOf('kd', { use_mse: true })).toEqual([['distillation', { name: 'logit_mse', weight: 1, parameters: { temperature: 2, kd_weight: 0.5 } }]]);
    expect(methodStages('kd', { stage: 'two_stage' }).notes[0]).toMatch(/both stages do/);
  });

  it('add methods with weights, and the contrastive term to kd', () => {
    expect(stagesOf('att_mse+0.5*hidden_mse_token', { stage: 'two_stage' })[0]).toMatchObject(['intermediate', { name: 'att_mse', weight: 1 }, { name: 'hidden_cls', weight: 0.5 }]);
    expect(stagesOf('kd+0.25*hidden_cosine')[0]).toMatchObject(['distillation', { name: 'kd', weight: 1 }, { name: 'hidden_cosine', weight: 0.25 }]);
    expect(stagesOf('kd', { crd_weight: 0.8, nce_k: 17, crd_feat_dim: 5 })[0]).toMatchObject(['distillation', { name: 'kd' }, { name: 'crd', weight: 0.8, mapping: 'skip', parameters: { embeddings: 0, nce_k: 17, crd_feat_dim: 5 } }]);
    expect(stagesOf('crd', { crd_weight: 0.3 })[0]).toMatchObject(['distillation', { name: 'kd' }, { name: 'crd', weight: 0.3 }]);
  });

  it('keep the mapping that the reference takes where another has no meaning', () => {
    const crd = methodStages('crd', { stage: 'two_stage', mapping: 'skip' });
    expect([crd.stages[0]!.objectives[0]!.mapping, crd.notes.length]).toEqual(['combine', 1]);
    const attention = methodStages('att_mse_learn', { stage: 'two_stage', mapping: 'combine' });
    expect([attention.stages[0]!.objectives[0]!.mapping, attention.notes[0]]).toEqual(['skip', expect.stringContaining('att_mse keeps its own mapping, skip')]);
    expect(methodStages('hidden_mse_learn', { stage: 'two_stage', mapping: 'combine' }).stages[0]!.objectives[0]!.mapping).toBe('combine');
  });
});

describe('a sweep', () => {
  it('runs methods one after the other, and the list of the reference', () => {
    expect(sweep('--method kd,att_mse+hidden_cls --seeds 5,3').runs.map(({ method, seed, recipe }) => [method, seed, recipe.name])).toEqual([
      ['kd', 5, 'sst-2-kd-one_stage-layers-3-7-11-seed-5'],
      ['kd', 3, 'sst-2-kd-one_stage-layers-3-7-11-seed-3'],
      ['att_mse+hidden_cls', 5, 'sst-2-att_mse-hidden_cls-one_stage-layers-3-7-11-seed-5'],
      ['att_mse+hidden_cls', 3, 'sst-2-att_mse-hidden_cls-one_stage-layers-3-7-11-seed-3'],
    ]);
    expect(sweep('-e method_list -s two_stage').runs).toHaveLength(6);
  });

  it('takes widths, parts, another source and the optimiser', () => {
    const { values } = readExperimentsLine('--hidden_size 32 --init_parts classifier,embeddings --init_from mini-bert --optim adam_fairseq --lr_scheduler_type polynomial_decay --dropout none');
    const { recipe } = sweepOf(values, { base: recipeForTask('sst-2'), teacherLayers: 12, initLayers: 6, initFrom: { kind: 'bundled', name: 'mini-bert' } }).runs[0]!;
    expect(recipe.student).toEqual({ num_hidden_layers: 3, hidden_size: 32, init: { kind: 'layers', layers: [1, 3, 5], from: { kind: 'bundled', name: 'mini-bert' }, parts: ['classifier', 'embeddings'] } });
    expect(recipe.dropout).toEqual({ student: false, teacher: false });
    expect(trainingOf(values, recipe.training)).toMatchObject({ optim: 'adam_fairseq', lr_scheduler_type: 'polynomial_decay', weight_decay: 0.01 });
  });

  it('is as released with the dropout of the teacher', () => {
    expect(sweep('--fidelity released').runs[0]!.recipe).toMatchObject({ fidelity: 'released', dropout: { teacher: true, student: true } });
  });
});
