import { toReport, type FaultReport } from '../../fault/fault.ts';
import type { GivenFile } from '../../worker/protocol.ts';
import type { InspectEvent, SaveTask } from '../../worker/inspector_protocol.ts';
import type { Fetching } from '../state/model_opener.svelte.ts';
import { Pace } from '../../hub/pace.ts';
import type { InspectorPorts } from './inspector.svelte.ts';

/** Writes a model as a Hugging Face folder and hands its files to the browser. */
export class Saver {
  busy = $state(false);
  progress: Fetching | undefined = $state.raw();
  /** What became of the last attempt, for a person. */
  message = $state('');
  fault: FaultReport | undefined = $state.raw();
  #end: (() => void) | undefined;

  constructor(private readonly ports: InspectorPorts) {}

  /** Begins to write; `hand` is given the files when they are ready. */
  save(task: Omit<SaveTask, 'type'>, hand: (files: readonly GivenFile[]) => void): void {
    if (this.busy) return;
    const pace = new Pace(this.ports.now);
    this.#leave('', undefined);
    this.busy = true;
    try {
      this.#end = this.ports.perform({ type: 'save', ...task }, (event) => this.busy && this.#take(event, pace, hand));
    } catch (error) {
      this.#leave('', toReport(error));
    }
  }

  stop(): void {
    if (!this.busy) return;
    this.#end?.();
    this.#leave('Stopped.', undefined);
  }

  /** Forgets what became of the last attempt, unless one goes on. */
  clear(): void {
    if (!this.busy) this.#leave('', undefined);
  }

  #take(event: InspectEvent, pace: Pace, hand: (files: readonly GivenFile[]) => void): void {
    if (event.type === 'reading') this.progress = { ...event, secondsLeft: pace.secondsLeft(event.file, event.done, event.total) };
    if (event.type === 'fault') this.#leave('', event.fault);
    if (event.type !== 'saved') return;
    hand(event.files);
    this.#leave(event.files.length === 1 ? `${event.files[0]?.name} is saved.` : `${event.files.length} files are saved: put them into one folder.`, undefined);
  }

  #leave(message: string, fault: FaultReport | undefined): void {
    this.busy = false;
    this.progress = undefined;
    this.message = message;
    this.fault = fault;
  }
}
