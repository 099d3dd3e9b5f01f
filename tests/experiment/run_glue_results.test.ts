import { describe, expect, it } from 'vitest';
import { bestOf, gridResult, gridRuns, gridTable } from '../../src/experiment/run_glue_grid.ts';
import { runGlueRecipe } from '../../src/experiment/run_glue_recipe.ts';
import { evaluationResults, jsonFile, trainerState, trainingResults, type TrainingLog } from '../../src/experiment/run_glue_results.ts';

const scores = (f1: number, loss: number, examples: number) => ({ metrics: { accuracy: 0.5, f1 }, loss, examples, byDepth: [] });

/** 11 updates of two batches of 3 rows each, on 37 rows, 13 batches a pass, in 5.5 seconds. */
const LOG: TrainingLog = {
  recipe: runGlueRecipe({ task_name: 'mrpc', evaluation_strategy: 'steps', eval_steps: 5, per_device_train_batch_size: 3, gradient_accumulation_steps: 2, load_best_model_at_end: true, metric_for_best_model: 'f1', num_train_epochs: 2 }, 2),
  rows: 37,
  steps: Array.from({ length: 11 }, (_, i) => ({ step: i + 1, epoch: ((i + 1) * 2) / 13, loss: i + 1, learning_rate: 1e-3 / (i + 1) })),
  evaluations: [{ step: 5, split: 'tuning', scores: scores(0.7, 1.3, 13), seconds: 2 }, { step: 10, split: 'tuning', scores: scores(0.6, 1.1, 13), seconds: 2 }, { step: 11, split: 'dev', scores: scores(0.9, 0.2, 129), seconds: 4 }],
  seconds: 5.5,
};

it('train_results.json has the mean loss and the pace', () => {
  expect(trainingResults(LOG)).toEqual({ epoch: 1.69, train_loss: 6, train_runtime: 5.5, train_samples: 37, train_samples_per_second: 11.385, train_steps_per_second: 2 });
});

it('eval_results.json has every metric behind a prefix, and their mean', () => {
  expect(evaluationResults(LOG.evaluations[2]!.scores, 4, 2)).toEqual({
    epoch: 2, eval_accuracy: 0.5, eval_f1: 0.9, eval_combined_score: 0.7, eval_loss: 0.2, eval_runtime: 4, eval_samples: 129, eval_samples_per_second: 32.25, eval_steps_per_second: 0.75,
  });
  const { eval_accuracy_mm, eval_combined_score_mm } = evaluationResults({ ...LOG.evaluations[0]!.scores, metrics: { accuracy: 0.25 } }, 1, undefined, '_mm');
  expect([eval_accuracy_mm, eval_combined_score_mm]).toEqual([0.25, undefined]);
});

it('trainer_state.json has losses, evaluations and the results, in order', () => {
  const { log_history, ...state } = trainerState(LOG, 4);
  expect(state).toMatchObject({ best_metric: 0.7, global_step: 11, max_steps: 11, num_train_epochs: 2, epoch: 22 / 13 });
  expect(log_history).toMatchObject([
    { step: 4, loss: 2.5, learning_rate: 1e-3 / 4, epoch: 0.62 },
    { step: 5, eval_f1: 0.7, epoch: 0.77 },
    { step: 8, loss: 6.5 },
    { step: 10, eval_f1: 0.6 },
    { step: 11, train_loss: 6, epoch: 1.69 },
  ]);
});

it('files are written by name', () => {
  expect(jsonFile({ b: 1, a: 'x' })).toBe('{\n    "a": "x",\n    "b": 1\n}\n');
});

describe('the grid', () => {
  const runs = gridRuns({ task_name: 'mrpc', do_train: true, seed: 7, num_train_epochs: 3 });

  it('has the cells of the reference, and its passes where the line names none', () => {
    expect(runs.map(({ name }) => name)).toEqual(['1e-05_lr_16bz', '1e-05_lr_32bz', '3e-05_lr_16bz', '3e-05_lr_32bz', '5e-05_lr_16bz', '5e-05_lr_32bz', '8e-05_lr_16bz', '8e-05_lr_32bz']);
    expect(runGlueRecipe(runs[5]!.values, 2)).toMatchObject({ name: '5e-05_lr_32bz', training: { seed: 7, learning_rate: 5e-5, per_device_train_batch_size: 32, num_train_epochs: 3, eval_steps: 50, load_best_model_at_end: true, metric_for_best_model: 'loss' } });
    const passes = (task_name: string) => gridRuns({ task_name, do_train: true })[0]!.values.num_train_epochs;
    expect(['cola', 'sst-2', 'rte', 'mnli'].map(passes)).toEqual([20, 20, 20, 10]);
  });

  it('refuses what it sets itself', () => {
    expect(() => gridRuns({ task_name: 'rte', do_train: true, learning_rate: 1e-4 })).toThrow('--learning_rate: expected a line without --grid, or no such option, got both');
    expect(() => gridRuns({ task_name: 'rte', do_eval: true })).toThrow('--grid: expected --do_train beside it');
  });

  it('marks the run that is best on tuning rows, whatever its dev scores', () => {
    const result = gridResult('one', LOG);
    expect(result).toEqual({ name: 'one', learning_rate: 5e-5, batch_size: 3, tuning: 0.7, dev: { accuracy: 0.5, f1: 0.9 }, seconds: 5.5 });
    const others = [result, { ...result, name: 'two', tuning: 0.75, dev: { accuracy: 0.1, f1: 0.2 }, learning_rate: 8e-5 }, { ...result, name: 'three', tuning: undefined }];
    expect(bestOf(others, 'f1')?.name).toBe('two');
    expect(bestOf(others, 'loss')?.name).toBe('one');
    expect(gridTable(others, 'f1').split('\n')).toEqual([expect.stringContaining('tuning f1'), expect.any(String), expect.stringMatching(/^5e-05 .* 0\.7000/), expect.stringMatching(/^8e-05 \* .* 0\.7500 .* 0\.1000/), expect.stringMatching(/^5e-05 .* –/)]);
  });
});
