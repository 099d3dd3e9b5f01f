import { describe, expect, it } from 'vitest';
import type { Arm, StepReport } from '../../../src/experiment/run.ts';
import { Curves, curvesCsv, sampledIndices } from '../../../src/ui/state/curves.ts';

function step(arm: Arm, step: number, terms: Record<string, number>, loss = step / 10): StepReport {
  return { arm, step, steps: 13, epoch: 0, loss, terms, learning_rate: 0.001, grad_norm: 1.5, stepsPerSecond: 3, secondsLeft: 2 };
}

describe('Curves', () => {
  it('keeps arms apart and leaves gaps for terms that were not there', () => {
    const curves = new Curves();
    curves.append(step('distilled', 1, { ce: 0.7 }));
    curves.append(step('distilled', 2, { ce: 0.6, kd: 0.5 }));
    curves.append(step('finetuned', 1, { ce: 0.9 }));
    curves.append(step('distilled', 3, { kd: 0.4 }));
    expect(curves.arms()).toEqual(['distilled', 'finetuned']);
    expect(curves.columns('distilled')?.terms.get('kd')).toEqual([null, 0.5, 0.4]);
    expect(curves.columns('distilled')?.terms.get('ce')).toEqual([0.7, 0.6, null]);
  });

  it('replaces steps that a continued run repeats', () => {
    const curves = new Curves();
    for (const s of [1, 2, 3, 4]) curves.append(step('random', s, { ce: s }));
    curves.append(step('random', 2, { ce: 22 }, 0.22));
    expect(curves.columns('random')).toMatchObject({ step: [1, 2], loss: [0.1, 0.22] });
    expect(curves.columns('random')?.terms.get('ce')).toEqual([1, 22]);
  });

  it('is written as one table with every term of any arm', () => {
    const curves = new Curves();
    curves.append(step('distilled', 1, { ce: 0.7, kd: 0.3 }));
    curves.append(step('finetuned', 1, { ce: 0.9 }));
    expect(curvesCsv(curves)).toBe(
      'arm,step,loss,ce,kd,learning_rate,grad_norm\ndistilled,1,0.1,0.7,0.3,0.001,1.5\nfinetuned,1,0.1,0.9,,0.001,1.5\n',
    );
  });
});

describe('sampledIndices', () => {
  it('takes all of few', () => expect(sampledIndices(3, 5)).toEqual([0, 1, 2]));
  it('takes first, last and evenly between of many', () => expect(sampledIndices(101, 5)).toEqual([0, 25, 50, 75, 100]));
});
