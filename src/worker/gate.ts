import type { Fault } from '../fault/fault.ts';

/** Thrown through a run that was asked to stop; its checkpoint is written before. */
export class Stopped extends Error {}

/** Longest time between two looks at the messages, in milliseconds. */
const SLICE = 30;

/** Time in which the news of a lost device arrives, in milliseconds. */
const NEWS = 50;

/**
 * The place in a run where messages are answered: lets them through, waits while paused, and throws when the run is to
 * end. WASM training never leaves the thread by itself, so without it no message would arrive.
 */
export class Gate {
  #paused = false;
  #stopping = false;
  #fault?: Fault;
  #wake?: () => void;
  #continued?: () => void;
  #last = performance.now();
  readonly #channel = new MessageChannel();

  get paused(): boolean {
    return this.#paused;
  }

  pause(): void {
    this.#paused = true;
  }

  continue(): void {
    if (!this.#paused || this.#stopping) return;
    this.#continued?.();
    this.#release();
  }

  /** Called once when a pause ends by `continue()`. */
  onContinue(callback: () => void): void {
    this.#continued = () => {
      this.#continued = undefined;
      callback();
    };
  }

  stop(): void {
    this.#stopping = true;
    this.#release();
  }

  /** Ends the run with a fault at the next look, e.g. when the GPU device was lost. */
  fail(fault: Fault): void {
    this.#fault ??= fault;
    this.#release();
  }

  /** Throws the fault that the gate was told, if it was; what was computed before that is not to be trusted. */
  check(): void {
    if (this.#fault) throw this.#fault;
  }

  /** Lets messages through when it is time; `onPause` runs once when a pause begins. */
  async pass(onPause: () => Promise<void>): Promise<void> {
    if (performance.now() - this.#last >= SLICE) await this.#letThrough();
    if (this.#paused) {
      await onPause();
      while (this.#paused) await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    this.check();
    if (this.#stopping) throw new Stopped('the run was stopped');
  }

  /**
   * What made an operation fail: a fault that the gate was told, rather than what it threw.
   *
   * A lost device rejects every pending read with an error of its own, which may come before the news of the loss.
   */
  async causeOf(error: unknown): Promise<unknown> {
    await new Promise((resolve) => setTimeout(resolve, NEWS));
    return this.#fault ?? error;
  }

  #release(): void {
    this.#paused = false;
    this.#wake?.();
  }

  #letThrough(): Promise<void> {
    return new Promise((resolve) => {
      this.#channel.port1.onmessage = () => {
        this.#last = performance.now();
        resolve();
      };
      this.#channel.port2.postMessage(null);
    });
  }
}
