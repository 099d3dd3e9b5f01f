import { Fault } from '../fault/fault.ts';

/** What is remembered of a run's health; a checkpoint holds it. */
export interface HealthState {
  /** Steps (0-based) that were left out, since gradient or loss was not finite. */
  readonly skippedSteps: readonly number[];
  /** Loss of the first step that had a finite one. */
  readonly firstLoss?: number;
  /** Steps in a row, up to the last one, whose loss was far above the first. */
  readonly highInARow?: number;
}

/** What a step gave before its update. */
export interface StepNumbers {
  /** 0-based. */
  readonly step: number;
  readonly terms: Readonly<Record<string, number>>;
  readonly loss: number;
  /** Norm of the whole gradient. */
  readonly norm: number;
}

/** Runs that cannot recover are stopped: this many bad steps in a row, or non-finite gradients in the last hundred steps. */
const IN_A_ROW = 3;
const IN_HUNDRED = 10;

/** A loss this many times above 1 plus the first loss is no training any more. */
const FAR = 100;

/** Watches over a training run: which steps must be left out, and when it must end. */
export class Health {
  readonly #skipped: number[];
  #first: number | undefined;
  #high: number;

  constructor(
    readonly options: { readonly learning_rate: number; readonly max_grad_norm: number },
    saved: HealthState = { skippedSteps: [] },
  ) {
    this.#skipped = [...saved.skippedSteps];
    this.#first = saved.firstLoss;
    this.#high = saved.highInARow ?? 0;
  }

  get state(): HealthState {
    return { skippedSteps: [...this.#skipped], ...(this.#first === undefined ? {} : { firstLoss: this.#first }), highInARow: this.#high };
  }

  /**
   * True when the step's gradient and loss are finite, so that the update may be made.
   *
   * Fault `diverged` when it was not 3 times in a row or 10 times in 100 steps, or when the loss was 3 times in a row
   * above 100·(1 + first loss).
   */
  admits(numbers: StepNumbers): boolean {
    if (!Number.isFinite(numbers.norm + numbers.loss)) {
      this.#skip(numbers);
      return false;
    }
    this.#first ??= numbers.loss;
    const limit = FAR * (1 + Math.abs(this.#first));
    this.#high = Math.abs(numbers.loss) > limit ? this.#high + 1 : 0;
    if (this.#high >= IN_A_ROW) throw this.#diverged(numbers, `a loss below ${limit.toPrecision(3)}, a hundred times the first`, `${numbers.loss.toPrecision(4)} (${listed(numbers)}), for the third time in a row`);
    return true;
  }

  #skip(numbers: StepNumbers): void {
    const { step } = numbers;
    this.#skipped.push(step);
    const recent = this.#skipped.filter((other) => other > step - 100).length;
    const inARow = this.#skipped.slice(-IN_A_ROW).every((other, i, last) => other === step - last.length + 1 + i);
    if (recent < IN_HUNDRED && !(this.#skipped.length >= IN_A_ROW && inARow)) return;
    throw this.#diverged(numbers, 'a finite gradient', `one that is not (loss terms: ${listed(numbers)}), ${recent} times in the last 100 steps`);
  }

  #diverged({ step }: StepNumbers, expected: string, got: string): Fault {
    const { learning_rate, max_grad_norm } = this.options;
    const clipping = max_grad_norm > 0 ? '' : ', and with clipping on';
    return new Fault({
      code: 'diverged',
      where: `step ${step + 1}`,
      expected,
      got,
      remedy: `Start a new run with a learning rate lower than ${learning_rate}${clipping}; what this run saved before is finite and stays.`,
    });
  }
}

function listed({ terms }: StepNumbers): string {
  return Object.entries(terms).map(([name, value]) => `${name} ${Number.isFinite(value) ? value.toPrecision(4) : value}`).join(', ');
}
