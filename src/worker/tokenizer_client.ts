import { Fault, toReport } from '../fault/fault.ts';
import { encodeHere, type Encode, type EncodingHost, type TextSet } from '../lab/encode.ts';
import type { TokenTable } from '../train/token_table.ts';
import type { TokenizerCommand, TokenizerEvent } from './tokenizer_protocol.ts';

/** Milliseconds between two looks at the gate, and those after which a gate that does not open counts as a pause. */
const LOOK = 50;
const PAUSE = 100;

/** What of a worker is used here. */
export type TokenizerPort = Pick<Worker, 'postMessage' | 'terminate' | 'addEventListener'>;

/**
 * Tokenises in a worker of its own, which ends with the work, while this thread only opens its gate.
 *
 * `start` throws where a worker cannot be had, as within workers of older browsers: then `otherwise` does it, and a note says so.
 */
export function encodeBeside(start: () => TokenizerPort, otherwise: Encode = encodeHere): Encode {
  return async (sets, encoding, host) => {
    const beside = begun(start);
    const tables = typeof beside === 'string' ? beside : await new Work(beside, host).tables(sets, encoding.tokenizer.source, encoding.maxLength);
    if (typeof tables !== 'string') return tables;
    host.note(`Rows are tokenised in the thread that trains, since a worker of their own cannot be had: ${tables}`);
    return otherwise(sets, encoding, host);
  };
}

/** The worker, or why there is none. */
function begun(start: () => TokenizerPort): TokenizerPort | string {
  try {
    return start();
  } catch (error) {
    return toReport(error).got;
  }
}

/** One task in one worker. */
class Work {
  #heard = false;
  #result?: readonly TokenTable[] | string;
  #fault?: Fault;
  #news = () => {};

  constructor(
    readonly worker: TokenizerPort,
    readonly host: EncodingHost,
  ) {
    worker.addEventListener('message', (event) => this.#hear((event as MessageEvent<TokenizerEvent>).data));
    worker.addEventListener('error', (event) => this.#broke((event as ErrorEvent).message));
  }

  /** The tables, or why the worker never began; throws the Fault that ended it, or what the gate throws. */
  async tables(sets: readonly TextSet[], files: ReadonlyMap<string, Uint8Array>, maxLength: number): Promise<readonly TokenTable[] | string> {
    try {
      const texts = sets.map(({ name, texts: rows }) => ({ name, texts: rows.map(({ text, textPair }) => (textPair === undefined ? { text } : { text, textPair })) }));
      this.#post({ type: 'encode', sets: texts, files, maxLength });
      while (this.#result === undefined) {
        await this.#lookOut();
        await this.#passGate();
        if (this.#fault) throw this.#fault;
      }
      return this.#result;
    } finally {
      this.worker.terminate();
    }
  }

  /** Until there is news that ends the work, or for some time. */
  #lookOut(): Promise<void> {
    if (this.#result !== undefined || this.#fault) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, LOOK);
      this.#news = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** While the run is paused the worker waits too. */
  async #passGate(): Promise<void> {
    let held = false;
    const timer = setTimeout(() => {
      held = true;
      this.#post({ type: 'hold' });
    }, PAUSE);
    try {
      await this.host.gate();
    } finally {
      clearTimeout(timer);
    }
    if (held) this.#post({ type: 'go-on' });
  }

  #hear(event: TokenizerEvent): void {
    this.#heard = true;
    if (event.type === 'rows') this.host.onRows(event.set, event.done);
    else if (event.type === 'note') this.host.note(event.text);
    else {
      if (event.type === 'tables') this.#result = event.tables;
      else this.#fault = new Fault(event.fault);
      this.#news();
    }
  }

  /** A worker that says nothing before it breaks was never there. */
  #broke(message: string): void {
    if (this.#heard) this.#fault = new Fault(toReport(new Error(message || 'the tokenizing worker broke')));
    else this.#result = message || 'its script could not be loaded';
    this.#news();
  }

  #post(command: TokenizerCommand): void {
    this.worker.postMessage(command);
  }
}
