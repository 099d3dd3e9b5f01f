import { toReport, type FaultReport } from '../../fault/fault.ts';
import type { Recipe } from '../../experiment/recipe.ts';
import type { DeviceReport } from '../../experiment/run.ts';
import type { RunRecord } from '../../store/types.ts';
import type { AskedSplit } from '../../data/split_rows.ts';
import type { DeviceLimits, Event, GivenFile, GivenFiles } from '../../worker/protocol.ts';
import { isLive, newView, viewOfRecord } from './run_view.ts';
import type { RunLibrary, Trainer } from './ports.ts';
import { Questions } from './questions.ts';
import { Session } from './session.svelte.ts';

/** Milliseconds for which events are gathered before the page is drawn anew. */
const GATHER = 200;

/** A run that begins in its turn; with an id it goes on where the store has one of it. */
export interface PlannedRun {
  readonly recipe: Recipe;
  readonly run?: string;
}

/** The page's whole state: the device, the runs, the one in work and the one in view. */
export class Lab {
  device: DeviceReport | undefined = $state.raw();
  /** What the device can hold; nothing is known of it before it is open. */
  limits: DeviceLimits | undefined = $state.raw();
  runs: readonly RunRecord[] = $state.raw([]);
  faults: readonly FaultReport[] = $state.raw([]);
  /** What the browser lost of earlier runs, as a sentence. */
  lost: string | undefined = $state.raw();
  /** The run in view; undefined shows the welcome. */
  shown: Session | undefined = $state.raw();
  /** The run that the worker is busy with, or was last. */
  current: Session | undefined = $state.raw();

  /** Runs that begin when the one in work is done. */
  waiting: readonly PlannedRun[] = $state.raw([]);

  readonly #trainer: Trainer;
  readonly #library: RunLibrary;
  readonly #questions = new Questions();
  #files: GivenFiles = {};
  #gathered: Event[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(trainer: Trainer, library: RunLibrary) {
    this.#trainer = trainer;
    this.#library = library;
  }

  /** Listens to the worker and the store; returns what stops it. */
  begin(): () => void {
    const ends = [
      this.#trainer.listen((event) => this.#take(event)),
      this.#library.watch((runs) => this.#list(runs), (error) => this.report(error)),
    ];
    this.#trainer.send({ type: 'open', backend: 'auto' });
    return () => {
      clearTimeout(this.#timer);
      for (const end of ends) end();
    };
  }

  /** Whether the worker is busy with a run. */
  get busy(): boolean {
    return this.current !== undefined && isLive(this.current.view);
  }

  /** Begins the first of these runs; the others follow as long as each one before is done. */
  startAll(runs: readonly PlannedRun[], files: GivenFiles): void {
    const [first, ...rest] = runs;
    if (!first) return;
    this.waiting = rest;
    this.#files = files;
    this.#startPlanned(first);
  }

  start(recipe: Recipe, files: GivenFiles, run: string = crypto.randomUUID()): void {
    const session = new Session(newView(run, recipe));
    this.current = this.shown = session;
    this.#begin(session.view.run, recipe, files);
    void this.guard(async () => void (await this.#library.persist()));
  }

  /** Goes on with a stored run from its last checkpoint. */
  async resume(record: RunRecord, files: GivenFiles): Promise<void> {
    await this.open(record);
    const session = this.shown;
    if (!session || session.view.run !== record.id) return;
    session.view = { ...session.view, state: 'starting', fault: undefined };
    this.current = session;
    this.#begin(record.id, record.recipe, files);
  }

  command(type: 'pause' | 'continue' | 'stop'): void {
    this.#trainer.send({ type });
  }

  /** Brings a stored run, with its curves and table, into view. */
  async open(record: RunRecord): Promise<void> {
    if (this.current?.view.run === record.id) {
      this.shown = this.current;
      return;
    }
    await this.guard(async () => {
      const history = await this.#library.history(record.id);
      this.shown = new Session(viewOfRecord(record, history), history);
    });
  }

  async remove(record: RunRecord): Promise<void> {
    await this.guard(() => this.#library.remove(record.id));
    if (this.shown?.view.run === record.id) this.shown = undefined;
    if (this.current?.view.run === record.id) this.current = undefined;
  }

  /** Asks teacher and student of a run about a text; rejects with a Fault. */
  predict(run: string, text: string, textPair?: string): Promise<Extract<Event, { type: 'prediction' }>> {
    return this.#questions.ask('prediction', (id) => this.#trainer.send({ type: 'predict', id, run, text, textPair }));
  }

  /** Asks teacher and student of a run about every row of a split; rejects with a Fault. */
  async predictions(run: string, files: GivenFiles, onProgress: (done: number, total: number) => void, split: AskedSplit = 'dev'): Promise<Extract<Event, { type: 'predictions' }>> {
    let asked: number | undefined;
    const end = this.#trainer.listen((event) => {
      if (event.type === 'predicting' && event.id === asked) onProgress(event.done, event.total);
    });
    try {
      return await this.#questions.ask('predictions', (id) => this.#trainer.send({ type: 'predict-all', id: (asked = id), run, files, split }));
    } finally {
      end();
    }
  }

  /** The run's student as the files of a Hugging Face folder; rejects with a Fault. */
  async exported(run: string): Promise<readonly GivenFile[]> {
    const answer = await this.#questions.ask('exported', (id) => this.#trainer.send({ type: 'export', id, run }));
    return answer.files;
  }

  /** Runs a task of the page; what it throws becomes an alert. */
  async guard(task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      this.report(error);
    }
  }

  report(error: unknown): void {
    this.faults = [...this.faults, toReport(error)];
  }

  dismiss(fault: FaultReport): void {
    this.faults = this.faults.filter((other) => other !== fault);
  }

  /** A recipe that names a backend gets it; otherwise the one that was opened with the page. */
  #begin(run: string, recipe: Recipe, files: GivenFiles): void {
    const { backend } = recipe;
    if (backend !== 'auto' && backend !== this.device?.backend) this.#trainer.send({ type: 'open', backend });
    this.#trainer.send({ type: 'start', run, recipe, files });
  }

  #list(runs: readonly RunRecord[]): void {
    this.runs = runs;
    this.lost = this.#library.lost(runs) ?? this.lost;
  }

  /** What names a question that is not asked here belongs to others who listen. */
  #take(event: Event): void {
    if (this.#questions.answer(event) || event.type === 'bench' || event.type === 'predicting' || (event.type === 'fault' && event.id !== undefined)) return;
    this.#gathered.push(this.#addressed(event));
    this.#timer ??= setTimeout(() => this.#show(), GATHER);
  }

  /** A fault that names neither a run nor a question ends the run in work. */
  #addressed(event: Event): Event {
    if (event.type !== 'fault' || event.run !== undefined || !this.busy) return event;
    return { ...event, run: this.current?.view.run };
  }

  #show(): void {
    const events = this.#gathered;
    this.#gathered = [];
    this.#timer = undefined;
    this.current?.apply(events);
    for (const event of events) {
      if (event.type === 'device') [this.device, this.limits] = [event.device, event.limits];
      if (event.type === 'fault' && event.run !== this.current?.view.run) this.faults = [...this.faults, event.fault];
    }
    if (!this.busy) this.#next();
  }

  /** Begins the next of the waiting runs; a run that was stopped or failed ends the row. */
  #next(): void {
    const [next, ...rest] = this.waiting;
    if (!next) return;
    const done = this.current?.view.state === 'done';
    this.waiting = done ? rest : [];
    if (done) this.#startPlanned(next);
  }

  #startPlanned({ recipe, run }: PlannedRun): void {
    const record = this.runs.find(({ id }) => id === run);
    if (record) void this.resume(record, this.#files);
    else this.start(recipe, this.#files, run);
  }
}
