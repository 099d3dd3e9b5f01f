/** The history of a pretraining, as its events tell of it. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TrainingArguments } from '../../src/experiment/recipe.ts';
import { NEXT_SENTENCE_ACCURACY } from '../../src/experiment/run.ts';
import { given } from '../../src/experiment/training_values.ts';
import type { Arm, Event } from '../../src/worker/protocol.ts';

/** Models of a run that are trained for their own sake. */
const EXPORTED: readonly Arm[] = ['distilled', 'pretrained'];

/** An update, or a score on watched texts. */
export type LogEntry =
  | { readonly model: Arm; readonly step: number; readonly epoch: number; readonly loss: number; readonly learning_rate: number; readonly samples: number }
  | { readonly model: Arm; readonly step: number; readonly eval_loss: number; readonly eval_accuracy?: number; readonly eval_next_sentence_accuracy?: number };

const FILE = 'log_history.json';

/** Gathers an entry every `printSteps` updates, and all scores; after those of an earlier part of the run. */
export class PretrainingLog {
  readonly #entries: LogEntry[] = [];
  readonly #samples: number;
  /** The first update that was heard of: where a continued run goes on. */
  #first?: number;

  constructor(
    { per_device_train_batch_size: micro, gradient_accumulation_steps: batches = 1 }: Pick<TrainingArguments, 'per_device_train_batch_size' | 'gradient_accumulation_steps'>,
    readonly printSteps = 100,
    readonly earlier: readonly LogEntry[] = [],
  ) {
    this.#samples = micro * batches;
  }

  readonly listen = (event: Event): void => {
    if (event.type === 'step' && EXPORTED.includes(event.report.arm)) {
      const { arm: model, step, epoch, loss, learning_rate } = event.report;
      this.#first ??= step;
      if (step % this.printSteps === 0) this.#entries.push({ model, step, epoch, loss, learning_rate, samples: step * this.#samples });
    } else if (event.type === 'evaluation' && event.split === 'tuning') {
      const { arm: model, step, scores: { loss: eval_loss, metrics } } = event;
      this.#entries.push({ model, step, eval_loss, ...given({ eval_accuracy: metrics['accuracy'], eval_next_sentence_accuracy: metrics[NEXT_SENTENCE_ACCURACY] }) });
    }
  };

  /** Whether an update was heard of. */
  get began(): boolean {
    return this.#first !== undefined;
  }

  /** All entries; what a continued run repeats stands once. */
  get entries(): readonly LogEntry[] {
    return [...this.earlier.filter(({ step }) => step < (this.#first ?? Infinity)), ...this.#entries];
  }

  /** Writes `log_history.json` into the folder of a run. */
  write(folder: string): void {
    writeFileSync(join(folder, FILE), `${JSON.stringify(this.entries, null, 2)}\n`);
  }
}

/** The entries of an earlier part of a run; none where its folder has no history. */
export function earlierEntries(folder: string): readonly LogEntry[] {
  const path = join(folder, FILE);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as LogEntry[]) : [];
}
