import { describe, expect, it } from 'vitest';
import { problemOf, shortened, SIZES, transposed } from '../../bench/steps/problem.ts';
import { runRounds } from '../../bench/steps/rounds.ts';
import type { Host, SideName, StepReport } from '../../bench/steps/side.ts';
import { median, printed, summarise } from '../../bench/steps/summary.ts';

/** Sides that lose and take what they are told; `losses` by step, the last one repeats. */
function hostOf(sides: Partial<Record<SideName, { readonly losses: readonly number[]; readonly cost: number }>>, order: string[] = []): Host {
  return {
    description: 'test',
    close: async () => undefined,
    open: async ({ side }) => {
      const { losses, cost } = sides[side]!;
      let steps = 0;
      const step = async (): Promise<StepReport> => {
        order.push(side);
        const loss = losses[Math.min(steps++, losses.length - 1)]!;
        return { loss, wall: steps === 1 ? 3 * cost : cost, javascript: 1, dispatches: 7, submits: 1, peakBytes: 2e6 };
      };
      const shorten = async () => {
        steps = 0;
        return side === 'own-webgpu';
      };
      return { adapter: '', step, shorten, processorTime: async () => steps * cost, close: async () => undefined };
    },
  };
}

const jobs = (...sides: SideName[]) => sides.map((side) => ({ side, size: SIZES.micro }));
const options = { rounds: 3, fewer: {}, repeat: {}, tell: () => undefined };

describe('the benchmark of steps', () => {
  it('lets the sides make their steps in turn', async () => {
    const order: string[] = [];
    const host = hostOf({ 'stock-wasm': { losses: [1], cost: 50 }, 'own-wasm': { losses: [1], cost: 5 } }, order);
    await runRounds(host, jobs('stock-wasm', 'own-wasm'), { ...options, rounds: 2, fewer: { 'stock-wasm': 1 }, repeat: { 'own-wasm': 3 } });
    expect(order).toEqual(['stock-wasm', 'own-wasm', 'stock-wasm', 'own-wasm', 'own-wasm', 'own-wasm', 'own-wasm']);
  });

  it.each([[[1.001, 0.9]], [[1, 0.901]], [[NaN]]])('refuses a side whose losses are %j', async (losses) => {
    const host = hostOf({ 'stock-wasm': { losses, cost: 50 }, 'own-wasm': { losses: [1, 0.9], cost: 5 } });
    await expect(runRounds(host, jobs('stock-wasm', 'own-wasm'), options)).rejects.toThrow(/do not compute the same.*stock-wasm/);
  });

  it('takes ratios round by round, and medians', async () => {
    const host = hostOf({ 'stock-wasm': { losses: [1], cost: 50 }, 'own-wasm': { losses: [1.00005], cost: 5 } });
    const summary = summarise('micro', await runRounds(host, jobs('stock-wasm', 'own-wasm'), options));
    expect(summary.ratios).toEqual([{ side: 'Distill Lab, wasm', against: 'stock tfjs, wasm', median: 10, least: 10, most: 10, rounds: 3 }]);
    expect(summary.rows[1]).toMatchObject({ wall: 5, processor: 5, dispatches: 7, submits: 1, firstStep: 15, firstOverOthers: 3 });
    expect(printed(summary)).toContain('1/10.0 of the processor time of stock tfjs, wasm');
    expect([median([5, 1, 3]), median([4, 1, 3, 2])]).toEqual([3, 2.5]);
  });

  it('sets the first step of another length against the others', async () => {
    const host = hostOf({ 'jax-webgpu': { losses: [1], cost: 50 }, 'own-webgpu': { losses: [1], cost: 5 } });
    const results = await runRounds(host, jobs('jax-webgpu', 'own-webgpu'), { ...options, shorter: 3 });
    expect(results.map(({ shorter }) => shorter?.map(({ wall }) => wall))).toEqual([undefined, [15, 5, 5]]);
    expect(summarise('micro', results).rows.map(({ newKeyOverOthers }) => newKeyOverOthers)).toEqual([undefined, 3]);
    const traced = (javascript: number) => ({ ...results[1]!.first, javascript, traced: true });
    const mixed = { ...results[1]!, steps: [traced(90), traced(60), { ...results[1]!.first, javascript: 3 }], shorter: [traced(80), traced(70), { ...results[1]!.first, javascript: 5 }] };
    expect(summarise('micro', [mixed]).rows[0]!.javascript).toBe(4);
  });

  it.each(Object.values(SIZES))('cuts off half of texts of $length tokens', (size) => {
    const { batch } = problemOf({ ...size, width: 4, heads: 1, feedForward: 4 });
    const short = shortened(batch);
    expect([short.length, short.ids.length]).toEqual([batch.length / 2, batch.ids.length / 2]);
    expect(short.mask.some((real) => real === 1)).toBe(true);
  });

  it('cuts off the ends of texts', () => {
    const { batch } = problemOf(SIZES.tiny);
    const short = shortened(batch);
    expect([short.length, short.ids.length]).toEqual([16, 16 * batch.size]);
    expect(short.ids.slice(16, 32)).toEqual(batch.ids.slice(32, 48));
  });

  it('makes the same problem every time', () => {
    const [one, other] = [problemOf(SIZES.micro), problemOf(SIZES.micro)];
    expect(one.batch).toEqual(other.batch);
    for (const name of ['classifier.weight', 'pooler.dense.bias']) expect(one.student.tensors.get(name)).toEqual(other.student.tensors.get(name));
    expect(one.student.tensors.get('classifier.weight')).not.toEqual(one.teacher.tensors.get('classifier.weight'));
    expect(transposed({ shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) })).toEqual({ shape: [3, 2], data: Float32Array.of(1, 4, 2, 5, 3, 6) });
  });
});
