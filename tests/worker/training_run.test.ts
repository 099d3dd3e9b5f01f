import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Fault } from '../../src/fault/fault.ts';
import { loadCheckpoint } from '../../src/store/checkpoints.ts';
import { readHistory } from '../../src/store/history.ts';
import { getRun, listRuns } from '../../src/store/runs.ts';
import * as tf from '../../src/tensor/tf.ts';
import type { Event } from '../../src/worker/protocol.ts';
import type { TrainingRun } from '../../src/worker/training_run.ts';
import { memoryLocks } from '../store/fixtures.ts';
import { open } from '../tensor/backends.ts';
import { atStep, emptyStore, losses, only, recipe, start, states, WASM } from './bench.ts';

const ARMS = ['teacher', 'distilled', 'finetuned', 'initialised', 'random', 'majority'];
const LOST = new Fault({ code: 'device-lost', where: 'GPU device', expected: 'a', got: 'b', remedy: 'C.' });

beforeAll(() => open('wasm'));

beforeEach(async () => {
  vi.stubGlobal('navigator', { locks: memoryLocks() });
  await emptyStore();
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe('a run', () => {
  it('is told, listed and stored from its start to its end', async () => {
    const before = tf.memory().numTensors;
    const { events } = await start('a');
    expect(states(events)).toEqual(['running', 'done']);
    expect(tf.memory().numTensors).toBe(before);
    const record = await getRun('a');
    expect(record).toMatchObject({ state: 'done', generation: 1, backend: WASM, name: 'small' });
    expect(record?.rows.map(({ arm }) => arm)).toEqual(ARMS);
    const reports = only('step', events).map(({ report }) => report);
    expect(reports).toHaveLength(36 + 3 * 9);
    expect(await readHistory('a')).toEqual(reports);
    const { checkpoint } = (await loadCheckpoint('a'))!;
    expect(new Set(checkpoint.tensors.map(({ name }) => name.split('/')[0]))).toEqual(new Set(['exported', 'teacher']));
  });

  it('keeps the scores of its curves, also over a stop', async () => {
    const scored = (events: readonly Event[]) => only('evaluation', events).map(({ arm, step, split, scores }) => ({ arm, step, split, scores }));
    const whole = scored((await start('a')).events);
    expect((await getRun('a'))?.evaluations).toEqual(whole);
    expect(whole.filter(({ split }) => split === 'tuning').length).toBe(3 * 2);
    const { events } = await start('b', { on: atStep('distilled', 6, (run) => run.gate.stop()) });
    expect((await getRun('b'))?.evaluations).toEqual(scored(events));
    await start('b');
    expect((await getRun('b'))?.evaluations).toEqual(whole);
  });

  it('that is stopped goes on to the same losses and scores', async () => {
    const whole = await start('a');
    const [first, second] = [await start('b', { on: atStep('distilled', 5, (run) => run.gate.stop()) }), await start('b', { on: atStep('random', 2, (run) => run.gate.stop()) })];
    const last = await start('b');
    expect([first, second, last].map(({ events }) => states(events))).toEqual([['running', 'stopped'], ['running', 'stopped'], ['running', 'done']]);
    expect([...losses(first.events), ...losses(second.events), ...losses(last.events)]).toEqual(losses(whole.events));
    const scores = async (id: string) => (await getRun(id))?.rows.map(({ arm, scores: all }) => ({ arm, all }));
    expect(await scores('b')).toEqual(await scores('a'));
    expect(await readHistory('b').then((all) => all.map(({ loss }) => loss))).toEqual(await readHistory('a').then((all) => all.map(({ loss }) => loss)));
  });

  it('is saved when it pauses, and says when it goes on', async () => {
    const seen: (string | undefined)[] = [];
    const atSeven = atStep('teacher', 7, (run) => run.gate.pause());
    const { events } = await start('a', {
      on: (event, run) => {
        atSeven(event, run);
        if (event.type !== 'state' || event.state !== 'paused') return;
        setTimeout(() => void getRun('a').then((record) => {
          seen.push(record?.state);
          run.gate.continue();
        }), 31);
      },
    });
    expect(states(events)).toEqual(['running', 'paused', 'running', 'done']);
    expect(seen).toEqual(['paused']);
    expect(only('checkpoint', events).map(({ arm, step }) => [arm, step])).toEqual([['teacher', 7], ['majority', 0]]);
    expect(losses(events)).toHaveLength(63);
  });

  it('that is stopped while it pauses, or while it prepares, is stopped', async () => {
    const pausing = await start('a', {
      on: (event, run) => {
        if (event.type === 'step' && event.report.step === 2) run.gate.pause();
        if (event.type === 'state' && event.state === 'paused') setTimeout(() => run.gate.stop(), 11);
      },
    });
    expect(states(pausing.events)).toEqual(['running', 'paused', 'stopped']);
    const preparing = await start('b', {
      prepare: async (_recipe, _shelf, gate) => {
        await gate();
        return expect.unreachable('it was stopped');
      },
      on: (event, run) => event.type === 'state' && run.gate.stop(),
    });
    expect(states(preparing.events)).toEqual(['running', 'stopped']);
    expect(await getRun('b')).toMatchObject({ state: 'stopped', generation: 0 });
  });
});

describe('a run that cannot go on', () => {
  it('with another recipe says every field that differs', async () => {
    await start('a', { on: atStep('teacher', 3, (run) => run.gate.stop()) });
    const before = await getRun('a');
    const base = recipe();
    const changed = { ...base, name: 'renamed', task: 'cola', training: { ...base.training, learning_rate: 0.5 }, backend: 'cpu' as const };
    const { events } = await start('a', { recipe: changed });
    expect(only('fault', events).map(({ fault }) => fault)).toEqual([{
      code: 'recipe-changed',
      where: 'run a',
      expected: 'the recipe that the run began with (task "sst-2", training.learning_rate 0.003)',
      got: 'task "cola", training.learning_rate 0.5',
      remedy: 'Continue with the old recipe, or start a new run.',
    }]);
    expect(await getRun('a')).toEqual(before);
    expect(states((await start('a', { recipe: { ...base, name: 'renamed', backend: 'cpu' } })).events)).toEqual(['running', 'done']);
  });

  it('because another tab has it leaves that one unharmed', async () => {
    let second: Promise<Awaited<ReturnType<typeof start>>> | undefined;
    const first = await start('a', { on: atStep('teacher', 3, () => (second = start('a'))) });
    const { events } = (await second)!;
    expect(only('fault', events).map(({ fault }) => fault.code)).toEqual(['run-busy']);
    expect(states(events)).toEqual(['failed']);
    expect(states(first.events)).toEqual(['running', 'done']);
    expect(await getRun('a')).toMatchObject({ state: 'done' });
  });

  it('because its input is bad says so, and leaves other runs intact', async () => {
    await start('a');
    const whole = await loadCheckpoint('a');
    const bad = new Fault({ code: 'UnknownLabel', where: 'train.tsv, row 3', expected: 'x', got: 'y', remedy: 'Z.' });
    const { events } = await start('b', { prepare: () => Promise.reject(bad) });
    expect(only('fault', events).map(({ fault }) => fault)).toEqual([bad.toReport()]);
    expect(states(events)).toEqual(['running', 'failed']);
    expect(await getRun('b')).toMatchObject({ state: 'failed', note: 'train.tsv, row 3: expected x, got y. Z.', generation: 0 });
    expect(await loadCheckpoint('a')).toEqual(whole);
    expect((await listRuns()).map(({ id }) => id).sort()).toEqual(['a', 'b']);
    const again = await start('b');
    expect(states(again.events)).toEqual(['running', 'done']);
    expect((await getRun('b'))?.note).toBeUndefined();
  });

  it('on the backend that it began with says that its bits will differ', async () => {
    await start('a', { on: atStep('teacher', 3, (run) => run.gate.stop()) });
    const { events } = await start('a', { openDevice: async () => ({ ...WASM, backend: 'webgpu' }) });
    expect(only('note', events).map(({ text }) => text)).toEqual([expect.stringMatching(/^The run began on wasm and goes on with webgpu/) as string]);
  });
});

describe('a lost device', () => {
  const saveThenLose = (lose: (run: TrainingRun) => void) => {
    const [pause, fault] = [atStep('distilled', 3, (run) => run.gate.pause()), atStep('distilled', 7, lose)];
    return (event: Event, run: TrainingRun) => {
      pause(event, run);
      fault(event, run);
      if (event.type === 'state' && event.state === 'paused') setTimeout(() => run.gate.continue(), 3);
    };
  };

  it('ends the run once, and the last checkpoint goes on to the same losses', async () => {
    const whole = losses((await start('a')).events);
    const { events } = await start('b', { on: saveThenLose((run) => run.gate.fail(LOST)) });
    expect(only('fault', events).map(({ fault }) => fault)).toEqual([LOST.toReport()]);
    expect(states(events)).toEqual(['running', 'paused', 'running', 'failed']);
    expect(only('checkpoint', events)).toHaveLength(1);
    expect((await getRun('b'))?.state).toBe('failed');
    const rest = await start('b');
    expect(losses(rest.events)).toEqual(whole.slice(36 + 3));
  });

  it('is told as such, not as the error that it makes', async () => {
    const { events } = await start('a', {
      on: saveThenLose((run) => {
        setTimeout(() => run.gate.fail(LOST), 7);
        throw new DOMException('the buffer was destroyed', 'AbortError');
      }),
    });
    expect(only('fault', events).map(({ fault }) => fault.code)).toEqual(['device-lost']);
  });

  it('spoils no checkpoint that was to be written at that moment', async () => {
    const { events } = await start('a', {
      on: atStep('distilled', 7, (run) => {
        run.gate.pause();
        queueMicrotask(() => run.gate.fail(LOST));
      }),
    });
    expect(only('checkpoint', events)).toEqual([]);
    expect(await loadCheckpoint('a')).toBeUndefined();
  });
});
