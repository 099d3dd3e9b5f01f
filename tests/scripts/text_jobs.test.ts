import { describe, expect, it } from 'vitest';
import { pretrainJob, type PretrainValues } from '../../scripts/commands/text_jobs.ts';
import { pretrain } from '../../scripts/commands/pretrain.ts';
import { readOptions } from '../../scripts/command_line/option.ts';
import type { Recipe } from '../../src/experiment/recipe.ts';

const read = (line: string) => pretrainJob(readOptions(pretrain.options, line.split(' ')) as PretrainValues);
const recipe = (line: string): Recipe => read(`--teacher mini-bert ${line}`).recipe;
const terms = ({ stages }: Recipe) => stages.map(({ name, objectives, training }) => [name, objectives.map(({ name: objective, weight, mapping }) => [objective, weight, mapping]), training]);

describe('pretrain with a teacher', () => {
  it('distils on the corpus by masked words unless a method is named', () => {
    const one = recipe('--seed 5');
    expect(one).toMatchObject({ kind: 'distill-text', teacher: { kind: 'bundled', name: 'mini-bert' }, data: { kind: 'mini-glue', train_rows: 2000 }, student: { num_hidden_layers: 3, init: { layers: [3, 7, 11] } }, baselines: true });
    expect(one.stages[0]!.objectives).toEqual([{ name: 'masked_lm_distill', weight: 1, parameters: { kd_weight: 0.5 } }]);
    expect(one.name).toBe('text-masked_lm_distill-layers-3-7-11-seed-5');
  });

  it.each([
    ['att_kl', 'att_kl'], ['att_mse', 'att_mse'], ['att_val_og', 'minilm'], ['minilm_v2', 'minilm_v2'], ['hidden_mse', 'hidden_mse'], ['hidden_cls', 'hidden_cls'],
    ['pear_col', 'pear_col'], ['att_mse_hidden_mse', 'att_mse_hidden_mse'], ['att_kl_hidden_mse', 'att_kl_hidden_mse'],
  ])('knows the reference’s %s', (method, objective) => {
    expect(terms(recipe(`--method ${method} --layer_selection last`))).toEqual([['distillation', [[objective, 1, 'last']], {}]]);
  });

  it('keeps all states of hidden_mse_combine, takes sums, and the mapping of either name', () => {
    const combined = read('--teacher mini-bert --method hidden_mse_combine --mapping last');
    expect(terms(combined.recipe)[0]![1]).toEqual([['hidden_mse', 1, 'combine']]);
    expect(combined.notes).toEqual(['hidden_mse keeps its own mapping, combine, as in the reference: --mapping last has no part in it.']);
    expect(terms(recipe('--method masked_lm+0.5*att_kl --mapping 0:3,1:7,2:11'))).toEqual([['distillation', [['masked_lm', 1, undefined], ['att_kl', 0.5, '0:3,1:7,2:11']], {}]]);
  });

  it('trains masked words first for half of the steps, where it is named or asked for', () => {
    const stages = [['masked-lm', [['masked_lm', 1, undefined]]], ['distillation', [['minilm', 1, undefined]]]];
    const of = (line: string) => terms(recipe(line)).map(([name, list]) => [name, list]);
    expect(of('--method att_val_two_stage')).toEqual(stages);
    expect(of('--method att_val_og --stage two_stage')).toEqual(stages);
    expect(recipe('--method att_val_two_stage --max_steps 31').stages.map(({ training }) => training)).toEqual([{ max_steps: 16 }, { max_steps: 16 }]);
    expect(recipe('--method att_val_two_stage --epochs 3').stages.map(({ training }) => training)).toEqual([{ num_train_epochs: 1.5 }, { num_train_epochs: 1.5 }]);
    const own = recipe('--method att_val_two_stage --stage_start best --stage_training distillation:optim=sgd,momentum=0.9,epochs=2;masked-lm:learning_rate=0.01');
    expect(own.stages.map(({ training, start }) => [training, start])).toEqual([[{ num_train_epochs: 1.5, learning_rate: 0.01 }, 'last'], [{ num_train_epochs: 2, optim: 'sgd', momentum: 0.9 }, 'best']]);
  });

  it('takes replacement of tokens, fidelity and optimisation', () => {
    expect(recipe('--aug --fidelity released --optim lamb --lr_scheduler_type time --total_training_time 0.5 --layerwise_lr_decay 0.9 --gradient_accumulation_steps 3')).toMatchObject({
      fidelity: 'released', dropout: { student: true, teacher: true },
      training: { aug: true, optim: 'lamb', lr_scheduler_type: 'time', total_training_time: 0.5, layerwise_lr_decay: 0.9, gradient_accumulation_steps: 3 },
    });
  });

  it.each([
    ['--teacher mini-bert --method kd', /--method: expected what a student can learn from text, got kd, which needs the labels of a task/],
    ['--teacher mini-bert --method att_kll', /Did you mean att_kl\?/],
    ['--teacher mini-bert --method hopfield_mean', /Hopfield/],
    ['--teacher mini-bert --method att_kl --mapping 0:3,1:12', /--mapping/],
    ['--teacher mini-bert --init 3,7,12', /scaled to this teacher's 12 layers they are --init/],
    ['--teacher mini-bert --model scratch:1x64', /--teacher or --model, not both/],
    ['--teacher mini-bert --stage_training intermediate:epochs=2', /--stage_training: expected one of the stages distillation/],
    ['--teacher mini-bert --stage_training distillation:epoch=2', /Did you mean epochs\?/],
    ['--teacher mini-bert --lr_scheduler_type time', /--total_training_time: expected hours above 0/],
    ['--aug', /--aug: expected a --teacher beside it/],
    ['--method mlm+att_kl', /--method: expected what a model can learn from text alone: mlm, nsp or their sum, got att_kl, which needs a teacher/],
    ['--method kd', /--method: expected what a model can learn from text alone: mlm, nsp or their sum, got kd, which needs the labels of a task/],
    ['--init random', /--model scratch/],
    ['--shards tests/golden', /--shards: expected a folder that generate_samples has filled, with samples\.json, got "tests\/golden" without it/],
    ['--shards none', /--shards: expected a folder, got "none"/],
    ['--shards tests --documents 300', /--shards or --documents, not both/],
  ])('refuses %s', (line, message) => {
    expect(() => read(line)).toThrow(message);
  });
});

it('pretrain without a teacher goes on as before', () => {
  expect(read('--model scratch:2x16 --documents 300').recipe).toMatchObject({ kind: 'pretrain', stages: [], baselines: false, student: { num_hidden_layers: 2 }, data: { train_rows: 300 } });
});

describe('next sentences', () => {
  const NEXT = ['next_sentence', 1, undefined];
  const WORDS = ['masked_lm', 1, undefined];

  it.each([
    ['--next_sentence', [['pretraining', [WORDS, NEXT], {}]]],
    ['--method mlm+nsp', [['pretraining', [WORDS, NEXT], {}]]],
    ['--method mlm+nsp --next_sentence', [['pretraining', [WORDS, NEXT], {}]]],
    ['--method 2*mlm+0.5*nsp', [['pretraining', [['masked_lm', 2, undefined], ['next_sentence', 0.5, undefined]], {}]]],
    ['--method mlm', []],
  ])('without a teacher: %s', (line, stages) => {
    const job = read(`--model scratch:2x16 ${line}`);
    expect(job.recipe.kind).toBe('pretrain');
    expect(terms(job.recipe)).toEqual(stages);
  });

  it.each([
    ['--method att_kl --next_sentence', [['distillation', [['att_kl', 1, undefined], NEXT], {}]]],
    ['--method mlm+nsp+att_kl', [['distillation', [WORDS, NEXT, ['att_kl', 1, undefined]], {}]]],
    ['--method att_val_two_stage --next_sentence --max_steps 20', [['masked-lm', [WORDS, NEXT], { max_steps: 10 }], ['distillation', [['minilm', 1, undefined], NEXT], { max_steps: 10 }]]],
  ])('beside a teacher: %s', (line, stages) => {
    expect(terms(recipe(line))).toEqual(stages);
  });

  it('are in the name of the run', () => {
    expect(read('--model scratch:2x16 --next_sentence --seed 3').recipe.name).toBe('pretrain-masked_lm-next_sentence-seed-3');
    expect(recipe('--method att_kl --next_sentence --seed 3').name).toBe('text-att_kl-next_sentence-layers-3-7-11-seed-3');
  });
});
