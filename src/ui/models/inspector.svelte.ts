import type { FaultReport } from '../../fault/fault.ts';
import { toReport } from '../../fault/fault.ts';
import { inspectInWorker } from '../../worker/inspector_client.ts';
import type { InspectedModel, InspectEvent, InspectorTask, InspectSource, MaybeStats } from '../../worker/inspector_protocol.ts';
import type { Fetching } from '../state/model_opener.svelte.ts';
import { Pace } from '../../hub/pace.ts';

/** What the inspector needs of the world. */
export interface InspectorPorts {
  /** Begins a task; returns what ends it at once. */
  readonly perform: (task: InspectorTask, tell: (event: InspectEvent) => void) => () => void;
  readonly now: () => number;
}

/** A worker for each task. */
export const WORKERS: InspectorPorts = { perform: inspectInWorker, now: () => performance.now() };

/** How far the inspection of a model has come. */
export type Phase = 'empty' | 'reading' | 'measuring' | 'done' | 'stopped' | 'failed';

/** The model in view: what it is, and what its tensors hold as far as they were looked at. */
export class Inspector {
  phase: Phase = $state('empty');
  /** What was asked for, for a person. */
  title = $state('');
  source: InspectSource | undefined = $state.raw();
  model: InspectedModel | undefined = $state.raw();
  /** Statistics by the index of the tensor; undefined where it was not looked at yet. */
  stats: readonly (MaybeStats | undefined)[] = $state.raw([]);
  progress: Fetching | undefined = $state.raw();
  fault: FaultReport | undefined = $state.raw();
  #end: (() => void) | undefined;
  #pace: Pace;

  constructor(private readonly ports: InspectorPorts = WORKERS) {
    this.#pace = new Pace(ports.now);
  }

  get busy(): boolean {
    return this.phase === 'reading' || this.phase === 'measuring';
  }

  /** Bytes of all tensors in the file. */
  get bytes(): number {
    return this.model?.tensors.reduce((sum, { bytes }) => sum + bytes, 0) ?? 0;
  }

  /** Inspects another model in place of the one in view. */
  inspect(source: InspectSource, title: string): void {
    this.#end?.();
    this.title = title;
    this.source = source;
    this.phase = 'reading';
    this.model = this.fault = this.progress = undefined;
    this.stats = [];
    this.#pace = new Pace(this.ports.now);
    try {
      this.#end = this.ports.perform({ type: 'inspect', source }, (event) => this.#take(event));
    } catch (error) {
      this.#take({ type: 'fault', fault: toReport(error) });
    }
  }

  /** Ends the inspection; what is known already stays in view. */
  stop(): void {
    if (!this.busy) return;
    this.#end?.();
    this.phase = 'stopped';
    this.progress = undefined;
  }

  #take(event: InspectEvent): void {
    if (!this.busy || event.type === 'saved') return;
    HANDLERS[event.type](this, event as never, this.#pace);
  }
}

type Told = Exclude<InspectEvent['type'], 'saved'>;
type Handlers = { readonly [T in Told]: (inspector: Inspector, event: Extract<InspectEvent, { type: T }>, pace: Pace) => void };

const HANDLERS: Handlers = {
  reading(inspector, { file, done, total }, pace) {
    inspector.progress = { file, done, total, secondsLeft: pace.secondsLeft(file, done, total) };
  },
  model(inspector, { model }) {
    inspector.model = model;
    inspector.stats = model.tensors.map(() => undefined);
    inspector.phase = 'measuring';
    inspector.progress = undefined;
  },
  stats(inspector, { from, stats, bytes }, pace) {
    const all = [...inspector.stats];
    stats.forEach((tensor, i) => (all[from + i] = tensor));
    inspector.stats = all;
    const file = inspector.model?.file ?? '';
    inspector.progress = { file, done: bytes, total: inspector.bytes, secondsLeft: pace.secondsLeft('values', bytes, inspector.bytes) };
  },
  done(inspector) {
    inspector.phase = 'done';
    inspector.progress = undefined;
  },
  fault(inspector, { fault }) {
    inspector.phase = 'failed';
    inspector.progress = undefined;
    inspector.fault = fault;
  },
};
