import { describe, expect, it } from 'vitest';
import { readRunGlueLine } from '../../src/experiment/run_glue_line.ts';
import { RUN_GLUE_WITHOUT_MEANING } from '../../src/experiment/run_glue_options.ts';
import { ownTrainFile, runGlueActions, runGlueRecipe } from '../../src/experiment/run_glue_recipe.ts';

/** The example of the reference's finetuning, with a model in the place of its `<path to model>`. */
const PASTED = `python run_glue.py \\
  --model_name_or_path mini-bert \\
  --task_name MRPC \\
  --max_seq_length 128 \\
  --output_dir runs/finetuning \\
  --overwrite_output_dir \\
  --do_train --do_eval \\
  --evaluation_strategy steps \\
  --per_device_train_batch_size 32 --gradient_accumulation_steps 1 \\
  --per_device_eval_batch_size 32 \\
  --learning_rate 5e-5 \\
  --weight_decay 0.01 \\
  --eval_steps 50 --evaluation_strategy steps \\
  --max_grad_norm 1.0 \\
  --num_train_epochs 5 \\
  --lr_scheduler_type polynomial \\
  --warmup_steps 50`;

const recipe = (line: string) => runGlueRecipe(readRunGlueLine(line).values, 7);
const training = (line: string) => recipe(`--task_name cola ${line}`).training;

/** What a wrong line is answered with. */
function usage(line: string, readFile?: (path: string) => string): string {
  try {
    const { values } = readRunGlueLine(line, readFile);
    runGlueActions(values);
    runGlueRecipe(values, 7);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('no error came');
}

describe("the reference's line", () => {
  it('works as pasted', () => {
    const { values, notes } = readRunGlueLine(PASTED);
    expect(notes).toEqual(['--per_device_eval_batch_size: rows are scored 64 at a time, so that no score depends on it.']);
    expect(values).toMatchObject({ model_name_or_path: 'mini-bert', output_dir: 'runs/finetuning', overwrite_output_dir: true });
    expect(runGlueActions(values)).toEqual({ train: true, evaluate: true, predict: false });
    expect(runGlueRecipe(values, 7)).toMatchObject({
      kind: 'finetune', task: 'mrpc', name: 'mrpc-run_glue-seed-42', stages: [], baselines: false,
      student: { num_hidden_layers: 7, init: { kind: 'layers', layers: [0, 1, 2, 3, 4, 5, 6] } },
    });
    expect(runGlueRecipe(values, 7).training).toEqual({
      seed: 42, num_train_epochs: 5, max_steps: 0, per_device_train_batch_size: 32, gradient_accumulation_steps: 1, max_seq_length: 128,
      learning_rate: 5e-5, weight_decay: 0.01, warmup_ratio: 0, warmup_steps: 50, max_grad_norm: 1, lr_scheduler_type: 'polynomial',
      adam_beta1: 0.9, adam_beta2: 0.999, adam_epsilon: 1e-8, evaluation_strategy: 'steps', eval_steps: 50,
    });
  });

  it.each(['CUDA_VISIBLE_DEVICES=0 python $HOME/code/run_glue.py', 'python -m torch.distributed.launch run_glue.py', 'npm run lab -- run_glue', 'deepspeed run_glue.py', ''])('begins with %j or whatever else starts it', (program) => {
    expect(readRunGlueLine(`${program} --task_name rte --do_train`).values).toEqual({ task_name: 'rte', do_train: true });
  });

  it('has the placeholder for a model as one word', () => {
    expect(readRunGlueLine('run_glue.py --model_name_or_path <path to model> --do_eval').values).toEqual({ model_name_or_path: '<path to model>', do_eval: true });
  });

  it('answers otherwise in a page where that is true there', () => {
    const line = '--overwrite_cache --cache_dir x --logging_dir y --use_auth_token';
    const [page, terminal] = [readRunGlueLine(line).notes, readRunGlueLine(line, () => '').notes];
    expect(page).toEqual(['--cache_dir: what was fetched is kept in the browser.', terminal[1], expect.stringContaining('access token'), '--logging_dir: the history is the charts of the run.']);
    expect(terminal).toEqual([expect.stringContaining('XDG_CACHE_HOME'), expect.stringContaining('none are stale'), expect.stringContaining('HF_TOKEN'), expect.stringContaining('trainer_state.json')]);
  });

  it('may have the names of other trainers', () => {
    const { values, notes } = readRunGlueLine('--eval_strategy=epoch --per_gpu_train_batch_size 7 --per_gpu_eval_batch_size 9 --adafactor --lr_scheduler_type cosine_with_restarts --label_smoothing_factor 0.0');
    expect(values).toMatchObject({ evaluation_strategy: 'epoch', per_device_train_batch_size: 7, optim: 'adafactor', lr_scheduler_type: 'cosine', label_smoothing_factor: 0 });
    expect(notes).toEqual([expect.stringContaining('--per_device_eval_batch_size')]);
    expect(readRunGlueLine('--adafactor false').values.optim).toBeUndefined();
    expect(training('--do_train --evaluation_strategy steps --eval_steps 0 --logging_steps 30').eval_steps).toBe(30);
  });

  it('answers every option that means nothing here, with or without a value', () => {
    const names = Object.keys(RUN_GLUE_WITHOUT_MEANING);
    const { notes } = readRunGlueLine(names.map((name, i) => (i % 2 ? `--${name}` : `--${name}=7`)).join(' '));
    expect(notes.length).toBe(names.length);
  });
});

describe('options of run_glue', () => {
  it.each([['--do_train', true], ['--do_train True', true], ['--do_train=false', false], ['--do_train 0', false]])('read the switch %j', (line, value) => {
    expect(readRunGlueLine(`${line} --task_name rte`).values.do_train).toBe(value);
  });

  it('come from a JSON file that is the only word, or from its text', () => {
    const json = '{"task_name": "sst2", "do_train": true, "learning_rate": 3e-05, "max_steps": -1, "run_name": null}';
    const values = { task_name: 'sst-2', do_train: true, learning_rate: 3e-5, max_steps: -1 };
    expect(readRunGlueLine('python run_glue.py args.json', (path) => (path === 'args.json' ? json : '')).values).toEqual(values);
    expect(readRunGlueLine(json).values).toEqual(values);
    expect(usage('args.json')).toContain('paste the JSON itself');
    expect(usage('args.json', () => '[]')).toContain('args.json: expected a JSON object of options');
    expect(usage('args.json', () => '{"task_name": ["rte"]}')).toContain('args.json, "task_name": expected a text');
    expect(usage('{"task_name": "rte", "eval_step": 3}')).toContain('Did you mean --eval_steps?');
  });

  it('have the defaults of Hugging Face', () => {
    expect(training('')).toEqual({
      seed: 42, num_train_epochs: 3, max_steps: 0, per_device_train_batch_size: 8, max_seq_length: 128, learning_rate: 5e-5, weight_decay: 0, warmup_ratio: 0,
      max_grad_norm: 1, adam_beta1: 0.9, adam_beta2: 0.999, adam_epsilon: 1e-8, evaluation_strategy: 'no', eval_steps: 0,
    });
    expect(training('--evaluation_strategy steps').eval_steps).toBe(500);
    expect(training('--evaluation_strategy steps --logging_steps 17').eval_steps).toBe(17);
    expect(training('--evaluation_strategy epoch --eval_steps 17').eval_steps).toBe(0);
  });

  it('choose the best model by what the reference watches, by a named metric, or by the loss', () => {
    const best = (task: string, line: string) => recipe(`--task_name ${task} --evaluation_strategy epoch ${line}`).training.metric_for_best_model;
    expect(['mrpc', 'cola', 'stsb', 'mnli'].map((task) => best(task, '--early_stopping_patience 3'))).toEqual(['f1', 'matthews_correlation', 'spearmanr', 'accuracy']);
    expect(best('mrpc', '--load_best_model_at_end')).toBe('loss');
    expect(best('mrpc', '--load_best_model_at_end --metric_for_best_model eval_combined_score')).toBe('combined_score');
    expect(best('mrpc', '--early_stopping_patience -1 --metric_for_best_model f1')).toBeUndefined();
  });

  it.each([
    ['--task_name mrpc', 'expected --do_train, --do_eval or --do_predict, got none of them'],
    ['--do_train', '--task_name: expected a task of GLUE, or a --train_file and a --validation_file, got nothing'],
    ['--task_name mrpq --do_train', 'got "mrpq". Did you mean mrpc?'],
    ['--task_name rte --do_train --label_smoothing_factor 0.1', '--label_smoothing_factor: expected 0, since no loss of the lab smooths labels, got "0.1"'],
    ['--task_name rte --do_train --learning_rat 1', 'got "--learning_rat". Did you mean --learning_rate?'],
    ['--task_name rte --do_train maybe', '--do_train: expected true or false, or no value, got "maybe"'],
    ['--task_name rte --do_train --early_stopping_patience 3', '--early_stopping_patience: expected an --evaluation_strategy beside it, got no'],
    ['--task_name rte --do_train --load_best_model_at_end --evaluation_strategy epoch --metric_for_best_model acuracy', 'expected one of loss, accuracy, got "acuracy". Did you mean accuracy?'],
    ['--task_name rte --do_train --load_best_model_at_end --evaluation_strategy epoch --greater_is_better', '--greater_is_better: expected false for loss, got true'],
    ['--task_name rte --do_train --lr_scheduler_type inverse_sqrt', '--lr_scheduler_type: expected one of linear'],
  ])('%j is an error', (line, words) => {
    expect(usage(line)).toContain(words);
  });
});

describe('a line without a task', () => {
  const own = { name: 'custom', text: 'a', label: 'label', labels: ['2', '5'], metrics: ['accuracy'] } as const;
  const values = (line: string) => readRunGlueLine(line).values;

  it('is about its training file, and needs both files', () => {
    expect(ownTrainFile(values('--train_file a.csv --validation_file b.csv'))).toBe('a.csv');
    expect(ownTrainFile(values('--task_name rte --train_file a.csv'))).toBeUndefined();
    expect(() => ownTrainFile(values('--train_file a.csv'))).toThrow('--validation_file: expected both files where no task is named, got nothing');
    expect(() => ownTrainFile(values('--validation_file b.csv'))).toThrow('--train_file: expected both files');
  });

  it('has the task that was found there in its recipe', () => {
    const line = '--train_file a.csv --validation_file b.csv --do_train --evaluation_strategy epoch --early_stopping_patience 2';
    expect(runGlueRecipe({ ...values(line), own_task: own }, 2)).toMatchObject({ task: 'custom', own_task: own, name: 'custom-run_glue-seed-42', training: { metric_for_best_model: 'accuracy' } });
    const scores = { ...own, labels: [], metrics: ['pearson', 'spearmanr', 'mse'] as const };
    expect(runGlueRecipe({ ...values(`${line} --metric_for_best_model eval_mse --greater_is_better false`), own_task: scores }, 2).training.metric_for_best_model).toBe('mse');
    expect(() => runGlueRecipe({ ...values(`${line} --metric_for_best_model f1`), own_task: own }, 2)).toThrow('expected one of loss, accuracy');
  });
});
