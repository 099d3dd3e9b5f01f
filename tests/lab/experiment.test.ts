import { beforeAll, describe, expect, it } from 'vitest';
import { exportFiles } from '../../src/lab/export.ts';
import * as tf from '../../src/tensor/tf.ts';
import { open } from '../tensor/backends.ts';
import { smallRecipe, smallSession } from './small_session.ts';
import { interrupted, traced } from './traced_run.ts';

describe('an experiment', () => {
  beforeAll(() => open('wasm'));

  it('makes, trains and scores every arm, and frees its tensors', async () => {
    const before = tf.memory().numTensors;
    const { losses, state } = await traced();
    expect(state.rows.map(({ arm }) => arm)).toEqual(['teacher', 'distilled', 'finetuned', 'initialised', 'random', 'majority']);
    expect(losses.length).toBe(3 * 12 + 3 * 9);
    expect(tf.memory().numTensors).toBe(before);
    const parameters = Object.fromEntries(state.rows.map(({ arm, parameters }) => [arm, parameters]));
    expect(parameters.distilled).toBeLessThan(parameters.teacher!);
    expect(parameters.majority).toBe(0);
  });

  it('gives the same bits twice, and when it is stopped anywhere and continued', async () => {
    const whole = await traced();
    expect(await traced().then(({ losses, rows }) => ({ losses, rows }))).toEqual({ losses: whole.losses, rows: whole.rows });
    for (const visits of [1, 7, 41, 52, 66, 90]) {
      expect(await interrupted({ visits }), `stopped at visit ${visits}`).toEqual({ losses: whole.losses, rows: whole.rows });
    }
  });

  it('exports the student as a Hugging Face folder', async () => {
    const { state } = await traced();
    const files = exportFiles(smallRecipe(), state, smallSession().tokenizer);
    expect(files.map(({ name }) => name)).toEqual(expect.arrayContaining(['config.json', 'model.safetensors', 'tokenizer.json', 'README.md', 'trainer_state.json']));
    const card = new TextDecoder().decode(files.find(({ name }) => name === 'README.md')!.bytes);
    expect(card).toContain('2 layers of width 15, begun with layers 0, 2 (1, 3 counted from 1) of a model finetuned on sst-2');
  });
});
