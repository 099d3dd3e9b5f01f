import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { predictionRows, scoresOfRows } from '../../../src/experiment/predictions.ts';
import type { Recipe } from '../../../src/experiment/recipe.ts';
import { readHistory } from '../../../src/store/history.ts';
import { deleteRun, getRun } from '../../../src/store/runs.ts';
import { openBackend } from '../../../src/tensor/backends/open.ts';
import type { Event, GivenFiles } from '../../../src/worker/protocol.ts';
import { TrainerClient } from '../../../src/worker/trainer_client.ts';
import { dataFiles, modelFiles } from '../../lab/given_files.ts';
import { smallRecipe } from '../../lab/small_session.ts';

const RUN = 'real-worker';
const FILES: GivenFiles = { teacher: modelFiles(), data: dataFiles() };
const EPOCHS = 13;
const small = smallRecipe();
const RECIPE: Recipe = {
  ...small,
  teacher: { kind: 'folder', name: 'my-teacher' },
  data: { kind: 'folder', name: 'my-data' },
  training: { ...small.training, num_train_epochs: EPOCHS, eval_steps: 29 },
  backend: 'wasm',
};
/** 39 training rows in batches of 5. */
const STEPS = 8 * EPOCHS;

/** A real worker, with every event that it told. */
class Told {
  readonly client = new TrainerClient();
  readonly events: Event[] = [];
  readonly #waiting = new Set<() => void>();

  constructor() {
    this.client.listen((event) => {
      this.events.push(event);
      for (const look of this.#waiting) look();
    });
  }

  /** The first event from now on, or before, that passes; rejects at a fault that nobody waits for. */
  async until<E extends Event>(passes: (event: Event) => event is E, from = 0): Promise<E> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const news = this.events.slice(from);
        const found = news.find(passes);
        const fault = news.find((event) => event.type === 'fault');
        if (!found && !fault) return;
        this.#waiting.delete(look);
        if (found) resolve(found);
        else reject(new Error(JSON.stringify(fault)));
      };
      this.#waiting.add(look);
      look();
    });
  }

  get steps(): string[] {
    return this.events.flatMap((event) => (event.type === 'step' ? [`${event.report.arm} ${event.report.step}`] : []));
  }
}

const of = <T extends Event['type']>(type: T, passes: (event: Extract<Event, { type: T }>) => boolean = () => true) =>
  (event: Event): event is Extract<Event, { type: T }> => event.type === type && passes(event as Extract<Event, { type: T }>);
const stateIs = (state: string) => of('state', (event) => event.state === state);
const stepOf = (arm: string, step: number) => of('step', ({ report }) => report.arm === arm && report.step === step);

/** How late a timer of the page is, in milliseconds, tick by tick. */
function watchTimer(every = 10): { stop(): number[] } {
  const late: number[] = [];
  let due = performance.now() + every;
  const timer = setInterval(() => {
    const now = performance.now();
    late.push(Math.max(0, now - due));
    due = now + every;
  }, every);
  return {
    stop: () => {
      clearInterval(timer);
      return late.toSorted((a, b) => a - b);
    },
  };
}

let workers: Told[] = [];
function begin(): Told {
  const told = new Told();
  workers.push(told);
  return told;
}

beforeEach(() => {
  workers = [];
});

afterEach(async () => {
  for (const { client } of workers) client.terminate();
  await expect.poll(() => deleteRun(RUN).then(() => true, () => false)).toBe(true);
});

describe('the training worker', () => {
  it('trains, pauses, stops, goes on in another worker, answers and exports, and the page stays free', async () => {
    const first = begin();
    first.client.send({ type: 'open', backend: 'wasm' });
    expect((await first.until(of('device'))).device).toMatchObject({ backend: 'wasm', reason: 'chosen by the person' });
    const timer = watchTimer();
    first.client.send({ type: 'start', run: RUN, recipe: RECIPE, files: FILES });
    await first.until(stepOf('distilled', 7));
    first.client.send({ type: 'pause' });
    await first.until(stateIs('paused'));
    const atPause = first.steps.length;
    expect((await getRun(RUN))?.state).toBe('paused');
    await new Promise((resolve) => setTimeout(resolve, 211));
    expect(first.steps.length).toBe(atPause);
    first.client.send({ type: 'continue' });
    await first.until(stepOf('finetuned', 5));
    first.client.send({ type: 'stop' });
    await first.until(stateIs('stopped'));
    first.client.terminate();

    const second = begin();
    second.client.send({ type: 'start', run: RUN, recipe: RECIPE, files: FILES });
    await second.until(stateIs('done'));
    const late = timer.stop();
    const all = ['distilled', 'finetuned', 'random'].flatMap((arm) => Array.from({ length: STEPS }, (_, i) => `${arm} ${i + 1}`));
    expect([...first.steps, ...second.steps]).toEqual(all);
    expect((await readHistory(RUN)).map(({ arm, step }) => `${arm} ${step}`)).toEqual(all);
    expect(late.length).toBeGreaterThan(20);
    expect(late[Math.floor(0.95 * late.length)]).toBeLessThan(250);

    second.client.send({ type: 'predict', id: 3, run: RUN, text: 'a good film' });
    const { answers, labels } = await second.until(of('prediction', ({ id }) => id === 3));
    expect([answers.map(({ arm }) => arm), labels]).toEqual([['teacher', 'distilled'], ['negative', 'positive']]);
    second.client.send({ type: 'predict-all', id: 4, run: RUN });
    const { task, examples, models } = await second.until(of('predictions', ({ id }) => id === 4));
    const scored = second.events.flatMap((event) => (event.type === 'results' ? event.rows : [])).find(({ arm }) => arm === 'distilled')?.scores;
    const rows = predictionRows(task, examples, models.map(({ arm, logits }) => ({ name: arm, logits })));
    expect(models.map(({ arm }) => arm)).toEqual(['teacher', 'distilled']);
    const again = scoresOfRows(task, rows, 1);
    expect([again.metrics, again.examples]).toEqual([scored?.metrics, scored?.examples]);
    expect(again.loss).toBeCloseTo(scored?.loss ?? NaN, 5);
    expect(second.events.filter((event) => event.type === 'predicting').at(-1)).toMatchObject({ id: 4, done: 2 * examples.length, total: 2 * examples.length });
    second.client.send({ type: 'export', id: 5, run: RUN });
    const { files } = await second.until(of('exported', ({ id }) => id === 5));
    const config: unknown = JSON.parse(await files.find(({ name }) => name === 'config.json')!.blob.text());
    expect(config).toMatchObject({ architectures: ['BertForSequenceClassification'], num_hidden_layers: 2 });
  });

  it('refuses a second run while one is in work, which goes on', async () => {
    const told = begin();
    told.client.send({ type: 'start', run: RUN, recipe: RECIPE, files: FILES });
    await told.until(stepOf('distilled', 2));
    told.client.send({ type: 'start', run: 'another', recipe: RECIPE, files: FILES });
    told.client.send({ type: 'start', run: RUN, recipe: RECIPE, files: FILES });
    const refused = await told.until(of('fault'));
    expect(refused).toMatchObject({ run: 'another', fault: { code: 'worker-busy', got: 'run small in work' } });
    const seen = told.events.length;
    await told.until(stepOf('distilled', 20), seen);
    told.client.send({ type: 'stop' });
    await told.until(stateIs('stopped'), seen);
    expect(told.events.filter((event) => event.type === 'fault')).toHaveLength(1);
  });

  it('tells bad input as one fault of the run', async () => {
    const told = begin();
    told.client.send({ type: 'start', run: RUN, recipe: RECIPE, files: { ...FILES, data: dataFiles({ 'dev.tsv': 'sentence\tlabel\nx\tmaybe\n' }) } });
    const { run, fault } = await told.until(of('fault'));
    expect([run, fault.code, fault.where]).toEqual([RUN, 'UnknownLabel', 'my-data/dev.tsv, row 2, column "label"']);
    await expect.poll(() => getRun(RUN).then((record) => record?.state)).toBe('failed');
  });
});

describe('a backend that cannot start', () => {
  it('is a fault that says why and what to do, told by the worker', async () => {
    const told = begin();
    told.client.send({ type: 'open', backend: 'abacus' as 'cpu' });
    const { fault } = await told.until(of('fault'));
    expect(fault).toEqual({
      code: 'no-backend',
      where: 'compute backend',
      expected: 'the abacus backend to start',
      got: 'abacus: there is no such backend, but webgpu, wasm, webgl, cpu',
      remedy: expect.stringMatching(/^Choose another backend, or "auto"\. For the GPU: use a current Chrome/) as string,
    });
  });

  it.each([
    ['is not there', '/there-is-no-such-file.wasm', /^wasm: tfjs-backend-wasm-simd\.wasm (could not be loaded: status 404|cannot be compiled)/],
    ['is of another kind', '/package.json', /^wasm: tfjs-backend-wasm-simd\.wasm cannot be compiled/],
    ['cannot be fetched', 'http://127.0.0.1:9/x.wasm', /^wasm: tfjs-backend-wasm-simd\.wasm could not be loaded: /],
  ])('because its binary %s does not hang', async (_name, address, got) => {
    const opened = openBackend({ choice: 'wasm', wasmPaths: { 'tfjs-backend-wasm-simd.wasm': address }, onFault: () => undefined });
    await expect(opened).rejects.toMatchObject({ code: 'no-backend', expected: 'the wasm backend to start', got: expect.stringMatching(got) as string });
  });
});
