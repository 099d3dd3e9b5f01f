import type { Host, Job, OpenSide, SideName, StepReport } from './side.ts';

/** One step with the processor time that it took. */
export interface Measurement extends StepReport {
  readonly processor: number;
}

/** All measurements of one side at one size. */
export interface SideResult {
  readonly side: SideName;
  readonly adapter: string;
  /** The first step, which compiles what the others use. */
  readonly first: Measurement;
  readonly steps: readonly Measurement[];
  /** Steps on a batch of another length behind them, the first of which makes its plan from compiled kernels; absent where there are no plans. */
  readonly shorter?: readonly Measurement[];
}

/** How far losses may differ from those of the last side, relatively. */
const SAME_LOSS = 1e-4;

export interface RoundOptions {
  readonly rounds: number;
  /** Rounds of single sides, where a step takes minutes. */
  readonly fewer: Partial<Record<SideName, number>>;
  /** Steps that one measurement is the mean of. */
  readonly repeat: Partial<Record<SideName, number>>;
  /** Steps on a batch of another length, behind all rounds, for sides that plan their steps; 0 by default. */
  readonly shorter?: number;
  tell(line: string): void;
}

/**
 * Opens every side, checks that all reach the same losses, and lets them make their steps in turn.
 *
 * The losses of two steps are compared, so the first update is checked too; Error where a side computes something else.
 */
export async function runRounds(host: Host, jobs: readonly Job[], options: RoundOptions): Promise<SideResult[]> {
  const opened: { job: Job; side: OpenSide; first: Measurement; steps: Measurement[] }[] = [];
  try {
    for (const job of jobs) {
      const side = await host.open(job);
      const first = await measured(side, 1);
      opened.push({ job, side, first, steps: [] });
      options.tell(`${job.side}: first step ${seconds(first.wall)}, loss ${first.loss.toPrecision(8)}`);
    }
    compare(opened.map(({ job, first }) => [job.side, first.loss]));
    for (let round = 0; round < options.rounds; round++) {
      for (const { job, side, steps } of opened) {
        if (round >= (options.fewer[job.side] ?? Infinity)) continue;
        steps.push(await measured(side, round === 0 ? 1 : (options.repeat[job.side] ?? 1)));
        options.tell(`${job.side}: ${seconds(steps.at(-1)!.processor)} of processor time`);
      }
      if (round === 0) compare(opened.map(({ job, steps }) => [job.side, steps[0]!.loss]));
    }
    const results: SideResult[] = [];
    for (const { job, side, first, steps } of opened) results.push({ side: job.side, adapter: side.adapter, first, steps, ...(await shorterSteps(side, options.shorter ?? 0)) });
    return results;
  } finally {
    for (const { side } of opened) await side.close();
  }
}

async function shorterSteps(side: OpenSide, count: number): Promise<Pick<SideResult, 'shorter'>> {
  if (count === 0 || !(await side.shorten?.())) return {};
  const shorter: Measurement[] = [];
  for (let i = 0; i < count; i++) shorter.push(await measured(side, 1));
  return { shorter };
}

const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(2)} s`;

/** The mean of some steps; counts and the loss are those of the last one. */
async function measured(side: OpenSide, repeat: number): Promise<Measurement> {
  const before = await side.processorTime();
  const reports: StepReport[] = [];
  for (let i = 0; i < repeat; i++) reports.push(await side.step());
  const processor = ((await side.processorTime()) - before) / repeat;
  const mean = (of: (report: StepReport) => number) => reports.reduce((sum, report) => sum + of(report), 0) / repeat;
  return { ...reports.at(-1)!, wall: mean(({ wall }) => wall), javascript: mean(({ javascript }) => javascript), processor };
}

function compare(losses: readonly (readonly [SideName, number])[]): void {
  const [name, reference] = losses.at(-1)!;
  const far = losses.filter(([, loss]) => !(Math.abs(loss - reference) <= SAME_LOSS * Math.abs(reference)));
  if (far.length === 0) return;
  throw new Error(`the sides do not compute the same: ${name} has a loss of ${reference}, but ${far.map(([side, loss]) => `${side} ${loss}`).join(', ')}`);
}
