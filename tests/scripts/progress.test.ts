import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isStale } from '../../scripts/build_app.ts';
import { deviceLine, duration, progressOn, stepLine } from '../../scripts/progress.ts';
import { resultTable } from '../../scripts/result_table.ts';
import type { Arm, Event, ResultRow, StepReport } from '../../src/worker/protocol.ts';

const report = (step: number, arm: Arm = 'distilled'): StepReport => ({
  arm, step, steps: 13, epoch: 0, loss: 0.6125, terms: { ce: 0.7, kd: 0.525 }, learning_rate: 2.9e-4, grad_norm: 1, stepsPerSecond: 8.13, secondsLeft: 72,
});
const stepEvent = (step: number, arm?: Arm): Event => ({ type: 'step', run: 'r', report: report(step, arm) });

function recorder(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, columns: 200, written, write: (text: string) => written.push(text) };
}

it('says step of steps, each term, learning rate, speed and time left', () => {
  expect(stepLine(report(5))).toBe('student distilled  step 5 of 13  loss 0.613 (ce 0.700, kd 0.525)  lr 2.9e-4  8.1 steps/s  1 min 12 s left');
});

it('says which backend runs and why', () => {
  const device = { backend: 'wasm', adapter: 'SIMD', reason: 'the only adapter is software.', remedy: 'Use a GPU.' } as const;
  expect(deviceLine(device)).toBe('Backend: wasm (SIMD): the only adapter is software. Use a GPU.');
  expect(deviceLine({ ...device, reason: 'asked for', remedy: '' })).toBe('Backend: wasm (SIMD): asked for.');
});

it.each([[0, '0 s'], [59.4, '59 s'], [59.6, '1 min 0 s'], [3599, '59 min 59 s'], [7500, '2 h 5 min'], [NaN, 'unknown time']])('writes %d seconds as %s', (seconds, words) => {
  expect(duration(seconds)).toBe(words);
});

describe('progress', () => {
  it('off a terminal writes a line every five seconds, at each new model, and at the last step', () => {
    let time = 0;
    const stream = recorder(false);
    const progress = progressOn(stream, () => time);
    for (let step = 1; step <= 13; step++) {
      progress.listen(stepEvent(step));
      time += 1000;
    }
    progress.listen(stepEvent(1, 'finetuned'));
    expect(stream.written.map((line) => /^(.*?)  step (\d+)/.exec(line)?.slice(1).join(' '))).toEqual([
      'student distilled 1', 'student distilled 6', 'student distilled 11', 'student distilled 13', 'student finetuned 1',
    ]);
  });

  it('off a terminal passes over what is done in an instant', () => {
    let time = 0;
    const stream = recorder(false);
    const progress = progressOn(stream, () => time);
    const loading = (done: number): Event => ({ type: 'progress', run: 'r', label: 'Loading', done, total: 7, secondsLeft: 2 });
    progress.listen(loading(0));
    progress.listen(loading(7));
    time = 5000;
    progress.listen(loading(2));
    expect(stream.written).toEqual(['Loading  28 %  2 s left\n']);
  });

  it('on a terminal writes over one line, and leaves it for whole sentences', () => {
    const stream = recorder(true);
    const progress = progressOn(stream);
    progress.listen(stepEvent(1));
    progress.listen(stepEvent(2));
    progress.listen({ type: 'note', run: 'r', text: 'Teacher loaded.' });
    progress.end();
    expect(stream.written.filter((text) => text.startsWith('\r'))).toHaveLength(2);
    expect(stream.written.slice(-2)).toEqual(['\n', 'Teacher loaded.\n']);
  });
});

it('sets the scores of all models in one table', () => {
  const row = (arm: Arm, parameters: number, accuracy: number, seconds: number): ResultRow => ({
    arm, parameters, seconds, scores: { metrics: { accuracy, f1: 0.5 }, byDepth: [0.9, 0.7], loss: 0.3, examples: 1601 },
  });
  const lines = resultTable([row('teacher', 796_418, 0.9375, 0), row('distilled', 284_418, 0.5, 17.26), row('majority', 0, 0.51, 0)]).split('\n');
  expect(lines[0]).toMatch(/^ +parameters +size +dev accuracy +dev f1 +depth 0 +depth 1 +seconds$/);
  expect(lines[2]).toMatch(/^teacher +796,418 +1\/1\.0 +0\.9375 ± 0\.0060 +0\.5000 +0\.900 +0\.700 +–$/);
  expect(lines[3]).toMatch(/^student distilled +284,418 +1\/2\.8 +0\.5000 ± 0\.0125 .* 17\.3$/);
  expect(lines[4]).toMatch(/^majority class +– +– +0\.5100/);
  expect(new Set(lines.map((line) => line.length)).size).toBe(1);
});

it('knows when the built app is stale', () => {
  const home = mkdtempSync(join(tmpdir(), 'stale-test-'));
  const [source, product] = [join(home, 'src'), join(home, 'dist')];
  mkdirSync(join(source, 'deep'), { recursive: true });
  writeFileSync(join(source, 'deep/a.ts'), '');
  expect(isStale([source], [product])).toBe(true);
  writeFileSync(product, '');
  const at = (path: string, seconds: number) => utimesSync(path, seconds, seconds);
  for (const path of [source, join(source, 'deep'), join(source, 'deep/a.ts')]) at(path, 1000);
  at(product, 1001);
  expect(isStale([source, join(home, 'none')], [product])).toBe(false);
  at(join(source, 'deep/a.ts'), 1002);
  expect(isStale([source], [product])).toBe(true);
  rmSync(home, { recursive: true, force: true });
});
