import { expect, it } from 'vitest';
import { readOptions } from '../../scripts/command_line/option.ts';
import { TEXT_TO_GLUE_OPTIONS } from '../../scripts/commands/text_to_glue.ts';
import { textToGlueJobs } from '../../scripts/commands/text_to_glue_jobs.ts';
import { CHAIN_MODELS } from '../../src/experiment/text_to_glue.ts';
import { pretrainingRun, taskRun, textRuns, type ChainChoice, type ChainRun } from '../../src/experiment/text_to_glue_recipes.ts';
import type { ModelSource } from '../../src/experiment/recipe.ts';

const folder = (name: string): ModelSource => ({ kind: 'folder', name });

/** The chain with models in folders, as the command keeps them. */
function chain(choice: ChainChoice, teacher: ModelSource, tasks: readonly string[]): readonly ChainRun[] {
  const isNew = teacher.kind === 'scratch';
  const from = isNew ? folder('teacher') : teacher;
  const sources = { teacher: from, student: folder('student'), alone: folder('alone') };
  return [...(isNew ? [pretrainingRun(choice, teacher)] : []), ...textRuns(choice, from), ...tasks.flatMap((task) => CHAIN_MODELS.map((model) => taskRun(choice, task, model, sources[model], model === 'teacher' ? choice.layers : 3)))];
}

const command = (line: string) => textToGlueJobs(readOptions(TEXT_TO_GLUE_OPTIONS, line.split(' ').filter(Boolean)), 'out').jobs.map(({ part, title, recipe }) => ({ part, title, recipe }));

it.each<[string, string, readonly ChainRun[]]>([
  ['without options', '', chain({ layers: 12 }, { kind: 'bundled', name: 'mini-bert' }, ['sst-2', 'rte'])],
  ['with options', '--method att_kl --max_steps 31 --task_epochs 2 --seed 7 --tasks cola', chain({ layers: 12, method: 'att_kl', steps: 31, epochs: 2, seed: 7 }, { kind: 'bundled', name: 'mini-bert' }, ['cola'])],
  ['with a teacher from random weights', '--teacher scratch:5x32 --tasks qqp --max_seq_length 128', chain({ layers: 5, text: { data: { kind: 'mini-glue', seed: 42, train_rows: 2000, dev_rows: 2000 }, length: 128 } }, { kind: 'scratch', num_hidden_layers: 5, hidden_size: 32 }, ['qqp'])],
])('the chain %s is that of the command', (_name, line, runs) => {
  const expected = command(line);
  expect(runs.slice(line.includes('scratch') ? 1 : 0)).toEqual(expected.slice(line.includes('scratch') ? 1 : 0));
  expect(runs[0]!.recipe.training).toEqual(expected[0]!.recipe.training);
});

it('the text may be a stored set of samples, whose length every part reads', () => {
  const data = { kind: 'folder', name: 'sea', samples: 'a' } as const;
  const runs = chain({ layers: 12, text: { data, length: 96 } }, { kind: 'bundled', name: 'mini-bert' }, ['rte']);
  expect(runs.slice(0, 2).map(({ recipe }) => recipe.data)).toEqual([data, data]);
  expect(runs.map(({ recipe }) => recipe.training.max_seq_length)).toEqual([96, 96, 96, 96, 96]);
  const scratch = chain({ layers: 5, text: { data, length: 32, tokenizer: data } }, { kind: 'scratch', num_hidden_layers: 5, hidden_size: 10 }, ['rte']);
  expect(scratch.map(({ recipe }) => recipe.tokenizer)).toEqual([data, ...Array<undefined>(5).fill(undefined)]);
  expect(chain({ layers: 12, text: { data, length: 32 } }, { kind: 'bundled', name: 'mini-bert' }, []).map(({ recipe }) => recipe.training.max_seq_length)).toEqual([64, 64]);
});
