import type { Arm, Scores } from './run.ts';

/** What the evaluation of one model gave at one step: on tuning rows while it trains, on the dev rows at its end. */
export interface Evaluation {
  readonly arm: Arm;
  readonly step: number;
  readonly split: 'tuning' | 'dev';
  readonly scores: Scores;
}

/** A continued run repeats steps: the newer evaluation of an arm replaces those at the same or a later step. */
export function withEvaluation(all: readonly Evaluation[], { arm, step, split, scores }: Evaluation): readonly Evaluation[] {
  return [...all.filter((e) => e.arm !== arm || e.step < step), { arm, step, split, scores }];
}
