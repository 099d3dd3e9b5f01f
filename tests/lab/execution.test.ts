import { beforeAll, expect, it } from 'vitest';
import { DEFAULT_RECIPE } from '../../src/experiment/presets.ts';
import type { StepExecution } from '../../src/experiment/recipe.ts';
import { trainingOf } from '../../src/experiment/training_values.ts';
import { classifierLoop } from '../../src/lab/classifier_training.ts';
import { maskingIds } from '../../src/lab/masked_batch.ts';
import { dispose, randomWeights, upload } from '../../src/model/weights.ts';
import { open } from '../tensor/backends.ts';
import { plainTraining } from './plain_training.ts';
import { smallSession } from './small_session.ts';

beforeAll(() => open('cpu'));

/** How a stage asks for its steps to be run, by the option and by what is predicted. */
function executionOf(execution: StepExecution | undefined, words: boolean) {
  const { start: { config }, data: { train: examples }, tokenizer } = smallSession();
  const options = trainingOf({ ...(execution ? { execution } : {}) } as Parameters<typeof trainingOf>[0], DEFAULT_RECIPE.training);
  const parameters = upload(randomWeights(config, ['classification'], 3), true);
  const training = plainTraining({ config, parameters, examples, options, steps: 1, objectives: [{ name: 'ce', weight: 1, parameters: {} }] });
  const loop = classifierLoop({ ...training, ...(words ? { masking: maskingIds(tokenizer) } : {}) });
  loop.dispose();
  dispose(parameters);
  return loop.job.execution;
}

it.each<[StepExecution | undefined, boolean, string | undefined]>([
  [undefined, false, undefined], ['auto', false, undefined], ['check', false, 'check'], ['tape', false, 'tape'],
  [undefined, true, undefined], ['auto', true, undefined], ['plan', true, 'plan'], ['tape', true, 'tape'],
])('execution %s with masked words %s runs steps as %s', (option, words, expected) => {
  expect(executionOf(option, words)).toBe(expected);
});
