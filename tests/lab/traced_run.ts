import type { Recipe } from '../../src/experiment/recipe.ts';
import { packState, unpackState } from '../../src/lab/checkpoint.ts';
import type { LabEvent } from '../../src/lab/events.ts';
import { Experiment } from '../../src/lab/experiment.ts';
import type { ExperimentState } from '../../src/lab/experiment_state.ts';
import type { Session } from '../../src/lab/session.ts';
import { smallRecipe, smallSession } from './small_session.ts';

class StopHere extends Error {}

/** Everything that must be the same in two equal runs. */
export interface Trace {
  readonly losses: string[];
  readonly rows: string;
  readonly state: ExperimentState;
  readonly events: readonly LabEvent[];
  /** Times that the gate was passed. */
  readonly visits: number;
}

export interface TraceOptions {
  readonly recipe?: Recipe;
  readonly session?: Session;
  readonly saved?: ExperimentState;
  /** Stops the run at this visit to the gate. */
  readonly visits?: number;
  /** A clock in milliseconds; without one no time passes. */
  readonly now?: () => number;
}

/** Runs from a state (or from the start) until the end, or until the given number of visits to the gate. */
export async function traced({ recipe = smallRecipe(), session = smallSession(), saved, visits = Infinity, now = () => 0 }: TraceOptions = {}): Promise<Trace> {
  const losses: string[] = [];
  const events: LabEvent[] = [];
  let seen = 0;
  let state: ExperimentState | undefined;
  const surroundings = {
    now,
    emit: (event: LabEvent) => {
      events.push(event);
      if (event.type === 'step') losses.push(`${event.report.arm} ${event.report.step} ${event.report.loss} ${event.report.grad_norm} ${event.report.learning_rate}`);
    },
    gate: async () => {
      if (++seen < visits) return;
      state = await experiment.save();
      throw new StopHere();
    },
    keepTeacher: async () => undefined,
  };
  const experiment: Experiment = new Experiment(recipe, session, surroundings, saved);
  try {
    await experiment.run();
    state = await experiment.save();
  } catch (error) {
    if (!(error instanceof StopHere)) throw error;
  }
  return { losses, rows: JSON.stringify(experiment.rows.map(({ arm, parameters, scores }) => ({ arm, parameters, scores }))), state: state!, events, visits: seen };
}

/** Stops at a visit to the gate, stores the state as a checkpoint does, and runs the rest: the losses of both parts, and the rows. */
export async function interrupted(options: TraceOptions & { readonly visits: number }): Promise<Pick<Trace, 'losses' | 'rows'>> {
  const first = await traced(options);
  const { state, tensors } = packState(first.state);
  const { visits: _stopped, ...whole } = options;
  const rest = await traced({ ...whole, saved: unpackState(JSON.parse(JSON.stringify(state)), tensors) });
  return { losses: [...first.losses, ...rest.losses], rows: rest.rows };
}
