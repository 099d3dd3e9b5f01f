import { beforeAll, expect, it } from 'vitest';
import type { DataSource } from '../../src/experiment/recipe.ts';
import { open } from '../tensor/backends.ts';
import { smallRecipe, smallSession } from './small_session.ts';
import { traced } from './traced_run.ts';

const SESSION = { ...smallSession(), teacherUntrained: false };
const TRAINED = ['distilled', 'finetuned', 'random'];

/** What a run told of its data, model after model, on a clock that goes on by 1 with each look. */
async function dataPaths(data: DataSource) {
  let looks = 0;
  const { events } = await traced({ recipe: { ...smallRecipe(), data }, session: SESSION, now: () => looks++ });
  return events.flatMap((event) => (event.type === 'data-path' ? [event] : []));
}

beforeAll(() => open('wasm'));

it('is told of every model that is trained: texts of 5 to 11 tokens are padded to multiples of 4 where they come from files, and of 8 where they are generated', async () => {
  const generated = await dataPaths({ kind: 'mini-glue', seed: 3, train_rows: 43, dev_rows: 37 });
  const fromFiles = await dataPaths({ kind: 'folder', name: 'mine' });
  expect([generated, fromFiles].map((told) => told.map(({ arm }) => arm))).toEqual([TRAINED, TRAINED]);
  const tokens = SESSION.data.train.reduce((sum, { ids }) => sum + ids.length, 0);
  expect(tokens / generated[0]!.realTokens % 8).toBeCloseTo(0, 6);
  expect(generated[0]!.realTokens).toBeLessThan(0.85);
  expect(fromFiles[0]!.realTokens).toBeGreaterThan(generated[0]!.realTokens + 0.05);
  // Two looks before the batch, two around it and two behind the step make five spans, and one of them is the batch's.
  for (const { waited } of [...generated, ...fromFiles]) expect(waited).toBeCloseTo(1 / 5, 12);
});
