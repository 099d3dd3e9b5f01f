import * as tf from '../tensor/tf.ts';
import { Fault } from '../fault/fault.ts';
import { squareNorm } from '../tensor/kernels/square_norm.ts';
import { AdamW, clipScale, type AdamWOptions, type OptimizerState } from './optimizer.ts';
import { linearSchedule } from './schedule.ts';

/** What the loop needs to know of a training job; it knows nothing of tasks, text or storage. */
export interface TrainingJob {
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  readonly options: AdamWOptions & { readonly learning_rate: number; readonly warmup_ratio: number; readonly max_grad_norm: number };
  /** Updates in all. */
  readonly steps: number;
  /** The named, weighted loss terms of step `step` (0-based); everything within is differentiated. */
  losses(step: number): Record<string, tf.Scalar>;
}

/** One finished step. */
export interface StepEvent {
  /** Steps done, 1-based. */
  readonly step: number;
  readonly loss: number;
  readonly terms: Readonly<Record<string, number>>;
  readonly learning_rate: number;
  readonly grad_norm: number;
  /** True when the gradient was not finite, so nothing was updated. */
  readonly skipped: boolean;
}

/** What a checkpoint needs to continue the loop, beside the parameters. */
export interface LoopState {
  readonly step: number;
  readonly optimizer: OptimizerState;
  readonly skippedSteps: readonly number[];
}

/** Runs that cannot recover are stopped: this many non-finite gradients in a row, or in the last hundred steps. */
const MAX_IN_A_ROW = 3;
const MAX_IN_HUNDRED = 10;

/** A training run that is advanced step by step; the same job gives the same bits on the same backend. */
export class TrainingLoop {
  readonly #optimizer: AdamW;
  readonly #skipped: number[];
  #step: number;

  constructor(
    readonly job: TrainingJob,
    saved?: LoopState,
  ) {
    this.#optimizer = new AdamW(job.parameters, job.options, saved?.optimizer);
    this.#step = saved?.step ?? 0;
    this.#skipped = [...(saved?.skippedSteps ?? [])];
  }

  get step(): number {
    return this.#step;
  }

  get finished(): boolean {
    return this.#step >= this.job.steps;
  }

  /**
   * Makes one step: forward, backward, clipping, update.
   *
   * A gradient that is not finite is skipped (parameters, moments and their count stay as they were); Fault
   * `diverged` when that happens 3 times in a row or 10 times in 100 steps.
   */
  async next(): Promise<StepEvent> {
    const { job } = this;
    const learning_rate = linearSchedule({ ...job.options, total: job.steps }, this.#step);
    const { terms, gradients } = differentiate(job, this.#step);
    const { values, norm } = await readBack(terms, gradients);
    const skipped = !Number.isFinite(norm);
    if (skipped) this.#recordSkip(values);
    else this.#optimizer.update(gradients, learning_rate, clipScale(norm, job.options.max_grad_norm));
    tf.dispose([...gradients.values(), ...Object.values(terms)]);
    this.#step += 1;
    const loss = Object.values(values).reduce((sum, value) => sum + value, 0);
    return { step: this.#step, loss, terms: values, learning_rate, grad_norm: norm, skipped };
  }

  /** The state in main memory, to be stored beside the parameters. */
  async save(): Promise<LoopState> {
    return { step: this.#step, optimizer: await this.#optimizer.save(), skippedSteps: [...this.#skipped] };
  }

  dispose(): void {
    this.#optimizer.dispose();
  }

  #recordSkip(values: Readonly<Record<string, number>>): void {
    this.#skipped.push(this.#step);
    const recent = this.#skipped.filter((step) => step > this.#step - 100).length;
    const inARow = this.#skipped.slice(-MAX_IN_A_ROW).every((step, i, last) => step === this.#step - last.length + 1 + i);
    if (recent < MAX_IN_HUNDRED && !(this.#skipped.length >= MAX_IN_A_ROW && inARow)) return;
    throw new Fault({
      code: 'diverged',
      where: `step ${this.#step + 1}`,
      expected: 'a finite gradient',
      got: `a gradient that is not finite (${Object.entries(values).map(([name, value]) => `${name} ${value}`).join(', ')}), ${recent} times in the last 100 steps`,
      remedy: `Lower the learning rate (now ${this.job.options.learning_rate}) or switch clipping on; the last checkpoint is finite and can be continued.`,
    });
  }
}

/** Loss terms and gradients by parameter name; parameters that the loss does not depend on have none. */
function differentiate(job: TrainingJob, step: number): { terms: Record<string, tf.Scalar>; gradients: Map<string, tf.Tensor> } {
  let terms: Record<string, tf.Scalar> = {};
  const names = new Map([...job.parameters].map(([name, variable]) => [variable.name, name]));
  const { value, grads } = tf.variableGrads(() => {
    terms = job.losses(step);
    for (const term of Object.values(terms)) tf.keep(term);
    return Object.values(terms).reduce<tf.Scalar>((sum, term) => tf.add(sum, term), tf.scalar(0));
  }, [...job.parameters.values()]);
  value.dispose();
  const gradients = new Map<string, tf.Tensor>();
  for (const [variable, gradient] of Object.entries(grads)) if (gradient) gradients.set(names.get(variable)!, gradient);
  return { terms, gradients };
}

/** One read of everything that a person sees of a step: the terms and the norm of the whole gradient. */
async function readBack(terms: Record<string, tf.Scalar>, gradients: ReadonlyMap<string, tf.Tensor>): Promise<{ values: Record<string, number>; norm: number }> {
  const numbers = tf.tidy(() => tf.stack([...Object.values(terms), squareNorm([...gradients.values()])]));
  const read = await numbers.data();
  numbers.dispose();
  const values = Object.fromEntries(Object.keys(terms).map((name, i) => [name, read[i]!]));
  return { values, norm: Math.sqrt(read[read.length - 1]!) };
}
