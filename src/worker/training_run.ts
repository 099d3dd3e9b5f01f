import { describe, Fault, toReport } from '../fault/fault.ts';
import type { Recipe } from '../experiment/recipe.ts';
import type { DeviceReport, RunState } from '../experiment/run.ts';
import type { LabEvent } from '../lab/events.ts';
import { Experiment } from '../lab/experiment.ts';
import type { ExperimentState } from '../lab/experiment_state.ts';
import { prepare } from '../lab/prepare.ts';
import type { Session } from '../lab/session.ts';
import type { Weights } from '../model/weights.ts';
import { withRunLock } from '../store/locks.ts';
import { getRun } from '../store/runs.ts';
import type { RunRecord } from '../store/types.ts';
import { Gate, Stopped } from './gate.ts';
import type { Event, GivenFiles } from './protocol.ts';
import { checkSameRecipe } from './recipe_change.ts';
import { RunWriter } from './run_writer.ts';
import { shelfFor } from './shelf.ts';
import { keepModel, snapshot, storedState, type StoredState } from './stored_models.ts';

export interface RunOptions {
  readonly run: string;
  readonly recipe: Recipe;
  readonly files: GivenFiles;
  readonly baseUrl: string;
  /** The backend that is open, or is opened now. */
  openDevice(): Promise<DeviceReport>;
  emit(event: Event): void;
  /** What resolves the recipe; a test gives a session of its own. */
  readonly prepare?: typeof prepare;
}

/** One run in this worker, from its first message to its last. */
export class TrainingRun {
  readonly gate = new Gate();
  session?: Session;
  experiment?: Experiment;
  #writer?: RunWriter;

  constructor(readonly options: RunOptions) {}

  /**
   * Runs to the end, a stop or a fault; each is told as a `state` event, a fault also as a `fault` event.
   *
   * They are told last, when the run is free to be continued.
   */
  async start(): Promise<void> {
    const ending = await withRunLock(this.options.run, () => this.#toTheEnd()).catch((error: unknown) => this.#failed(error));
    for (const event of ending) this.#tell(event);
  }

  async #toTheEnd(): Promise<Event[]> {
    const { run } = this.options;
    try {
      await this.#run();
      return [{ type: 'state', run, state: 'done' }];
    } catch (error) {
      return error instanceof Stopped ? [{ type: 'state', run, state: 'stopped' }] : this.#failed(error);
    }
  }

  async #run(): Promise<void> {
    const { run, recipe } = this.options;
    const before = await getRun(run);
    if (before) checkSameRecipe(run, before.recipe, recipe);
    const stored = await storedState(run);
    const device = await this.options.openDevice();
    this.#writer = await RunWriter.open(run, recipe, device, stored?.generation ?? 0);
    this.#tell({ type: 'state', run, state: 'running' });
    if (stored) this.#tellOrigin(stored, before, device);
    this.session = await this.#prepare();
    this.experiment = this.#experiment(this.session, stored?.state);
    if (stored) this.#tell({ type: 'results', run, rows: this.experiment.rows });
    await this.experiment.run();
    await this.#save('done');
  }

  /** Says what a person should know of the checkpoint that the run goes on from. */
  #tellOrigin({ warning }: StoredState, before: RunRecord | undefined, device: DeviceReport): void {
    const { run } = this.options;
    if (warning !== undefined) this.#tell({ type: 'note', run, text: warning });
    const earlier = before?.backend?.backend;
    if (earlier === undefined || earlier === device.backend) return;
    this.#tell({ type: 'note', run, text: `The run began on ${earlier} and goes on with ${device.backend}: from here on its numbers are not those of an uninterrupted run to the last bit.` });
  }

  async #prepare(): Promise<Session> {
    const { recipe, files, baseUrl } = this.options;
    const shelf = shelfFor(baseUrl, files, (event) => this.#hear(event));
    try {
      return await (this.options.prepare ?? prepare)(recipe, shelf, () => this.gate.pass(() => this.#pause()));
    } catch (error) {
      if (error instanceof Stopped) await this.#save('stopped');
      throw error;
    }
  }

  #experiment(session: Session, saved: ExperimentState | undefined): Experiment {
    const surroundings = {
      now: () => performance.now(),
      emit: (event: LabEvent) => this.#hear(event),
      gate: () => this.#gate(),
      keepTeacher: (weights: Weights) => this.#keepTeacher(weights, session),
    };
    return new Experiment(this.options.recipe, session, surroundings, saved);
  }

  async #gate(): Promise<void> {
    if (this.#writer?.due) await this.#save('running');
    try {
      await this.gate.pass(() => this.#pause());
    } catch (error) {
      if (error instanceof Stopped) await this.#save('stopped');
      throw error;
    }
  }

  async #pause(): Promise<void> {
    const { run } = this.options;
    await this.#save('paused');
    this.#tell({ type: 'state', run, state: 'paused' });
    this.gate.onContinue(() => {
      void this.#settle('running');
      this.#tell({ type: 'state', run, state: 'running' });
    });
  }

  async #save(state: RunState): Promise<void> {
    const { experiment, session } = this;
    if (!this.#writer || !experiment || !session) return this.#settle(state);
    const { run } = this.options;
    const now = await snapshot(experiment, session.tokenizer);
    this.gate.check();
    const { bytes, note } = await this.#writer.save(now, state);
    const { arm, step } = now;
    if (bytes !== undefined) this.#tell({ type: 'checkpoint', run, arm, step, bytes });
    if (note !== undefined) this.#tell({ type: 'note', run, text: note });
  }

  /** Rewrites the record of a run that has nothing else to save; the list of runs may be late, but never fails a run. */
  async #settle(state: RunState, note?: string): Promise<void> {
    await this.#writer?.settle(state, this.experiment?.rows, note).catch(() => undefined);
  }

  /** A teacher that cannot be kept is made again by the next run, as is one of a person's own rows. */
  async #keepTeacher(weights: Weights, { tokenizer }: Session): Promise<void> {
    const { run, recipe } = this.options;
    if (recipe.teacher.kind !== 'bundled' || recipe.data.kind !== 'mini-glue') return;
    try {
      await keepModel(recipe.teacher.name, weights, tokenizer);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.#tell({ type: 'note', run, text: `The teacher could not be kept for later runs: ${error.message}` });
    }
  }

  async #failed(error: unknown): Promise<Event[]> {
    const { run } = this.options;
    const fault = toReport(await this.gate.causeOf(error));
    await this.#settle('failed', describe(fault));
    return [{ type: 'fault', run, fault }, { type: 'state', run, state: 'failed' }];
  }

  #hear(event: LabEvent): void {
    if (event.type === 'step') this.#writer?.step(event.report);
    if (event.type === 'evaluation') this.#writer?.evaluation(event);
    if (event.type !== 'arm-done') this.#tell({ ...event, run: this.options.run });
  }

  #tell(event: Event): void {
    this.options.emit(event);
  }
}
