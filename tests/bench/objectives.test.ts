import { describe, expect, it } from 'vitest';
import { CHOICES } from '../../bench/objectives/choices.ts';
import { BASELINE, liveForm, objectiveJobs } from '../../bench/objectives/jobs.ts';
import { objectiveRounds, type ObjectiveTimes } from '../../bench/objectives/rounds.ts';
import { objectiveRows, objectiveTable } from '../../bench/objectives/summary.ts';
import { SCENES } from '../../bench/objectives/scenes.ts';
import type { Host } from '../../bench/steps/side.ts';
import { OBJECTIVES } from '../../src/distill/objectives/index.ts';

const scene = SCENES['micro']!();
const jobs = objectiveJobs('own-wasm', scene, [{ name: 'a', terms: ['kd', 'a'] }]);

/** Every step of a job costs as many milliseconds as it has terms, ten times that with a teacher in every step. */
function hostOf(order: string[], closed: string[]): Host {
  return {
    description: 'test',
    close: async () => undefined,
    open: async ({ training }) => {
      const { terms, keptTaps } = training!;
      const cost = terms.length * (keptTaps ? 1 : 10);
      let steps = 0;
      return {
        adapter: 'none',
        step: async () => {
          steps += 1;
          order.push(terms.at(-1)!);
          return { loss: 1, wall: 2 * cost, javascript: 1, dispatches: 7, submits: 1, peakBytes: 0 };
        },
        processorTime: async () => steps * cost,
        close: async () => void closed.push(terms.at(-1)!),
      };
    },
  };
}

const times = (name: string, ...processor: number[]): ObjectiveTimes => ({ name, adapter: '', rounds: processor.map((ms) => ({ processor: ms, wall: ms, dispatches: 0 })) });

describe('the benchmark of objectives', () => {
  it('measures every objective of a classifier beside both forms of logit distillation', () => {
    expect(CHOICES.map(({ name }) => name)).toEqual(OBJECTIVES.filter(({ name, needs }) => name !== 'kd' && !needs.maskedLm && !needs.nextSentence).map(({ name }) => name));
    expect(CHOICES.find(({ name }) => name === 'minilm')!.terms).toEqual(['kd', 'minilm']);
    expect(CHOICES.find(({ name }) => name === 'ce')!.terms).toEqual(['ce']);
    expect(jobs.map(({ name, job }) => [name, job.training!.keptLogits, job.training!.keptTaps])).toEqual([[BASELINE, true, true], ['a', true, true], [liveForm(BASELINE), false, false], [liveForm('a'), true, false]]);
    expect(objectiveJobs('own-wasm', scene, [{ name: 'ce', terms: ['ce'] }]).map(({ name }) => name)).toEqual([BASELINE, 'ce', liveForm(BASELINE)]);
  });

  it('lets the objectives make their steps in turn, behind a warm-up', async () => {
    const [order, closed]: [string[], string[]] = [[], []];
    const forms = await objectiveRounds(hostOf(order, closed), jobs, { rounds: 2, steps: 3, tell: () => undefined });
    expect(order.join('')).toBe(['kd', 'a', 'kd', 'a', 'kd', 'a', 'kd', 'a', 'kd', 'a', 'kd', 'a'].map((name) => name.repeat(3)).join(''));
    expect(forms.map((one) => one.rounds)).toEqual([1, 2, 10, 20].map((cost) => Array(2).fill({ processor: cost, wall: 2 * cost, dispatches: 7 })));
    expect(closed).toEqual(['kd', 'a', 'kd', 'a']);
  });

  it('takes ratios round by round', () => {
    const rows = objectiveRows([times(BASELINE, 10, 20, 10), times('ce', 9, 18, 9), times('a', 15, 25, 13), times(liveForm(BASELINE), 20, 40, 20), times(liveForm('a'), 30, 50, 26)]);
    expect(rows.map(({ name, live }) => [name, live !== undefined])).toEqual([[BASELINE, true], ['ce', false], ['a', true]]);
    expect(rows[2]).toEqual({ name: 'a', kept: { processor: 15, wall: 15, dispatches: 0, overKd: 1.3, overLiveKd: 0.65 }, live: { processor: 30, wall: 30, dispatches: 0, overKd: 2.6, overLiveKd: 1.3 } });
    expect(objectiveTable(rows)).toContain('| a         |         15.0 |    15.0 | 1.30 |          – |                      30.0 | 2.60 |                        1.30 |          – |');
  });

  it('has the rows and the sizes of the main job', () => {
    const { size, examples = [] } = SCENES['main']!();
    expect([examples.length, size.batch, size.teacherLayers, size.studentLayers]).toEqual([2500, 32, 12, 3]);
    expect(Math.max(...examples.flatMap(({ ids }) => Array.from(ids)))).toBeLessThan(size.vocabulary);
  });
});
