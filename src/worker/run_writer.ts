import type { Recipe } from '../experiment/recipe.ts';
import type { Arm, DeviceReport, ResultRow, RunState, StepReport } from '../experiment/run.ts';
import { packState } from '../lab/checkpoint.ts';
import type { Experiment } from '../lab/experiment.ts';
import { saveCheckpoint } from '../store/checkpoints.ts';
import { appendHistory } from '../store/history.ts';
import { getRun, putRun } from '../store/runs.ts';
import type { JsonValue, RunRecord } from '../store/types.ts';

/** At most this much work is ever lost. */
const SECONDS_BETWEEN = 60;
const STEPS_BETWEEN = 100;

/** Writes one run to the store: its record, its history and its checkpoints. */
export class RunWriter {
  readonly #history: StepReport[] = [];
  #generation: number;
  #lastSave = performance.now();
  #stepsSince = 0;

  private constructor(
    private record: RunRecord,
    generation: number,
  ) {
    this.#generation = generation;
  }

  /** Begins the record of a new run, or takes up that of an earlier one. */
  static async open(id: string, recipe: Recipe, backend: DeviceReport, generation: number, arm: Arm): Promise<RunWriter> {
    const now = Date.now();
    const fresh: RunRecord = { id, name: recipe.name, recipe, state: 'running', createdAt: now, updatedAt: now, arm, step: 0, steps: 0, rows: [], generation: 0 };
    const record = { ...((await getRun(id)) ?? fresh), state: 'running' as const, backend, updatedAt: now };
    await putRun(record);
    return new RunWriter(record, generation);
  }

  /** Notes a step for the curves. */
  step(report: StepReport): void {
    this.#history.push(report);
    this.#stepsSince += 1;
    this.record = { ...this.record, arm: report.arm, step: report.step, steps: report.steps };
  }

  /** True when the next checkpoint is due. */
  get due(): boolean {
    return this.#stepsSince >= STEPS_BETWEEN || performance.now() - this.#lastSave >= SECONDS_BETWEEN * 1000;
  }

  /** Saves checkpoint, history and record; resolves to the bytes written. */
  async save(experiment: Experiment, state: RunState): Promise<number> {
    const packed = packState(await experiment.save());
    const { arm, step } = experiment.position;
    // Everything in the state is plain JSON; the store checks it again.
    const json = JSON.parse(JSON.stringify({ ...packed.state, arm, step })) as JsonValue;
    const saved = await saveCheckpoint(this.record.id, { state: json, tensors: packed.tensors }, this.#generation || undefined);
    this.#generation = saved.generation;
    this.#lastSave = performance.now();
    this.#stepsSince = 0;
    await appendHistory(this.record.id, this.#history.splice(0));
    await this.settle(state, experiment.rows);
    return saved.bytes;
  }

  /** Rewrites the record alone. */
  async settle(state: RunState, rows: readonly ResultRow[] = this.record.rows, note?: string): Promise<void> {
    this.record = { ...this.record, state, rows, generation: this.#generation, updatedAt: Date.now(), ...(note === undefined ? {} : { note }) };
    await putRun(this.record);
  }
}
