import { USUAL_PLAN, type SamplePlan } from '../../corpus/sample_plan.ts';
import { toReport, type FaultReport } from '../../fault/fault.ts';
import { SampleStore, watchSamples, type SampleSet, type SampleSets } from '../../store/samples.ts';
import { requestPersistence, storageUsage, type StorageUsage } from '../../store/usage.ts';
import { corpusInWorker } from '../../worker/corpus_client.ts';
import type { CorpusEvent, CorpusTask } from '../../worker/corpus_protocol.ts';
import type { GivenFile } from '../../worker/protocol.ts';
import { downloadBlob } from '../state/download.ts';
import type { Editable } from '../state/settings.ts';
import { planProblems } from './plan_fields.ts';
import { doneSentence, folderName } from './words.ts';

/** What making samples needs of the world. */
export interface TextPorts {
  /** Begins a task; returns what ends it at once. */
  readonly perform: (task: CorpusTask, tell: (event: CorpusEvent) => void) => () => void;
  readonly store: Pick<SampleStore, 'list' | 'delete'>;
  readonly watch: (changed: () => void) => () => void;
  readonly usage: () => Promise<Pick<StorageUsage, 'used' | 'quota' | 'persisted'>>;
  readonly persist: () => Promise<boolean>;
  readonly hand: (file: GivenFile) => void;
}

/** A worker for each task, and this browser's own store. */
const REAL: TextPorts = {
  perform: corpusInWorker,
  store: new SampleStore(),
  watch: watchSamples,
  usage: () => storageUsage(),
  persist: requestPersistence,
  hand: (file) => downloadBlob(file.name, file.blob),
};

const EMPTY: FaultReport = { code: 'EmptyFile', where: 'the files of the text', expected: 'files of text', got: 'an empty folder', remedy: 'Give another folder, or the files themselves.' };

type Progress = Extract<CorpusEvent, { type: 'progress' }>;

/** A vocabulary of some files, among which the tokenizer's are found. */
export interface OfferedVocabulary {
  readonly name: string;
  readonly files: readonly GivenFile[];
}

/** The task in work. */
export interface Job {
  readonly type: CorpusTask['type'];
  readonly set: string;
  readonly title: string;
  readonly progress?: Progress;
}

/** Texts and the samples that are made of them; it outlives its view, so that a making goes on while another is shown. */
export class Texts {
  stored: SampleSets = $state.raw({ sets: [], unreadable: [] });
  usage: Pick<StorageUsage, 'used' | 'quota' | 'persisted'> | undefined = $state.raw();
  /** Files of text that were given. */
  files: readonly GivenFile[] = $state.raw([]);
  name = $state('');
  plan: Editable<SamplePlan> = $state({ ...USUAL_PLAN });
  /** A vocabulary of the person's own in place of the bundled one. */
  own: OfferedVocabulary | undefined = $state.raw();
  lowerCase = $state(true);
  job: Job | undefined = $state.raw();
  /** What became of the last task, for a person. */
  message = $state('');
  fault: FaultReport | undefined = $state.raw();
  readonly problems = $derived(planProblems(this.plan));
  #end: (() => void) | undefined;

  constructor(private readonly ports: TextPorts = REAL) {}

  /** Follows the store; returns what stops it. A browser without storage keeps nothing. */
  begin(): () => void {
    const refresh = () => void this.refresh().catch(() => undefined);
    refresh();
    return this.ports.watch(refresh);
  }

  async refresh(): Promise<void> {
    this.stored = await this.ports.store.list();
    this.usage = await this.ports.usage().catch(() => undefined);
  }

  /** Sets that a run can train on. */
  get finished(): readonly SampleSet[] {
    return this.stored.sets.filter(({ state }) => state === 'done');
  }

  get bytes(): number {
    return this.files.reduce((sum, { blob }) => sum + blob.size, 0);
  }

  /** Takes files of text; a set is named after their folder. */
  giveText(files: readonly GivenFile[]): void {
    this.files = files;
    this.name = folderName(files);
    this.message = '';
    this.fault = files.length === 0 ? EMPTY : undefined;
  }

  giveVocabulary(files: readonly GivenFile[]): void {
    this.own = { name: folderName(files), files };
  }

  /** Begins to make samples of the given text as the form says. */
  make(): void {
    const { name, files, own, lowerCase } = this;
    const plan = $state.snapshot(this.plan);
    const vocabulary = own ? { kind: 'files' as const, ...own, lowerCase } : { kind: 'bundled' as const };
    this.#perform({ type: 'make', set: crypto.randomUUID(), name: name.trim() || folderName(files), files, plan, vocabulary }, `Making samples of ${name}`);
    void this.ports.persist().catch(() => false);
  }

  /** Goes on with a set; the files that are given at the moment are its text, where that was not read to its end. */
  goOn({ id, name }: SampleSet): void {
    this.#perform({ type: 'go-on', set: id, files: this.files }, `Going on with ${name}`);
  }

  /** Takes a folder or an archive of samples into the store. */
  import(files: readonly GivenFile[]): void {
    this.#perform({ type: 'import', set: crypto.randomUUID(), files }, `Importing ${folderName(files)}`);
  }

  export({ id, name }: SampleSet): void {
    this.#perform({ type: 'export', set: id }, `Exporting ${name}`);
  }

  /** Ends the task in work; what was stored of a set stays, and it can go on. */
  stop(): void {
    if (!this.job) return;
    const { type } = this.job;
    this.#end?.();
    this.#leave(type === 'make' || type === 'go-on' ? 'Stopped. What was made is kept: go on with it in the list.' : 'Stopped.', undefined);
  }

  /** Rejects with a Fault, e.g. while another tab makes the set. */
  async remove(id: string): Promise<void> {
    await this.ports.store.delete(id);
    await this.refresh();
  }

  dismiss(): void {
    this.fault = undefined;
  }

  #perform(task: CorpusTask, title: string): void {
    if (this.job) return;
    this.#leave('', undefined);
    const job: Job = { type: task.type, set: task.set, title };
    this.job = job;
    try {
      this.#end = this.ports.perform(task, (event) => this.job?.set === job.set && this.#take(event));
    } catch (error) {
      this.#leave('', toReport(error));
    }
  }

  #take(event: CorpusEvent): void {
    if (event.type === 'progress') this.job = { ...this.job!, progress: event };
    if (event.type === 'fault') this.#leave('', event.fault);
    if (event.type === 'done') this.#leave(doneSentence(event), undefined);
    if (event.type !== 'exported') return;
    this.ports.hand(event.file);
    this.#leave(`${event.file.name} is saved: unpacked, it is a folder for pretrain --shards.`, undefined);
  }

  #leave(message: string, fault: FaultReport | undefined): void {
    this.job = undefined;
    this.message = message;
    this.fault = fault;
    void this.refresh().catch(() => undefined);
  }
}
