import workerUrl from './trainer.worker.ts?worker&url';
import { toReport } from '../fault/fault.ts';
import { trustedWorkerUrl } from '../trusted_url.ts';
import type { Command, Event } from './protocol.ts';

/** What the client posts: the command, and where the page's files lie, which a worker cannot know by itself. */
export interface Envelope {
  readonly baseUrl: string;
  readonly command: Command;
}

/** The page's end of the training worker: sends commands, hears events. */
export class TrainerClient {
  readonly #worker: Worker;
  readonly #listeners = new Set<(event: Event) => void>();
  readonly #baseUrl = new URL(import.meta.env.BASE_URL, document.baseURI).href;

  constructor() {
    this.#worker = new Worker(trustedWorkerUrl(workerUrl), { type: 'module' });
    this.#worker.addEventListener('message', ({ data }: MessageEvent<Event>) => this.#tell(data));
    this.#worker.addEventListener('error', (event) => this.#tell({ type: 'fault', fault: toReport(new Error(event.message || 'the training worker could not be loaded')) }));
  }

  /** Calls back with every event; returns a function that ends it. */
  listen(listener: (event: Event) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  send(command: Command): void {
    const envelope: Envelope = { baseUrl: this.#baseUrl, command };
    this.#worker.postMessage(envelope);
  }

  /** Ends the worker at once, with whatever it was doing. */
  terminate(): void {
    this.#worker.terminate();
    this.#listeners.clear();
  }

  #tell(event: Event): void {
    for (const listener of this.#listeners) listener(event);
  }
}
