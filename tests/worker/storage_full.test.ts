import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Recipe } from '../../src/experiment/recipe.ts';
import { loadCheckpoint } from '../../src/store/checkpoints.ts';
import { labDatabase } from '../../src/store/database.ts';
import { readHistory } from '../../src/store/history.ts';
import { listModels } from '../../src/store/models.ts';
import { getRun } from '../../src/store/runs.ts';
import { shelfFor } from '../../src/worker/shelf.ts';
import { keepModel } from '../../src/worker/stored_models.ts';
import { smallSession } from '../lab/small_session.ts';
import { flipBit, keysOf, memoryLocks } from '../store/fixtures.ts';
import { open } from '../tensor/backends.ts';
import { atStep, emptyStore, fillDisk, losses, only, recipe, start, states, type Started } from './bench.ts';

/** 36 steps of the teacher and 81 of each student: after step 31, two checkpoints are due on the way. */
const LONG = recipe(9);

beforeAll(() => open('wasm'));

beforeEach(async () => {
  vi.stubGlobal('navigator', { locks: memoryLocks() });
  await emptyStore();
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const notes = ({ events }: Pick<Started, 'events'>) => only('note', events).map(({ text }) => text);

describe('a full disk', () => {
  it('is told, training goes on, the checkpoint before is intact, and saving is tried again', async () => {
    let full = false;
    fillDisk(() => full);
    const whole = losses((await start('a', { recipe: LONG })).events);
    const stopped = await start('b', { recipe: LONG, on: atStep('teacher', 31, (run) => run.gate.stop()) });
    const before = await loadCheckpoint('b');
    full = true;
    const during: unknown[] = [];
    const rest = await start('b', {
      recipe: LONG,
      on: (event) => {
        if (event.type === 'note' && event.text.startsWith('Not saved')) during.push(loadCheckpoint('b'));
        // The second try is due 200 steps after the start.
        if (event.type === 'step' && event.report.arm === 'finetuned' && event.report.step === 60) full = false;
      },
    });
    expect([...losses(stopped.events), ...losses(rest.events)]).toEqual(whole);
    expect(notes(rest)).toEqual([
      expect.stringMatching(/^Not saved since teacher, step 31: the browser’s refusal to store more \(quota reached or disk full\)\. Training goes on, and saving is tried again\. Delete old runs/) as string,
      expect.stringMatching(/^Saved again: \w+, step \d+\.$/) as string,
    ]);
    expect(await Promise.all(during)).toEqual([before]);
    expect(states(rest.events)).toEqual(['running', 'done']);
    expect(await readHistory('b').then((all) => all.map(({ loss }) => loss))).toEqual(await readHistory('a').then((all) => all.map(({ loss }) => loss)));
    expect(await getRun('b')).toMatchObject({ state: 'done', generation: 3 });
  });

  it('at the end of a run is told with what is lost, and its record says nothing untrue', async () => {
    await start('a', { on: atStep('teacher', 31, (run) => run.gate.stop()) });
    fillDisk(() => true);
    const rest = await start('a');
    expect(notes(rest)).toEqual([expect.stringMatching(/^Not saved since teacher, step 31: .* What was trained since is lost when the page is closed\./) as string]);
    expect(states(rest.events)).toEqual(['running', 'done']);
    expect(await getRun('a')).toMatchObject({ state: 'running', generation: 1 });
  });

  it('keeps the steps of the curves for the next try', async () => {
    let full = true;
    fillDisk(() => full, ['history']);
    const pause = atStep('teacher', 5, (run) => run.gate.pause());
    const { events } = await start('a', {
      on: (event, run) => {
        pause(event, run);
        if (event.type !== 'state' || event.state !== 'paused') return;
        full = false;
        setTimeout(() => run.gate.continue(), 3);
      },
    });
    expect(notes({ events })).toEqual([expect.stringMatching(/^Not saved since its beginning/) as string, 'Saved again: majority, step 0.']);
    expect((await readHistory('a')).map(({ step }) => step)).toEqual(only('step', events).map(({ report }) => report.step));
  });

  it('leaves no teacher for later runs, but ends none', async () => {
    let kept = 0;
    fillDisk(() => kept++ === 0, ['part']);
    const bundled: Recipe = { ...recipe(), teacher: { kind: 'bundled', name: 'mini-bert-qnli' } };
    const run = await start('a', { recipe: bundled });
    expect(notes(run)).toEqual([expect.stringMatching(/^The teacher could not be kept for later runs: /) as string]);
    expect(states(run.events)).toEqual(['running', 'done']);
    expect(await listModels()).toEqual([]);
  });

  it('at the very start is a fault that says what to do', async () => {
    fillDisk(() => true, ['run']);
    const { events } = await start('a');
    expect(only('fault', events).map(({ fault }) => [fault.code, fault.remedy])).toEqual([['storage-full', expect.stringContaining('Delete old runs') as string]]);
    expect(losses(events)).toEqual([]);
  });
});

describe('a storage that was emptied while the run went on', () => {
  it('is told, and filled anew', async () => {
    const pauses = [atStep('teacher', 5, (run) => run.gate.pause()), atStep('distilled', 3, (run) => run.gate.pause())];
    const empty = atStep('distilled', 2, () => void emptyStore());
    const run = await start('a', {
      on: (event, training) => {
        for (const act of [...pauses, empty]) act(event, training);
        if (event.type === 'state' && event.state === 'paused') setTimeout(() => training.gate.continue(), 3);
      },
    });
    expect(states(run.events)).toEqual(['running', 'paused', 'running', 'paused', 'running', 'done']);
    expect(notes(run)).toEqual([expect.stringMatching(/^The browser’s storage was emptied meanwhile: the run was saved anew at distilled, step 3/) as string]);
    expect(await getRun('a')).toMatchObject({ state: 'done', generation: 2 });
    expect((await readHistory('a')).length).toBe(63 - 5);
    expect((await loadCheckpoint('a'))?.generation).toBe(2);
  });
});

describe('a damaged checkpoint', () => {
  it('is passed over for the one before, which is told by name', async () => {
    const whole = losses((await start('a')).events);
    await start('b', { on: atStep('teacher', 31, (run) => run.gate.stop()) });
    await start('b', { on: atStep('distilled', 2, (run) => run.gate.stop()) });
    const newest = (await loadCheckpoint('b'))!;
    const parts = (await keysOf(labDatabase, 'part')).filter((key) => Array.isArray(key) && key[2] === 'b');
    for (const key of parts) if (await isOf(key, newest.generation)) await flipBit(labDatabase, key, 4);
    const rest = await start('b');
    expect(notes(rest)).toEqual([expect.stringMatching(/^Damaged in the browser’s storage: distilled, step 2 \(tensor .*\. Loaded instead: teacher, step 31\.$/) as string]);
    expect(losses(rest.events)).toEqual(whole.slice(31));
  });
});

/** Whether a part belongs to this generation of run b. */
async function isOf(key: IDBValidKey, generation: number): Promise<boolean> {
  const head = await labDatabase.relaxed('readonly', (entries) => new Promise<{ generations: { generation: number; token: string }[] }>((resolve) => {
    const request = entries.get(['head', 'run', 'b']);
    request.onsuccess = () => resolve(request.result);
  }));
  return Array.isArray(key) && head.generations.some((kept) => kept.generation === generation && kept.token === key[3]);
}

describe('a damaged kept teacher', () => {
  it('is deleted and told, and is made again', async () => {
    const { start: weights, tokenizer } = smallSession();
    await keepModel('mini-bert-qnli', weights, tokenizer);
    const kept = await shelfFor('http://lab.invalid/', {}, () => undefined).stored('mini-bert-qnli');
    expect(kept?.weights.tensors.get('classifier.weight')).toEqual(weights.tensors.get('classifier.weight'));
    const [part] = (await keysOf(labDatabase, 'part')).filter((key) => Array.isArray(key) && key[1] === 'model');
    await flipBit(labDatabase, part!, 9);
    const told: string[] = [];
    const shelf = shelfFor('http://lab.invalid/', {}, (event) => event.type === 'note' && told.push(event.text));
    expect(await shelf.stored('mini-bert-qnli')).toBeUndefined();
    expect(told).toEqual(['The kept model mini-bert-qnli was damaged in the browser’s storage, so it is left out and deleted.']);
    expect(await listModels()).toEqual([]);
  });
});
