import type { Line } from '../charts/chart_options.ts';
import { ARM_INFO } from './arms.ts';
import { latestScores, shownArms, type RunView } from './run_view.ts';

/** Scores as lines over the steps. */
export interface ScoreLines {
  readonly steps: readonly number[];
  readonly lines: readonly Line[];
}

/**
 * The headline metric of each arm by step on the tuning rows; an arm that is not trained is a level line at its dev score.
 *
 * Values are fractions (1 = all right); a step at which an arm was not scored is null.
 */
export function scoreLines(view: RunView, metric: string): ScoreLines {
  const watched = view.evaluations.filter((e) => e.split === 'tuning');
  const steps = [...new Set([0, ...watched.map((e) => e.step)])].sort((a, b) => a - b);
  const lines = shownArms(view).flatMap((arm): Line[] => {
    const { short, colour, dash } = ARM_INFO[arm];
    const at = new Map(watched.filter((e) => e.arm === arm).map((e) => [e.step, e.scores.metrics[metric] ?? null]));
    const level = latestScores(view, arm)?.scores.metrics[metric];
    if (at.size === 0) {
      return level === undefined ? [] : [{ label: `${short}, dev`, colour, dash: dash.length > 0 ? dash : [4, 4], values: steps.map(() => level) }];
    }
    return [{ label: short, colour, dash, values: steps.map((step) => at.get(step) ?? null), points: true }];
  });
  return { steps, lines };
}
