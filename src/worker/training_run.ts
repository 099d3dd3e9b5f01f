import { Fault, toReport } from '../fault/fault.ts';
import type { Recipe } from '../experiment/recipe.ts';
import type { DeviceReport } from '../experiment/run.ts';
import type { LabEvent } from '../lab/events.ts';
import { Experiment } from '../lab/experiment.ts';
import type { ExperimentState } from '../lab/experiment_state.ts';
import { prepare } from '../lab/prepare.ts';
import type { Session } from '../lab/session.ts';
import type { Shelf } from '../lab/sources.ts';
import { withRunLock } from '../store/locks.ts';
import { getRun } from '../store/runs.ts';
import { Gate, Stopped } from './gate.ts';
import type { Event, GivenFiles } from './protocol.ts';
import { RunWriter } from './run_writer.ts';
import { keepModel, keptModel, runModel, storedState } from './stored_models.ts';

export interface RunOptions {
  readonly run: string;
  readonly recipe: Recipe;
  readonly files: GivenFiles;
  readonly baseUrl: string;
  readonly device: DeviceReport;
  emit(event: Event): void;
}

/** Where the worker finds models and files for a run. */
export function shelfFor(options: Pick<RunOptions, 'baseUrl' | 'files'>, emit: (event: LabEvent) => void): Shelf {
  return {
    baseUrl: options.baseUrl,
    given: options.files,
    now: () => performance.now(),
    emit,
    stored: async (key) => (await keptModel(key)) ?? (await studentOf(key)),
  };
}

async function studentOf(run: string): ReturnType<Shelf['stored']> {
  const weights = await runModel(run);
  return weights && { weights, tokenizerFiles: new Map() };
}

/** One run in this worker, from its first message to its last. */
export class TrainingRun {
  readonly gate = new Gate();
  session?: Session;
  experiment?: Experiment;
  #writer?: RunWriter;

  constructor(readonly options: RunOptions) {}

  /** Runs to the end, a stop or a fault; each is told as a `state` event, a fault also as a `fault` event. */
  async start(): Promise<void> {
    const { run } = this.options;
    try {
      await withRunLock(run, () => this.#run());
    } catch (error) {
      if (error instanceof Stopped) this.#tell({ type: 'state', run, state: 'stopped' });
      else await this.#fail(error);
    }
  }

  async #run(): Promise<void> {
    const { run, recipe, device } = this.options;
    const stored = await storedState(run);
    if (stored) await this.#checkRecipe();
    if (stored?.warning) this.#tell({ type: 'note', run, text: stored.warning });
    this.#writer = await RunWriter.open(run, recipe, device, stored?.generation ?? 0, 'teacher');
    this.#tell({ type: 'state', run, state: 'running' });
    const pass = () => this.gate.pass(() => this.#pause());
    const shelf = shelfFor(this.options, (event) => this.#hear(event));
    this.session = await prepare(recipe, shelf, pass);
    this.experiment = this.#experiment(this.session, stored?.state);
    if (stored) this.#tell({ type: 'results', run, rows: this.experiment.rows });
    await this.experiment.run();
    await this.#save('done');
    this.#tell({ type: 'state', run, state: 'done' });
  }

  #experiment(session: Session, saved: ExperimentState | undefined): Experiment {
    const { recipe } = this.options;
    return new Experiment(recipe, session, {
      now: () => performance.now(),
      emit: (event) => this.#hear(event),
      gate: () => this.#gate(),
      keepTeacher: async (weights) => {
        if (recipe.teacher.kind === 'bundled') await keepModel(recipe.teacher.name, weights, session.tokenizer);
      },
    }, saved);
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
    if (this.experiment) await this.#save('paused');
    this.#tell({ type: 'state', run, state: 'paused' });
    this.gate.onContinue(() => this.#tell({ type: 'state', run, state: 'running' }));
  }

  async #save(state: 'running' | 'paused' | 'stopped' | 'done'): Promise<void> {
    if (!this.experiment || !this.#writer) return;
    const { arm, step } = this.experiment.position;
    try {
      const bytes = await this.#writer.save(this.experiment, state);
      this.#tell({ type: 'checkpoint', run: this.options.run, arm, step, bytes });
    } catch (error) {
      // A full disk must not end the training: what cannot be saved is told, and tried again later.
      if (!(error instanceof Fault) || error.code !== 'storage-full') throw error;
      this.#tell({ type: 'note', run: this.options.run, text: `Not saved since the last checkpoint: ${error.message}` });
    }
  }

  async #fail(error: unknown): Promise<void> {
    const { run } = this.options;
    const fault = toReport(error);
    await this.#writer?.settle('failed', this.experiment?.rows, fault.got).catch(() => undefined);
    this.#tell({ type: 'fault', run, fault });
    this.#tell({ type: 'state', run, state: 'failed' });
  }

  /** A run is continued with its own recipe or not at all. */
  async #checkRecipe(): Promise<void> {
    const before = (await getRun(this.options.run))?.recipe;
    const changed = before ? differences(before, this.options.recipe) : [];
    if (changed.length === 0) return;
    throw new Fault({ code: 'recipe-changed', where: `run ${this.options.run}`, expected: 'the recipe that the run began with', got: `other values of ${changed.join(', ')}`, remedy: 'Continue with the old recipe, or start a new run.' });
  }

  #hear(event: LabEvent): void {
    if (event.type === 'step') this.#writer?.step(event.report);
    if (event.type !== 'arm-done') this.#tell({ ...event, run: this.options.run });
  }

  #tell(event: Event): void {
    this.options.emit(event);
  }
}

/** Names of the top-level fields in which two recipes differ. */
function differences(a: Recipe, b: Recipe): string[] {
  const fields = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof Recipe>;
  return [...fields].filter((field) => JSON.stringify(a[field]) !== JSON.stringify(b[field]));
}
