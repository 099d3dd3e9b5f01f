import type { FaultReport } from '../../fault/fault.ts';
import { dataPathWords } from '../../experiment/data_path.ts';
import { withEvaluation, type Evaluation } from '../../experiment/evaluations.ts';
import type { Recipe } from '../../experiment/recipe.ts';
import type { Arm, ResultRow, RunState, Scores, StepReport } from '../../experiment/run.ts';
import type { RunRecord } from '../../store/types.ts';
import type { Event } from '../../worker/protocol.ts';
import { plannedArms } from './arms.ts';

/** Anything but training that is going on: loading, generating, evaluating. */
export interface Activity {
  readonly label: string;
  readonly done: number;
  readonly total: number;
  readonly secondsLeft: number;
}

/** All that the page shows of one run, but for the curves; a new value after each event. */
export interface RunView {
  readonly run: string;
  readonly recipe: Recipe;
  /** `starting` until the worker has said anything. */
  readonly state: RunState | 'starting';
  /** Arms in the order in which they were first heard of; the last one is the one in work. */
  readonly seen: readonly Arm[];
  readonly report?: StepReport;
  readonly activity?: Activity;
  readonly evaluations: readonly Evaluation[];
  readonly rows: readonly ResultRow[];
  readonly notes: readonly string[];
  readonly checkpoint?: { readonly arm: Arm; readonly step: number; readonly bytes: number };
  readonly fault?: FaultReport;
}

export type ArmStatus = 'waiting' | 'active' | 'done';

/** A run that nothing has been heard of. */
export function newView(run: string, recipe: Recipe): RunView {
  return { run, recipe, state: 'starting', seen: [], evaluations: [], rows: [], notes: [] };
}

/** The view after an event; events of other runs leave it as it is. */
export function applyEvent(view: RunView, event: Event): RunView {
  if (!('run' in event) || event.run !== view.run) return view;
  switch (event.type) {
    case 'state':
      return { ...view, state: event.state, activity: undefined, fault: event.state === 'running' ? undefined : view.fault };
    case 'progress':
      return { ...view, activity: { label: event.label, done: event.done, total: event.total, secondsLeft: event.secondsLeft } };
    case 'step':
      return { ...view, seen: withArm(view.seen, event.report.arm), report: event.report, activity: undefined };
    case 'evaluation':
      return { ...view, seen: withArm(view.seen, event.arm), activity: undefined, evaluations: withEvaluation(view.evaluations, event) };
    case 'data-path':
      return { ...view, notes: [...view.notes, dataPathWords(event.arm, event)] };
    case 'note':
      return { ...view, notes: [...view.notes, event.text] };
    case 'checkpoint':
      return { ...view, checkpoint: { arm: event.arm, step: event.step, bytes: event.bytes }, activity: undefined };
    case 'snapshot':
      return view;
    case 'results':
      return { ...view, rows: event.rows };
    case 'fault':
      // A fault with an id answers a question (a prediction, an export); the run itself goes on.
      return event.id === undefined ? { ...view, state: 'failed', fault: event.fault, activity: undefined } : view;
  }
}

function withArm(seen: readonly Arm[], arm: Arm): readonly Arm[] {
  return seen.at(-1) === arm ? seen : [...seen.filter((a) => a !== arm), arm];
}

/** Whether the worker is busy with the run. */
export function isLive(view: RunView): boolean {
  return view.state === 'starting' || view.state === 'running' || view.state === 'paused';
}

/** Arms to show: the planned ones, and any other that was heard of. */
export function shownArms(view: RunView): readonly Arm[] {
  const planned = plannedArms(view.recipe);
  return [...planned, ...view.seen.filter((arm) => !planned.includes(arm))];
}

/** Whether an arm has not begun, is in work, or has its result. */
export function armStatus(view: RunView, arm: Arm): ArmStatus {
  const scored = view.rows.some((row) => row.arm === arm);
  if (scored || (view.state === 'done' && view.seen.includes(arm))) return 'done';
  if (!view.seen.includes(arm)) return 'waiting';
  return view.seen.at(-1) === arm && isLive(view) ? 'active' : 'done';
}

/** The latest scores of an arm: its row of the table, or else its last evaluation; `final` when they are of the dev rows. */
export function latestScores(view: RunView, arm: Arm): { readonly scores: Scores; readonly final: boolean } | undefined {
  const row = view.rows.find((r) => r.arm === arm);
  if (row) return { scores: row.scores, final: true };
  const last = view.evaluations.findLast((e) => e.arm === arm);
  return last && { scores: last.scores, final: last.split === 'dev' };
}

/** The view of a stored run, as far as its record tells; a run that nobody runs any more counts as stopped. */
export function viewOfRecord(record: RunRecord, history: readonly StepReport[]): RunView {
  const seen = [...new Set([...history.map((report) => report.arm), ...record.rows.map((row) => row.arm)])];
  const open = record.state === 'running' || record.state === 'paused';
  const current = open || record.state === 'stopped' ? [record.arm] : [];
  return {
    ...newView(record.id, record.recipe),
    state: open ? 'stopped' : record.state,
    seen: [...seen.filter((arm) => !current.includes(arm)), ...current],
    report: history.at(-1),
    rows: record.rows,
    evaluations: record.evaluations ?? [],
    notes: record.note ? [record.note] : [],
  };
}
