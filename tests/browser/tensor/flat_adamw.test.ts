import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as tf from '../../../src/tensor/tf.ts';
import type { LabWebGPUBackend } from '../../../src/tensor/backends/webgpu.ts';
import { flatAdamW } from '../../../src/tensor/plan/flat_adamw.ts';
import { openPoisoned, random, relativeL2 } from './gpu_harness.ts';

let checkFaults = () => {};
beforeAll(async () => ({ checkFaults } = await openPoisoned()));
afterEach(() => checkFaults());

/** Parts begin at whole 256 bytes: 64 elements. */
const KINDS = [{ begin: 0, rate: 1, weightDecay: 0.1 }, { begin: 192, rate: 0.3, weightDecay: 0 }, { begin: 256, rate: 0.7, weightDecay: 0.02 }];
const CONSTANTS = { beta1: 0.9, beta2: 0.98, eps: 1e-6 };

describe('AdamW over flat parameters on WebGPU', () => {
  it.each([[1, 0], [7, 2]])('equals float64 at update %i, with %i steps under way before it', async (t, before) => {
    const n = 448;
    const zeros = t === 1;
    const slot = { parameter: random([n], 1), m: zeros ? tf.zeros([n]) : random([n], 2), v: zeros ? tf.zeros([n]) : tf.square(random([n], 3)), gradient: random([n], 4), kinds: KINDS };
    const [p, m, v, g] = (await Promise.all([slot.parameter, slot.m, slot.v, slot.gradient].map((tensor) => tensor.data()))).map((data) => Float64Array.from(data)) as [Float64Array, Float64Array, Float64Array, Float64Array];
    const { beta1, beta2, eps } = CONSTANTS;
    const [rate, factor, known] = [0.01, 0.37, t - 1 - before];
    const corrections = [1, 2, 3].flatMap((i) => [1 - beta1 ** (known + i), 1 - beta2 ** (known + i)]);
    flatAdamW(tf.backend() as LabWebGPUBackend, slot, tf.tensor1d([factor, t]), tf.tensor1d([rate, known, ...corrections]), CONSTANTS);
    const first = m.map((value, i) => value * beta1 + g[i]! * factor * (1 - beta1));
    const second = v.map((value, i) => value * beta2 + (g[i]! * factor) ** 2 * (1 - beta2));
    const kindOf = (i: number) => KINDS.findLast(({ begin }) => begin <= i)!;
    const updated = p.map((value, i) => value - rate * kindOf(i).rate * (first[i]! / (1 - beta1 ** t) / (Math.sqrt(second[i]! / (1 - beta2 ** t)) + eps) + kindOf(i).weightDecay * value));
    for (const [tensor, exact] of [[slot.m, first], [slot.v, second], [slot.parameter, updated]] as const) expect(relativeL2(await tensor.data(), exact)).toBeLessThan(1e-6);
  });

  it('changes nothing where the factor is negative', async () => {
    const slot = { parameter: random([64], 1), m: random([64], 2), v: random([64], 3), gradient: tf.fill([64], NaN), kinds: [KINDS[0]!] };
    const before = await Promise.all([slot.parameter, slot.m, slot.v].map((tensor) => tensor.data().then((data) => [...data])));
    flatAdamW(tf.backend() as LabWebGPUBackend, slot, tf.tensor1d([-1, 5]), tf.tensor1d([0.01, 4, 0.1, 0.02]), CONSTANTS);
    expect(await Promise.all([slot.parameter, slot.m, slot.v].map((tensor) => tensor.data().then((data) => [...data])))).toEqual(before);
  });
});
