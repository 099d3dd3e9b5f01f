import type { CorpusEvent, CorpusPhase } from './corpus_protocol.ts';

/** Milliseconds between two events. */
const TELL = 150;

/** Counts bytes and tells them now and then. */
export class CorpusMeter {
  readonly #began: number;
  #told: number;
  #done = 0;
  #text = 0;

  /** `total`: bytes to be done; `now` gives milliseconds. */
  constructor(private readonly phase: CorpusPhase, private readonly total: number, private readonly now: () => number, private readonly tell: (event: CorpusEvent) => void) {
    this.#began = this.#told = now();
    this.#report();
  }

  /** Bytes that are done. */
  readonly read = (bytes: number): void => {
    this.#done += bytes;
    if (this.now() - this.#told < TELL && this.#done < this.total) return;
    this.#told = this.now();
    this.#report();
  };

  /** Bytes of text that were worked through. */
  readonly worked = (bytes: number): void => {
    this.#text += bytes;
  };

  get text(): number {
    return this.#text;
  }

  get seconds(): number {
    return (this.now() - this.#began) / 1000;
  }

  #report(): void {
    this.tell({ type: 'progress', phase: this.phase, done: this.#done, total: this.total, text: this.#text, seconds: this.seconds });
  }
}
