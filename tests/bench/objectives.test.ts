import { describe, expect, it } from 'vitest';
import { CHOICES } from '../../bench/objectives/choices.ts';
import { BASELINES, objectiveJobs } from '../../bench/objectives/jobs.ts';
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
      const { terms, keptLogits } = training!;
      const cost = terms.length * (keptLogits ? 1 : 10);
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
    expect(CHOICES.map(({ name }) => name)).toEqual(OBJECTIVES.filter(({ name, needs }) => name !== 'kd' && !needs.maskedLm).map(({ name }) => name));
    expect(CHOICES.find(({ name }) => name === 'minilm')!.terms).toEqual(['kd', 'minilm']);
    expect(CHOICES.find(({ name }) => name === 'ce')!.terms).toEqual(['ce']);
    expect(jobs.map(({ name, job }) => [name, job.training!.keptLogits])).toEqual([[BASELINES.live, false], [BASELINES.kept, true], ['a', true]]);
  });

  it('lets the objectives make their steps in turn, behind a warm-up', async () => {
    const [order, closed]: [string[], string[]] = [[], []];
    const [live, kept, a] = await objectiveRounds(hostOf(order, closed), jobs, { rounds: 2, steps: 3, tell: () => undefined });
    expect(order.join('')).toBe(['kd', 'kd', 'a', 'kd', 'kd', 'a', 'kd', 'kd', 'a'].map((name) => name.repeat(3)).join(''));
    expect([live, kept, a].map((one) => one!.rounds)).toEqual([10, 1, 2].map((cost) => Array(2).fill({ processor: cost, wall: 2 * cost, dispatches: 7 })));
    expect(closed).toEqual(['kd', 'kd', 'a']);
  });

  it('takes ratios round by round', () => {
    const rows = objectiveRows([times(BASELINES.live, 20, 40, 20), times(BASELINES.kept, 10, 20, 10), times('a', 30, 50, 26)]);
    expect(rows[2]).toEqual({ name: 'a', processor: 30, wall: 30, dispatches: 0, overLive: 1.3, overKept: 2.6 });
    expect(objectiveTable(rows)).toContain('| a                         |         30.0 |    30.0 |                        1.30 | 2.60 |          – |');
  });

  it('has the rows and the sizes of the main job', () => {
    const { size, examples = [] } = SCENES['main']!();
    expect([examples.length, size.batch, size.teacherLayers, size.studentLayers]).toEqual([2500, 32, 12, 3]);
    expect(Math.max(...examples.flatMap(({ ids }) => Array.from(ids)))).toBeLessThan(size.vocabulary);
  });
});
