import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Recipe } from '../../../src/experiment/recipe.ts';
import { deleteRun } from '../../../src/store/runs.ts';
import { KeptTokens } from '../../../src/store/tokens.ts';
import { labDatabase } from '../../../src/store/database.ts';
import type { Event, GivenFiles } from '../../../src/worker/protocol.ts';
import { TrainerClient } from '../../../src/worker/trainer_client.ts';
import { dataFiles, modelFiles, sentences } from '../../lab/given_files.ts';
import { smallRecipe } from '../../lab/small_session.ts';

const RUN = 'tokenizing';
const FILES: GivenFiles = { teacher: modelFiles(), data: dataFiles() };
const small = smallRecipe();
const RECIPE: Recipe = { ...small, kind: 'finetune', teacher: { kind: 'folder', name: 'my-teacher' }, data: { kind: 'folder', name: 'my-data' }, training: { ...small.training, max_steps: 7, eval_steps: 0 }, backend: 'wasm' };

const kept = new KeptTokens();
let client: TrainerClient;

beforeEach(async () => {
  client = new TrainerClient();
  await kept.delete();
});

afterEach(async () => {
  client.terminate();
  await expect.poll(() => deleteRun(RUN).then(() => true, () => false)).toBe(true);
  await kept.delete();
});

/** Every event of a run to its end; `on` hears them as they come. */
async function ran(files: GivenFiles = FILES, on: (event: Event) => void = () => undefined): Promise<readonly Event[]> {
  const events: Event[] = [];
  await new Promise<void>((resolve) => {
    const end = client.listen((event) => {
      events.push(event);
      on(event);
      if (event.type !== 'state' || event.state === 'running' || event.state === 'paused') return;
      end();
      resolve();
    });
    client.send({ type: 'start', run: RUN, recipe: RECIPE, files });
  });
  await deleteRun(RUN);
  return events;
}

const losses = (events: readonly Event[]) => events.flatMap((event) => (event.type === 'step' ? [event.report.loss] : []));
const notes = (events: readonly Event[]) => events.flatMap((event) => (event.type === 'note' ? [event.text] : []));
const tokenised = (events: readonly Event[]) => events.filter((event) => event.type === 'progress' && event.label.startsWith('Tokenising')).length;

describe('rows of a run', () => {
  it('are tokenised in a worker of the worker, kept, and found again with the same losses', async () => {
    const first = await ran();
    expect(notes(first).filter((text) => /tokenise|Token ids/.test(text))).toEqual([]);
    expect(losses(first)).toHaveLength(7);
    const entries = await kept.list();
    expect(entries.map(({ name, rows }) => [name, rows]).toSorted()).toEqual([['the dev rows of sst-2, my-data', 37], ['the training rows of sst-2, my-data', 39], ['the tuning rows of sst-2, my-data', 4]]);
    const again = await ran();
    expect(losses(again)).toEqual(losses(first));
    expect((await kept.list()).map(({ key }) => key).toSorted()).toEqual(entries.map(({ key }) => key).toSorted());
  });

  it('that are damaged in the storage are made again, which is said', async () => {
    const first = await ran();
    const [entry] = (await kept.list()).filter(({ name }) => name.startsWith('the training rows'));
    const { table } = await kept.get(entry!.key);
    table!.ids[5]! ^= 1;
    await labDatabase.relaxed('readwrite', (entries) => {
      entries.put({ ...table, digest: '0'.repeat(64) }, ['tokens', entry!.key]);
      return Promise.resolve();
    });
    const again = await ran();
    expect(losses(again)).toEqual(losses(first));
    expect(notes(again)).toContain('The kept token ids of the training rows of sst-2, my-data were damaged in the browser’s storage; they are made again.');
  });

  it('can be stopped while they are tokenised', async () => {
    const many: GivenFiles = { ...FILES, data: dataFiles({ 'train.tsv': sentences(200_003) }) };
    let stopped = false;
    const events = await ran(many, (event) => {
      if (stopped || event.type !== 'progress' || !event.label.startsWith('Tokenising')) return;
      stopped = true;
      client.send({ type: 'stop' });
    });
    expect(events.at(-1)).toMatchObject({ type: 'state', state: 'stopped' });
    expect([tokenised(events) > 0, losses(events), await kept.list()]).toEqual([true, [], []]);
  });
});
