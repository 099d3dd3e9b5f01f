import { Fault } from '../fault/fault.ts';
import { withEvaluation, type Evaluation } from '../experiment/evaluations.ts';
import type { Recipe } from '../experiment/recipe.ts';
import type { Arm, DeviceReport, ResultRow, RunState, StepReport } from '../experiment/run.ts';
import { saveCheckpoint } from '../store/checkpoints.ts';
import { appendHistory } from '../store/history.ts';
import { getRun, putRun } from '../store/runs.ts';
import type { Checkpoint, RunRecord } from '../store/types.ts';

/** At most this much work is ever lost. */
const SECONDS_BETWEEN = 60;
const STEPS_BETWEEN = 100;

/** The model that is made first, for a record that has no step yet. */
const FIRST_ARM: Readonly<Record<Recipe['kind'], Arm>> = { distill: 'teacher', 'distill-text': 'teacher', finetune: 'initialised', pretrain: 'pretrained' };

/** A moment of a run, ready to be stored. */
export interface Snapshot {
  readonly checkpoint: Checkpoint;
  readonly rows: readonly ResultRow[];
  readonly arm: Arm;
  readonly step: number;
}

/** What came of an attempt to save: the bytes written, and a sentence for the person where there is something to say. */
export interface SaveReport {
  /** Undefined when nothing could be written. */
  readonly bytes?: number;
  readonly note?: string;
}

/** Faults of the storage that training outlives: what is there stays, and saving is tried again. */
const OUTLIVED: ReadonlySet<string> = new Set(['storage-full', 'write-failed']);

const outlived = (error: unknown): error is Fault => error instanceof Fault && OUTLIVED.has(error.code);

/** Writes one run to the store: its record, its history and its checkpoints. */
export class RunWriter {
  readonly #history: StepReport[] = [];
  #generation: number;
  #lastTry = performance.now();
  #stepsSince = 0;
  /** Where the run was when it was last saved. */
  #savedAt: string;
  #unsaved = false;

  private constructor(
    private record: RunRecord,
    generation: number,
  ) {
    this.#generation = generation;
    this.#savedAt = generation === 0 ? 'its beginning' : `${record.arm}, step ${record.step}`;
  }

  /** Begins the record of a new run, or takes up that of an earlier one; `generation` is that of the loaded checkpoint, or 0. */
  static async open(id: string, recipe: Recipe, backend: DeviceReport, generation: number): Promise<RunWriter> {
    const now = Date.now();
    const fresh: RunRecord = { id, name: recipe.name, recipe, state: 'running', createdAt: now, updatedAt: now, arm: FIRST_ARM[recipe.kind], step: 0, steps: 0, rows: [], generation: 0 };
    const { note: _settled, ...earlier } = (await getRun(id)) ?? fresh;
    const record = { ...earlier, state: 'running' as const, backend, updatedAt: now };
    await putRun(record);
    return new RunWriter(record, generation);
  }

  /** Notes a step for the curves. */
  step(report: StepReport): void {
    this.#history.push(report);
    this.#stepsSince += 1;
    this.record = { ...this.record, arm: report.arm, step: report.step, steps: report.steps };
  }

  /** Notes a score for the curves. */
  evaluation(evaluation: Evaluation): void {
    this.record = { ...this.record, evaluations: withEvaluation(this.record.evaluations ?? [], evaluation) };
  }

  /** True when the next checkpoint is due. */
  get due(): boolean {
    return this.#stepsSince >= STEPS_BETWEEN || performance.now() - this.#lastTry >= SECONDS_BETWEEN * 1000;
  }

  /**
   * Saves checkpoint, history and record.
   *
   * A full disk is reported, not thrown: the next try is due after the usual interval, and the checkpoint before is
   * intact. A storage that was emptied meanwhile is filled anew. Any other Fault of the store is thrown.
   */
  async save({ checkpoint, rows, arm, step }: Snapshot, state: RunState): Promise<SaveReport> {
    this.#lastTry = performance.now();
    this.#stepsSince = 0;
    try {
      const { bytes, renewed } = await this.#checkpoint(checkpoint);
      await this.#appendHistory();
      await this.settle(state, rows);
      return { bytes, ...this.#saved(`${arm}, step ${step}`, renewed) };
    } catch (error) {
      if (!outlived(error)) throw error;
      return this.#notSaved(error, state);
    }
  }

  /** Rewrites the record alone. */
  async settle(state: RunState, rows: readonly ResultRow[] = this.record.rows, note?: string): Promise<void> {
    this.record = { ...this.record, state, rows, generation: this.#generation, updatedAt: Date.now(), ...(note === undefined ? {} : { note }) };
    await putRun(this.record);
  }

  async #checkpoint(content: Checkpoint): Promise<{ bytes: number; renewed: boolean }> {
    const { id } = this.record;
    try {
      const { generation, bytes } = await saveCheckpoint(id, content, this.#generation || undefined);
      this.#generation = generation;
      return { bytes, renewed: false };
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'store-lost') throw error;
      const { generation, bytes } = await saveCheckpoint(id, content);
      this.#generation = generation;
      return { bytes, renewed: true };
    }
  }

  /** What could not be appended is kept for the next try. */
  async #appendHistory(): Promise<void> {
    const reports = [...this.#history];
    await appendHistory(this.record.id, reports);
    this.#history.splice(0, reports.length);
  }

  #saved(place: string, renewed: boolean): { note?: string } {
    const again = this.#unsaved;
    this.#unsaved = false;
    this.#savedAt = place;
    if (renewed) return { note: `The browser’s storage was emptied meanwhile: the run was saved anew at ${place}, with its curves from its last checkpoint on.` };
    return again ? { note: `Saved again: ${place}.` } : {};
  }

  #notSaved({ got, remedy }: Fault, state: RunState): SaveReport {
    const known = this.#unsaved;
    this.#unsaved = true;
    const goesOn = state === 'running' || state === 'paused';
    if (known && state === 'running') return {};
    const outlook = goesOn ? 'Training goes on, and saving is tried again.' : 'What was trained since is lost when the page is closed.';
    return { note: `Not saved since ${this.#savedAt}: ${got}. ${outlook} ${remedy}` };
  }
}
