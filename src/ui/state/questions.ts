import { Fault } from '../../fault/fault.ts';
import type { Event } from '../../worker/protocol.ts';

type Answered = Extract<Event, { type: 'prediction' | 'predictions' | 'exported' }>;
type AnswerOf<Kind extends Answered['type']> = Extract<Answered, { type: Kind }>;

interface Waiting {
  take(event: Answered): boolean;
  fail(fault: Fault): void;
}

/** Commands that are answered by one event with the same id. */
export class Questions {
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;

  /** Sends a command under a fresh id and resolves with its answer; rejects with the Fault that came instead. */
  ask<Kind extends Answered['type']>(kind: Kind, send: (id: number) => void): Promise<AnswerOf<Kind>> {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      const take = (event: Answered): boolean => {
        if (!isKind(event, kind)) return false;
        resolve(event);
        return true;
      };
      this.#waiting.set(id, { take, fail: reject });
      send(id);
    });
  }

  /** Hands an event to the question that it answers; false when it answers none. */
  answer(event: Event): boolean {
    if (event.type !== 'prediction' && event.type !== 'predictions' && event.type !== 'exported' && event.type !== 'fault') return false;
    const waiting = event.id === undefined ? undefined : this.#waiting.get(event.id);
    if (!waiting || event.id === undefined) return false;
    this.#waiting.delete(event.id);
    if (event.type === 'fault') waiting.fail(new Fault(event.fault));
    else return waiting.take(event);
    return true;
  }
}

function isKind<Kind extends Answered['type']>(event: Answered, kind: Kind): event is AnswerOf<Kind> {
  return event.type === kind;
}
