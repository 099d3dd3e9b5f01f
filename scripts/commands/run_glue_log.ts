/** A finetuning as its events tell of it, with the time that its updates and evaluations took. */
import type { LoggedEvaluation, LoggedStep, TrainingLog } from '../../src/experiment/run_glue_results.ts';
import type { Recipe } from '../../src/experiment/recipe.ts';
import type { Event } from '../../src/worker/protocol.ts';

/** Gathers the events of one run; `now` gives milliseconds. */
export class RunGlueLog {
  readonly #steps: LoggedStep[] = [];
  readonly #evaluations: LoggedEvaluation[] = [];
  #seconds = 0;
  #rows = 0;
  #last: number;

  constructor(readonly now: () => number = () => performance.now()) {
    this.#last = now();
  }

  /** Takes the updates and evaluations of the finetuned model. */
  readonly listen = (event: Event): void => {
    const before = this.#last;
    this.#last = this.now();
    if (event.type === 'step' && event.report.arm === 'finetuned') {
      const { step, epoch, loss, learning_rate } = event.report;
      this.#steps.push({ step, epoch, loss, learning_rate });
      this.#seconds += (this.#last - before) / 1000;
    } else if (event.type === 'evaluation' && event.arm === 'finetuned') {
      this.#evaluations.push({ step: event.step, split: event.split, scores: event.scores, seconds: this.#scoring + (this.#last - before) / 1000 });
      this.#scoring = 0;
    } else if (event.type === 'data-path' && event.arm === 'finetuned') {
      this.#rows = event.rows;
    } else if (event.type === 'progress') this.#scoring += (this.#last - before) / 1000;
  };

  /** Seconds since the last update that rows were being scored. */
  #scoring = 0;

  /** What was heard of so far. */
  of(recipe: Recipe): TrainingLog {
    return { recipe, rows: this.#rows, steps: this.#steps, evaluations: this.#evaluations, seconds: this.#seconds };
  }
}
