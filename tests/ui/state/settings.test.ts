import { describe, expect, it } from 'vitest';
import { DEFAULT_RECIPE, PRESETS } from '../../../src/experiment/presets.ts';
import { TASKS } from '../../../src/data/tasks.ts';
import { adapted, choiceOf, LAYER_CHOICES } from '../../../src/ui/state/layer_choice.ts';
import { problemWith, recipeProblems, TRAINING_RULES, type Draft } from '../../../src/ui/state/settings.ts';
import { offeredIn } from '../../../src/ui/state/stages.ts';
import { TASK_INFO } from '../../../src/ui/state/tasks_info.ts';

function draft(change: (recipe: Draft) => void = () => {}): Draft {
  const recipe = structuredClone(DEFAULT_RECIPE) as Draft;
  change(recipe);
  return recipe;
}

describe('recipeProblems', () => {
  it.each(PRESETS.map((preset) => [preset.name, preset.recipe] as const))('finds none in the preset %s', (_, recipe) => {
    expect(recipeProblems(structuredClone(recipe) as Draft, 12)).toEqual([]);
    expect(recipe.stages.flatMap((stage) => stage.objectives).every((term) => offeredIn(recipe).some((o) => o.name === term.name))).toBe(true);
  });

  it('asks for hours where the schedule counts them, in a stage of its own too', () => {
    const stage = (r: Draft) => r.stages[0]!;
    const fields = (change: (r: Draft) => void) => recipeProblems(draft(change), 12).map(({ field }) => field);
    expect(fields((r) => { r.training.lr_scheduler_type = 'time'; })).toContain('total_training_time');
    expect(fields((r) => { r.training.lr_scheduler_type = 'time'; r.training.total_training_time = 0.5; })).toEqual([]);
    expect(fields((r) => { stage(r).training.lr_scheduler_type = 'time'; })).toEqual(['distillation.total_training_time']);
    expect(fields((r) => { stage(r).training = { num_train_epochs: 0.5, momentum: 3, optim: 'sgd', learning_rate: -1 }; })).toEqual(['distillation.learning_rate', 'distillation.momentum']);
  });

  it('asks for a folder where mini-GLUE has no rows, and takes none where text is generated', () => {
    const fields = (change: (r: Draft) => void) => recipeProblems(draft(change), 12).map(({ field }) => field);
    expect(fields((r) => { r.task = 'sts-b'; })).toEqual(['data']);
    expect(fields((r) => { r.task = 'sts-b'; r.data = { kind: 'folder', name: 'STS-B' }; })).toEqual([]);
    expect(fields((r) => { r.kind = 'distill-text'; r.data = { kind: 'folder', name: 'texts' }; })).toEqual(['data']);
  });

  it('says what a number must be and what it is', () => {
    const problems = recipeProblems(draft((r) => { r.training.learning_rate = 5; r.training.per_device_train_batch_size = 2.5; }), 12);
    expect(problems.map((p) => p.sentence)).toEqual([
      'Batch size must be a whole number from 1 to 512; it is 2.5.',
      'Learning rate must be a number from 1e-7 to 0.1; it is 5.',
    ]);
  });

  it('names an empty field', () => expect(problemWith(TRAINING_RULES.seed, null)).toMatch(/^Seed must be a whole number .* the field is empty\.$/));

  it('checks the objective, the data and a teacher from scratch', () => {
    const problems = recipeProblems(draft((r) => {
      r.stages[0]!.objectives[0]!.parameters['temperature'] = 0;
      r.data = { kind: 'mini-glue', seed: 1, train_rows: 3, dev_rows: 1000 };
      r.teacher = { kind: 'scratch', num_hidden_layers: 12, hidden_size: 5 };
    }), 12);
    expect(problems.map((p) => p.field)).toEqual(['data.train_rows', 'teacher.hidden_size', 'kd.temperature']);
  });

  it('checks weights and layer mappings of every term', () => {
    const problems = recipeProblems(draft((r) => {
      r.stages[0]!.objectives.push({ name: 'att_kl', weight: -1, parameters: {}, mapping: '0:3,1:12' }, { name: 'hidden_mse', weight: 1, parameters: { embeddings: 1 }, mapping: 'skipp' });
    }), 12);
    expect(problems.map((p) => p.field)).toEqual(['distillation.att_kl.mapping', 'distillation.hidden_mse.mapping', 'att_kl.weight']);
    expect(problems[0]?.sentence).toBe('Attention KL: Evenly spaced would be 0:3,1:7,2:11.');
  });

  it('refuses layers that the teacher does not have', () => {
    const [problem] = recipeProblems(draft(), 7);
    expect(problem?.sentence).toBe('The teacher has layers 0 to 6; the student cannot start from layer 7, 11.');
  });

  it('refuses another number of lines than student layers', () => {
    const [problem] = recipeProblems(draft((r) => { r.student.num_hidden_layers = 5; }), 12);
    expect(problem?.sentence).toBe('The student has 5 layers, but 3 lines to the teacher are drawn.');
  });
});

describe('layer choices', () => {
  const layers = (name: string, s: number, t: number) => LAYER_CHOICES.find((c) => c.name === name)?.layers(s, t);
  it('are those of the paper for 3 of 12', () => {
    expect([layers('spread', 3, 12), layers('first', 3, 12), layers('last', 3, 12)]).toEqual([[3, 7, 11], [0, 1, 2], [9, 10, 11]]);
  });
  it('stay within a teacher that is not deeper than the student', () => {
    for (const { layers: choose } of LAYER_CHOICES) {
      for (const layer of choose(5, 3)) expect(layer >= 0 && layer < 3).toBe(true);
    }
  });
  it('are recognised, and kept when the depth changes', () => {
    expect(choiceOf([9, 10, 11], 12)?.name).toBe('last');
    expect(choiceOf([3, 7, 10], 12)).toBeUndefined();
    expect(adapted([9, 10, 11], 5, 12)).toEqual([7, 8, 9, 10, 11]);
    expect(adapted([3, 7, 11], 2, 7, 12)).toEqual([3, 6]);
    expect(adapted([5, 1, 2], 4, 12)).toEqual([2, 5, 8, 11]);
  });
});

describe('task explanations', () => {
  it('exist for every task, with as many boxes as it has texts', () => {
    for (const task of TASKS) {
      const info = TASK_INFO[task.name];
      const texts = task.textPair ? 2 : 1;
      expect(info?.boxes, task.name).toHaveLength(texts);
      for (const example of info?.examples ?? []) expect(example, task.name).toHaveLength(texts);
    }
  });
});
