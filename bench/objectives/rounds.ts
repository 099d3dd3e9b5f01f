import type { Host, OpenSide } from '../steps/side.ts';
import type { NamedJob } from './jobs.ts';

/** What one round of some steps took, on average over the steps. */
export interface RoundTimes {
  /** Milliseconds of processor time, and of the clock. */
  readonly processor: number;
  readonly wall: number;
  readonly dispatches: number;
}

/** All rounds of one objective. */
export interface ObjectiveTimes {
  readonly name: string;
  readonly adapter: string;
  readonly rounds: readonly RoundTimes[];
}

export interface ObjectiveRounds {
  readonly rounds: number;
  /** Steps of one round, beside as many that warm up. */
  readonly steps: number;
  tell(line: string): void;
}

/** Opens every job, warms it up, and lets them make their steps in turn, so that all of them see the same other load. */
export async function objectiveRounds(host: Host, jobs: readonly NamedJob[], options: ObjectiveRounds): Promise<ObjectiveTimes[]> {
  const opened: { name: string; side: OpenSide; rounds: RoundTimes[] }[] = [];
  try {
    for (const { name, job } of jobs) {
      const side = await host.open(job);
      const { processor } = await timed(side, options.steps);
      opened.push({ name, side, rounds: [] });
      options.tell(`${name}: warm, ${processor.toFixed(0)} ms a step`);
    }
    for (let round = 0; round < options.rounds; round++) {
      for (const { side, rounds } of opened) rounds.push(await timed(side, options.steps));
      options.tell(`round ${round + 1} of ${options.rounds}`);
    }
    return opened.map(({ name, side, rounds }) => ({ name, adapter: side.adapter, rounds }));
  } finally {
    for (const { side } of opened) await side.close();
  }
}

async function timed(side: OpenSide, steps: number): Promise<RoundTimes> {
  const before = await side.processorTime();
  let [wall, dispatches] = [0, 0];
  for (let step = 0; step < steps; step++) {
    const report = await side.step();
    wall += report.wall;
    dispatches += report.dispatches;
  }
  return { processor: ((await side.processorTime()) - before) / steps, wall: wall / steps, dispatches: dispatches / steps };
}
