import { describe, expect, it } from 'vitest';
import type { Recipe } from '../../src/experiment/recipe.ts';
import { readRunPretraining } from '../../src/experiment/run_pretraining_line.ts';
import { RUN_PRETRAINING_WITHOUT_MEANING } from '../../src/experiment/run_pretraining_options.ts';
import { distillationRecipe, pretrainingRecipe, trainingOfLine } from '../../src/experiment/run_pretraining_recipe.ts';

/** The options of the reference's example; as there, three lines have no backslash before their end, and the last has no value. */
const EXAMPLE = `python -m torch.distributed.launch run_pretraining.py \\
  --model_type bert-mlm --deepspeed --tokenizer_name bert-base-uncased \\
  --hidden_act gelu --hidden_dropout_prob 0.1 --attention_probs_dropout_prob 0.1 --encoder_ln_mode post-ln \\
  --lr 5e-4 --lr_schedule step --max_steps 100000 --curve linear --warmup_proportion 0.06 --gradient_clipping 0.0 \\
  --optimizer_type adamw --weight_decay 0.01 --adam_beta1 0.9 --adam_beta2 0.98 --adam_eps 1e-6 \\
  --dataset_path ~/data/budget/masked --output_dir ~/code/academic-budget-bert/training-out \\
  --print_steps 100 --num_epochs_between_checkpoints 100 --project_name budget-bert-pretraining-post \\
  --validation_epochs 5 --validation_epochs_begin 5 --validation_epochs_end 5 --validation_begin_proportion 0.01 --validation_end_proportion 0.01 \\
  --validation_micro_batch 64 --data_loader_type dist --do_validation --use_early_stopping --early_stop_time 180 --early_stop_eval_loss 6 \\
  --seed 43 \\
  --layernorm_embedding  \\
  --hidden_size 768 --num_hidden_layers 6 --num_attention_heads 12 --intermediate_size 3072 \\
  --layer_selection 11 --distillation --teacher_path models/teachers/bert-base-uncased \\
  --total_training_time 90.0 --early_exit_time_marker 90.0 --train_batch_size 1024 --train_micro_batch_size_per_gpu 256 \\
  --job_name hidden_mse_init --current_run_id 1 \\
  --method hidden_mse
  --finetune_time_markers 0.05,0.1,0.95
  --fused_linear_layer false
  --layer_norm_type pytorch
  --fp16 
  --fp16_backend ds
  --student_initialize
`;

const training = (line: string) => trainingOfLine(readRunPretraining(line).values);
const student = (line: string, models = {}) => distillationRecipe(readRunPretraining(`--distillation --method att_kl --layer_selection 11 ${line}`).values, { teacherLayers: 12, ...models }).recipe.student;

describe("the reference's example", () => {
  it('is read as it is printed', () => {
    const { values, notes } = readRunPretraining(EXAMPLE);
    const { recipe, notes: said } = distillationRecipe(values, { teacherLayers: 12 });
    expect(recipe).toMatchObject({
      kind: 'distill-text', name: 'hidden_mse_init-1', baselines: false, fidelity: 'corrected',
      student: { num_hidden_layers: 6, hidden_size: 768, num_attention_heads: 12, intermediate_size: 3072, init: { kind: 'layers', layers: [1, 3, 5, 7, 9, 11] } },
      stages: [{ objectives: [{ name: 'hidden_mse', mapping: '11' }] }],
    });
    expect(recipe.training).toEqual({
      seed: 43, num_train_epochs: 1_000_000, max_steps: 100_000, max_seq_length: 64, per_device_train_batch_size: 256, gradient_accumulation_steps: 4,
      learning_rate: 5e-4, lr_scheduler_type: 'step', warmup_ratio: 0.06, curve: 'linear', decay_rate: 0.99, decay_step: 1000, total_training_time: 90, early_exit_time_marker: 90,
      optim: 'adamw_torch', weight_decay: 0.01, adam_beta1: 0.9, adam_beta2: 0.98, adam_epsilon: 1e-6, max_grad_norm: 0,
      eval_steps: 0, evaluation_strategy: 'phases', validation_epochs: { begin: 5, middle: 5, end: 5, begin_proportion: 0.01, end_proportion: 0.01 }, early_stop: { minutes: 180, loss: 6 },
      finetune_time_markers: [0.05, 0.1, 0.95],
    });
    expect(notes.map((note) => note.split(':')[0]).sort()).toEqual(['--data_loader_type', '--deepspeed', '--fp16', '--fp16_backend', '--fused_linear_layer', '--layer_norm_type', '--num_epochs_between_checkpoints', '--project_name', '--validation_micro_batch']);
    expect(said).toEqual([expect.stringContaining('--hidden_act, --encoder_ln_mode, --layernorm_embedding')]);
  });

  it('is scaled by the preset, whose models and sizes go before those of the line', () => {
    const { values } = readRunPretraining(`${EXAMPLE} --preset mini`);
    expect(values).toMatchObject({ teacher_path: 'mini-bert', student_initialize: 'teacher', hidden_size: 64, num_attention_heads: 4, intermediate_size: 256, num_hidden_layers: 6, max_steps: 300, train_batch_size: 32, lr: 1e-3, method: 'hidden_mse', layer_selection: '11', lr_schedule: 'step' });
    for (const path of ['dataset_path', 'tokenizer_name', 'model_name_or_path'] as const) expect(values[path]).toBeUndefined();
    expect(readRunPretraining('--preset mini --max_steps 7').values).toMatchObject({ max_steps: 7, num_hidden_layers: 3 });
    expect(readRunPretraining('--preset mini').values.teacher_path).toBeUndefined();
  });
});

describe('a line without options', () => {
  it('has the defaults of the reference', () => {
    expect(training('')).toMatchObject({
      seed: 42, learning_rate: 0.011, lr_scheduler_type: 'time', warmup_ratio: 0.06, total_training_time: 24, early_exit_time_marker: 24, per_device_train_batch_size: 32, gradient_accumulation_steps: 2048,
      optim: 'adamw_torch', adam_beta2: 0.999, adam_epsilon: 1e-6, max_grad_norm: 1, max_steps: 0, evaluation_strategy: 'no',
    });
    expect(training('')).not.toHaveProperty('finetune_time_markers');
    expect(student('')).toEqual({ num_hidden_layers: 24, hidden_size: 1024, num_attention_heads: 16, intermediate_size: 4096, architecture: { encoder_ln_mode: 'pre-ln', layernorm_embedding: false, hidden_act: 'gelu' }, init: { kind: 'random' } });
    expect(pretrainingRecipe({}, 24).recipe).toMatchObject({ kind: 'pretrain', name: 'pretraining_experiment', stages: [], data: { train_rows: 20_000 } });
  });

  it('compares the layers of the reference where the depths allow it', () => {
    const mapping = (line: string, teacherLayers: number) => distillationRecipe(readRunPretraining(`--distillation --method att_kl ${line}`).values, { teacherLayers }).recipe.stages[0]!.objectives[0]!.mapping;
    expect(mapping('--num_hidden_layers 6', 12)).toBe('1,3,5,7,9,11');
    expect(mapping('--num_hidden_layers 5', 12)).toBeUndefined();
  });
});

describe('options', () => {
  it('set the beginning of a student', () => {
    expect(student('--student_initialize --num_hidden_layers 4')).toEqual({ num_hidden_layers: 4, init: { kind: 'layers', layers: [2, 5, 8, 11] } });
    expect(student('--student_initialize runs/x', { initFrom: { kind: 'folder', name: 'x' }, initLayers: 5 })).toEqual({ num_hidden_layers: 5, init: { kind: 'checkpoint', from: { kind: 'folder', name: 'x' } } });
    expect(student('--num_hidden_layers 3 --hidden_size 65 --encoder_ln_mode post-ln --layernorm_embedding --initializer_range 0.07')).toMatchObject({ num_hidden_layers: 3, hidden_size: 65, architecture: { encoder_ln_mode: 'post-ln', layernorm_embedding: true, initializer_range: 0.07 } });
  });

  it('set optimiser, schedule and batches', () => {
    expect(training('--optimizer_type lamb')).toMatchObject({ optim: 'lamb', bias_correction: false, min_coeff: 0.01, max_coeff: 0.3 });
    expect(training('--optimizer_type adafactor')).not.toHaveProperty('min_coeff');
    expect(training('--lr_schedule constant_step --num_warmup_steps 71')).toMatchObject({ lr_scheduler_type: 'constant_step', warmup_steps: 71 });
    expect(training('--lr_schedule step --num_warmup_steps 71')).not.toHaveProperty('warmup_steps');
    expect(training('--train_batch_size 21')).toMatchObject({ per_device_train_batch_size: 21, gradient_accumulation_steps: 1 });
    expect(training('--train_batch_size 21 --train_micro_batch_size_per_gpu 7')).toMatchObject({ per_device_train_batch_size: 7, gradient_accumulation_steps: 3 });
    expect(training('--total_training_time 3 --early_exit_time_marker 5').early_exit_time_marker).toBe(3);
  });

  it('share the hours of two stages', () => {
    const { recipe } = distillationRecipe(readRunPretraining('--distillation --method att_val_two_stage --student_initialize --num_hidden_layers 3 --total_training_time 4 --early_exit_time_marker 3').values, { teacherLayers: 12 });
    expect(recipe.stages.map(({ training: own }) => own)).toEqual([1, 2].map(() => ({ num_train_epochs: 500_000, total_training_time: 2, early_exit_time_marker: 1.5 })));
  });

  it.each(['--add_nsp', '--add_nsp true', '--next_sentence', '--model_type bert-mlm-nsp'])('train on next sentences too: %s', (line) => {
    const names = (recipe: Recipe) => recipe.stages.map(({ objectives }) => objectives.map(({ name }) => name));
    expect(names(pretrainingRecipe(readRunPretraining(line).values, 3).recipe)).toEqual([['masked_lm', 'next_sentence']]);
    expect(names(distillationRecipe(readRunPretraining(`${line} --distillation --method att_kl --num_hidden_layers 3`).values, { teacherLayers: 12 }).recipe)).toEqual([['att_kl', 'next_sentence']]);
  });

  it('that mean nothing here are answered with one line each', () => {
    for (const [name, answer] of Object.entries(RUN_PRETRAINING_WITHOUT_MEANING)) expect(readRunPretraining(['--seed', '3', `--${name}`]).notes).toEqual([`--${name}: ${answer}`]);
    expect(pretrainingRecipe(readRunPretraining('--teacher_path x --aug --method att_kl').values, 3).notes.map((note) => note.split(':')[0])).toEqual(['--teacher_path', '--method', '--aug']);
  });

  it.each([
    ['--learning_rate 3', /Did you mean --lr|"--learning_rate"/],
    ['--teacher_pth x', /Did you mean --teacher_path\?/],
    ['--lr_schedule linear', /one of step, constant_step, time/],
    ['--layer_norm_type rms_norm', /pytorch or apex, which compute the same/],
    ['--add_nsp maybe', /--add_nsp: expected true or false/],
    ['--model_type bert-mlm-roberta --add_nsp', /--add_nsp: expected a BERT/],
    ['--model_type bert-mlm-roberta', /a RoBERTa model to go on with/],
    ['--train_batch_size 100 --train_micro_batch_size_per_gpu 32', /a multiple of --train_micro_batch_size_per_gpu, 32, got 100. Choose 96/],
    ['--use_early_stopping', /--do_validation beside it/],
    ['--finetune_time_markers 0.5,2', /shares above 0 and up to 1/],
    ['--distillation', /--method: expected what the student learns from/],
    ['--distillation --method kd', /which needs the labels of a task/],
    ['--distillation --method att_kl --layer_selection 12 --num_hidden_layers 3', /--layer_selection: expected student layers 0 to 2 and teacher layers 0 to 11/],
  ])('refuse %s', (line, message) => {
    const read = () => {
      const { values } = readRunPretraining(line);
      return values.distillation ? distillationRecipe(values, { teacherLayers: 12 }) : pretrainingRecipe(values, 3);
    };
    expect(read).toThrow(message);
  });
});
