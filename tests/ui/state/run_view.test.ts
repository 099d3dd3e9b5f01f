import { describe, expect, it } from 'vitest';
import { DEFAULT_RECIPE } from '../../../src/experiment/presets.ts';
import { applyEvent, armStatus, isLive, latestScores, newView, shownArms, viewOfRecord, type RunView } from '../../../src/ui/state/run_view.ts';
import { scoreLines } from '../../../src/ui/state/score_lines.ts';
import { paceText, progressShare, statusText } from '../../../src/ui/state/status_text.ts';
import type { Event } from '../../../src/worker/protocol.ts';
import { record, report, row, scores, script } from '../../browser/ui/fake_lab.ts';

const view = (events: Iterable<Event>): RunView => [...events].reduce(applyEvent, newView('r', DEFAULT_RECIPE));
const FAULT = { code: 'x', where: 'here', expected: 'a', got: 'b', remedy: 'c.' };

describe('applyEvent', () => {
  it('follows a whole run to its table', () => {
    const done = view(script('r'));
    expect(done.state).toBe('done');
    expect(isLive(done)).toBe(false);
    expect(done.rows.map((r) => r.arm)).toEqual(['teacher', 'distilled', 'finetuned', 'initialised', 'random', 'majority']);
    expect(shownArms(done).map((arm) => armStatus(done, arm))).toEqual(Array(6).fill('done'));
  });

  it('tells waiting, active and done arms apart in the middle', () => {
    const half = view(script('r', 100));
    expect(shownArms(half).map((arm) => armStatus(half, arm))).toEqual(['done', 'active', 'waiting', 'done', 'waiting', 'waiting']);
    expect(statusText(half)).toBe('Student, distilled: step 100 of 315');
    expect(paceText(half)).toBe('7.4 steps/s · 1 min 10 s left in all');
    expect(progressShare(half)).toBeCloseTo(100 / 315, 12);
  });

  it('ignores other runs', () => {
    const before = newView('r', DEFAULT_RECIPE);
    expect(applyEvent(before, { type: 'note', run: 'other', text: 'x' })).toBe(before);
  });

  it('shows an activity until the next step', () => {
    const busy = view([{ type: 'state', run: 'r', state: 'running' }, { type: 'progress', run: 'r', label: 'Tokenising', done: 3, total: 7, secondsLeft: 5 }]);
    expect([statusText(busy), paceText(busy), progressShare(busy)]).toEqual(['Tokenising', 'about 5 s left', 3 / 7]);
    expect(applyEvent(busy, { type: 'step', run: 'r', report: report('distilled', 1) }).activity).toBeUndefined();
  });

  it('fails by a fault of the run, not by one that answers a question', () => {
    expect(view([{ type: 'fault', run: 'r', fault: FAULT }])).toMatchObject({ state: 'failed', fault: FAULT });
    expect(view([{ type: 'fault', run: 'r', id: 3, fault: FAULT }])).toEqual(newView('r', DEFAULT_RECIPE));
  });

  it('replaces evaluations that a continued run repeats', () => {
    const at = (step: number, share: number): Event => ({ type: 'evaluation', run: 'r', arm: 'distilled', step, split: 'tuning', scores: scores('distilled', share) });
    const again = view([at(45, 0.1), at(90, 0.2), at(135, 0.3), at(90, 0.9)]);
    expect(again.evaluations.map((e) => e.step)).toEqual([45, 90]);
    expect(latestScores(again, 'distilled')).toEqual({ scores: scores('distilled', 0.9), final: false });
  });
});

describe('viewOfRecord', () => {
  it('counts a run that nobody runs any more as stopped, with its last arm as the one in work', () => {
    const history = [report('distilled', 1), report('finetuned', 1), report('finetuned', 2)];
    const stopped = viewOfRecord(record(DEFAULT_RECIPE, { state: 'running', arm: 'finetuned', rows: [row('teacher')] }), history);
    expect(stopped.state).toBe('stopped');
    expect(stopped.seen.at(-1)).toBe('finetuned');
    expect(armStatus(stopped, 'teacher')).toBe('done');
  });
});

describe('scoreLines', () => {
  it('draws trained arms by step on tuning rows, and other arms as level lines of dev scores', () => {
    const { steps, lines } = scoreLines(view(script('r', 100)), 'accuracy');
    expect(steps).toEqual([0, 45, 90]);
    expect(lines.map((line) => line.label)).toEqual(['Teacher, dev', 'Distilled', 'Initialised, dev']);
    expect(lines[0]?.values).toEqual([0.942, 0.942, 0.942]);
    expect(lines[1]?.values[0]).toBeNull();
    expect(lines[1]?.values[2]).toBe(scores('distilled', 90 / 315).metrics['accuracy']);
  });
});
