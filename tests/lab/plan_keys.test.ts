import { beforeAll, describe, expect, it } from 'vitest';
import { bindTerms, tapsNeeded, tapsOfSteps } from '../../src/lab/bound_terms.ts';
import type { ClassifierTraining } from '../../src/lab/classifier_training.ts';
import { KeptTaps, tapList } from '../../src/lab/kept_taps.ts';
import { stepInputs, uploadRows } from '../../src/lab/row_tensors.ts';
import type { StageTeacher } from '../../src/lab/teacher_pass.ts';
import { DEFAULT_RECIPE } from '../../src/experiment/presets.ts';
import * as tf from '../../src/tensor/tf.ts';
import { collate } from '../../src/train/batches.ts';
import { open } from '../tensor/backends.ts';
import { CONFIG, ROWS } from '../train/small_job.ts';

const TEACHER = { layers: 13, heads: 5, hidden_size: 15 };
const STEPS = 60;

/** The plan keys of steps that look up what these terms draw of a teacher of 13 layers, and the taps of each. */
function keysOf(names: readonly string[], lookedUp: boolean) {
  const terms = bindTerms(names.map((name) => ({ name, weight: 1, parameters: {} })), { student: { ...TEACHER, layers: 3 }, teacher: TEACHER, fidelity: 'corrected', seed: 3 });
  const kept = new KeptTaps(TEACHER, tapsOfSteps(terms, 'teacher', 0, STEPS), ROWS.map(({ ids }) => ids.length));
  const teacher: StageTeacher = { config: { ...CONFIG, num_hidden_layers: 13 }, needsLogits: false, dropout: false, ...(lookedUp && { kept }) };
  const training: ClassifierTraining = {
    config: CONFIG, parameters: new Map(), terms, trained: new Map(), memory: new Map(), teacher, examples: ROWS, options: DEFAULT_RECIPE.training,
    steps: STEPS, first: 0, padId: 0, fidelity: 'corrected', dropout: { student: false, teacher: false },
  };
  return Array.from({ length: STEPS }, (_, step) => tf.tidy(() => {
    const { key } = stepInputs(training, uploadRows(training, collate(ROWS, [0, 1, 2], 0, 16), step), step);
    const list = tapList(tapsNeeded(terms, 'teacher', step)).map(({ name, index }) => `${name} ${index}`);
    const shared = terms.map((term) => tapList(tapsNeeded([term], 'teacher', step)).map(({ name, index }) => list.indexOf(`${name} ${index}`)).join());
    return { key, list: list.join(), shared: shared.join(' | ') };
  }));
}

describe('the plan key of a step', () => {
  beforeAll(() => open('cpu'));

  it.each([['attn_rand'], ['minilm_random']])('of %s is one where the teacher is looked up, whatever layers are drawn', (name) => {
    const steps = keysOf([name], true);
    expect(new Set(steps.map(({ list }) => list)).size).toBeGreaterThan(40);
    expect(new Set(steps.map(({ key }) => key)).size).toBe(1);
  });

  it('tells apart which of the taps that are looked up two terms share', () => {
    const steps = keysOf(['attn_rand', 'minilm_random'], true);
    const [keys, shared] = [new Set(steps.map(({ key }) => key)), new Set(steps.map((step) => step.shared))];
    expect(shared.size).toBeGreaterThan(1);
    expect(keys.size).toBe(shared.size);
    expect(new Set(steps.map((step) => step.key + step.shared)).size).toBe(keys.size);
  });

  it('has the layers in it where the teacher runs in the step', () => {
    const steps = keysOf(['attn_rand'], false);
    expect(new Set(steps.map(({ key }) => key)).size).toBe(new Set(steps.map(({ list }) => list)).size);
  });
});
