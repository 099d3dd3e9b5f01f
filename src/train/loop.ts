import * as tf from '../tensor/tf.ts';
import { squareNorm } from '../tensor/kernels/square_norm.ts';
import { Health, type HealthState } from './health.ts';
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
export interface LoopState extends HealthState {
  readonly step: number;
  readonly optimizer: OptimizerState;
}

/** A training run that is advanced step by step; the same job gives the same bits on the same backend. */
export class TrainingLoop {
  readonly #optimizer: AdamW;
  readonly #health: Health;
  #step: number;

  constructor(
    readonly job: TrainingJob,
    saved?: LoopState,
  ) {
    this.#optimizer = new AdamW(job.parameters, job.options, saved?.optimizer);
    this.#step = saved?.step ?? 0;
    this.#health = new Health(job.options, saved);
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
   * A gradient that is not finite is skipped (parameters, moments and their count stay as they were); Fault `diverged`
   * when the run cannot recover.
   */
  async next(): Promise<StepEvent> {
    const { job } = this;
    const learning_rate = linearSchedule({ ...job.options, total: job.steps }, this.#step);
    const { terms, gradients } = differentiate(job, this.#step);
    try {
      const { values, norm } = await readBack(terms, gradients);
      const loss = Object.values(values).reduce((sum, value) => sum + value, 0);
      const admitted = this.#health.admits({ step: this.#step, terms: values, loss, norm });
      if (admitted) this.#optimizer.update(gradients, learning_rate, clipScale(norm, job.options.max_grad_norm));
      this.#step += 1;
      return { step: this.#step, loss, terms: values, learning_rate, grad_norm: norm, skipped: !admitted };
    } finally {
      tf.dispose([...gradients.values(), ...Object.values(terms)]);
    }
  }

  /** The state in main memory, to be stored beside the parameters. */
  async save(): Promise<LoopState> {
    return { step: this.#step, optimizer: await this.#optimizer.save(), ...this.#health.state };
  }

  dispose(): void {
    this.#optimizer.dispose();
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
