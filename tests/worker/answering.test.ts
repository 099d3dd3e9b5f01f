import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Recipe } from '../../src/experiment/recipe.ts';
import { readSafetensors, toFloat32 } from '../../src/formats/safetensors.ts';
import { prepare } from '../../src/lab/prepare.ts';
import { Answering } from '../../src/worker/answering.ts';
import type { Event } from '../../src/worker/protocol.ts';
import type { TrainingRun } from '../../src/worker/training_run.ts';
import { dataFiles, modelFiles, textFile } from '../lab/given_files.ts';
import { smallRecipe, WORDS } from '../lab/small_session.ts';
import { memoryLocks } from '../store/fixtures.ts';
import { open } from '../tensor/backends.ts';
import { atStep, emptyStore, start } from './bench.ts';

const BASE = 'http://lab.invalid/';
const FOLDER: Recipe = { ...smallRecipe(), teacher: { kind: 'folder', name: 'my-teacher' }, data: { kind: 'folder', name: 'my-data' } };
const FILES = { teacher: modelFiles(), data: dataFiles() };
const SCRATCH: Recipe = { ...FOLDER, teacher: { kind: 'scratch', num_hidden_layers: 3, hidden_size: 15 }, tokenizer: { kind: 'folder', name: 'my-words' } };
const SCRATCH_FILES = { data: dataFiles(), tokenizer: [textFile('vocab.txt', WORDS.join('\n'))] };

beforeAll(() => open('wasm'));

beforeEach(async () => {
  vi.stubGlobal('navigator', { locks: memoryLocks() });
  await emptyStore();
});

afterEach(() => {
  vi.unstubAllGlobals();
});

const predict = (current?: TrainingRun, answering = new Answering()) => answering.predict({ type: 'predict', id: 7, run: 'a', text: 'a good film' }, current, BASE);
const armsOf = (event: Event) => (event.type === 'prediction' ? event.answers.map(({ arm, logits }) => `${arm} ${logits.length}`) : []);

describe('a run that is in this worker', () => {
  it('is asked for its teacher and student once they are trained, also while it goes on', async () => {
    const asked: Promise<unknown>[] = [];
    const told = (promise: Promise<Event>) => asked.push(promise.then(armsOf, (error: unknown) => error));
    const early = atStep('distilled', 2, (run) => void told(predict(run)));
    const late = atStep('finetuned', 2, (run) => void told(predict(run)));
    const untrained = atStep('teacher', 2, (run) => void told(predict(run)));
    await start('a', { recipe: SCRATCH, files: SCRATCH_FILES, prepare, on: (event, run) => [untrained, early, late].forEach((act) => act(event, run)) });
    expect(await Promise.all(asked)).toEqual([
      expect.objectContaining({ code: 'no-model-yet', where: 'run small' }) as object,
      ['teacher 2'],
      ['teacher 2', 'distilled 2'],
    ]);
  });
});

describe('a run that is only stored', () => {
  it('gives the same answers as before the reload, from a teacher that it trained', async () => {
    const { run } = await start('a', { recipe: SCRATCH, files: SCRATCH_FILES, prepare });
    const before = await predict(run);
    const answering = new Answering();
    expect(await predict(undefined, answering)).toEqual(before);
    expect(await predict(undefined, answering)).toEqual(before);
    expect(armsOf(before)).toEqual(['teacher 2', 'distilled 2']);
  });

  it('is asked for its student alone when the teacher’s files are gone, and is exported whole', async () => {
    const { run } = await start('a', { recipe: FOLDER, files: FILES, prepare });
    const before = await predict(run);
    const after = await predict();
    expect([armsOf(before), armsOf(after)]).toEqual([['teacher 2', 'distilled 2'], ['distilled 2']]);
    const exported = await new Answering().export(3, 'a', undefined, BASE);
    const files = exported.type === 'exported' ? exported.files : [];
    expect(files.map(({ name }) => name)).toEqual(expect.arrayContaining(['config.json', 'model.safetensors', 'vocab.txt', 'tokenizer.json', 'README.md', 'trainer_state.json']));
    const weights = files.find(({ name }) => name === 'model.safetensors')!;
    const read = readSafetensors(new Uint8Array(await weights.blob.arrayBuffer()), 'model.safetensors').tensors.get('classifier.weight')!;
    expect(toFloat32(read, 'classifier.weight')).toEqual(run.experiment!.finished.exported!.get('classifier.weight')!.data);
  });

  it('is a model to start from, with its tokenizer', async () => {
    await start('a', { recipe: FOLDER, files: FILES, prepare });
    const next: Recipe = { ...FOLDER, teacher: { kind: 'stored', run: 'a' }, student: { num_hidden_layers: 1, init: { kind: 'layers', layers: [1] } } };
    const { run, events } = await start('b', { recipe: next, files: { data: FILES.data }, prepare });
    expect(events.filter(({ type }) => type === 'fault')).toEqual([]);
    expect(run.session?.tokenizer.vocabSize).toBe(WORDS.length);
    expect(run.session?.teacherUntrained).toBe(false);
  });

  it('is no model to start from, and nothing to export, before its student is trained', async () => {
    await start('a', { recipe: FOLDER, files: FILES, prepare, on: atStep('distilled', 3, (run) => run.gate.stop()) });
    await expect(new Answering().export(3, 'a', undefined, BASE)).rejects.toMatchObject({ code: 'nothing-to-export', where: 'run small' });
    await expect(predict()).rejects.toMatchObject({ code: 'no-model-yet' });
    const { events } = await start('b', { recipe: { ...FOLDER, teacher: { kind: 'stored', run: 'a' } }, files: { data: FILES.data }, prepare });
    expect(events).toContainEqual(expect.objectContaining({ type: 'fault', fault: expect.objectContaining({ code: 'nothing-to-export' }) as object }));
  });

  it('goes on after a reload only with its files, and says so', async () => {
    await start('a', { recipe: FOLDER, files: FILES, prepare, on: atStep('distilled', 3, (run) => run.gate.stop()) });
    const without = await start('a', { recipe: FOLDER, prepare });
    expect(without.events).toContainEqual(expect.objectContaining({ type: 'fault', fault: expect.objectContaining({ code: 'files-not-given', where: 'my-teacher' }) as object }));
    const given = await start('a', { recipe: FOLDER, files: FILES, prepare });
    expect(given.events.at(-1)).toEqual({ type: 'state', run: 'a', state: 'done' });
  });
});

it('says that there is no such run', async () => {
  await expect(predict()).rejects.toMatchObject({ code: 'no-such-run', where: 'run a', remedy: 'Choose a run from the list.' });
});
