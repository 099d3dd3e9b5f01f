import { ARM_INFO } from './arms.ts';
import { duration, speed } from './numbers.ts';
import type { RunView } from './run_view.ts';

const ENDED: Readonly<Partial<Record<RunView['state'], string>>> = {
  starting: 'Starting',
  paused: 'Paused',
  stopped: 'Stopped; it can be continued',
  done: 'Finished',
  failed: 'Failed',
};

/** What a run is doing, in one line: the activity, the step, or how it ended. */
export function statusText(view: RunView): string {
  const { report, activity, state } = view;
  const ended = ENDED[state];
  if (activity && state !== 'done') return activity.label;
  if (ended) return ended;
  if (!report) return 'Preparing';
  return `${ARM_INFO[report.arm].title}: step ${report.step} of ${report.steps}`;
}

/** Speed and time left of the step in work; empty outside training. */
export function paceText({ report, activity, state }: RunView): string {
  if (state !== 'running' && state !== 'starting') return '';
  if (activity) return activity.secondsLeft > 0 ? `about ${duration(activity.secondsLeft)} left` : '';
  return report ? `${speed(report.stepsPerSecond)} · ${duration(report.secondsLeft)} left in all` : '';
}

/** Share of the present activity or of the arm in training that is done, 0 to 1; undefined when unknown. */
export function progressShare({ report, activity, state }: RunView): number | undefined {
  if (state === 'done') return 1;
  if (activity) return activity.total > 0 ? activity.done / activity.total : undefined;
  return report && report.steps > 0 ? report.step / report.steps : state === 'starting' ? undefined : 0;
}
