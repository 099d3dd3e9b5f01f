import type { Line } from '../charts/chart_options.ts';
import { ARM_INFO } from './arms.ts';
import { latestScores, shownArms, type RunView } from './run_view.ts';

/** Dev scores as lines over the steps. */
export interface ScoreLines {
  readonly steps: readonly number[];
  readonly lines: readonly Line[];
}

/**
 * The headline metric of each arm by step; an arm that was scored once is a level line.
 *
 * Values are fractions (1 = all right); a step at which an arm was not scored is null.
 */
export function scoreLines(view: RunView, metric: string): ScoreLines {
  const steps = [...new Set([0, ...view.evaluations.map((e) => e.step)])].sort((a, b) => a - b);
  const lines = shownArms(view).flatMap((arm): Line[] => {
    const own = view.evaluations.filter((e) => e.arm === arm);
    const latest = latestScores(view, arm)?.metrics[metric];
    if (latest === undefined) return [];
    const { short, colour, dash } = ARM_INFO[arm];
    if (own.length < 2) return [{ label: short, colour, dash: dash.length > 0 ? dash : [4, 4], values: steps.map(() => latest) }];
    const at = new Map(own.map((e) => [e.step, e.scores.metrics[metric] ?? null]));
    return [{ label: short, colour, dash, values: steps.map((step) => at.get(step) ?? null), points: true }];
  });
  return { steps, lines };
}
