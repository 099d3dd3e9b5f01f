import { Fault } from '../fault/fault.ts';
import type { HostTensor } from '../model/weights.ts';
import { GradientSum, readBack } from './gradients.ts';
import { Health, type HealthState } from './health.ts';
import type { TrainingJob } from './job.ts';
import { Memory } from './memory.ts';
import { clipScale, Optimizer, type OptimizerState } from './optimizer.ts';
import { learningRate, schedulerNamed } from './schedule.ts';

export type { StepLosses, TrainingJob } from './job.ts';

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
  /** What objectives remember; absent where none does. */
  readonly memory?: ReadonlyMap<string, HostTensor>;
}

/** A training run that is advanced step by step; the same job gives the same bits on the same backend. */
export class TrainingLoop {
  readonly #optimizer: Optimizer;
  readonly #health: Health;
  readonly #memory: Memory;
  #step: number;

  /**
   * Fault `nothing-to-train` when every parameter is frozen, `unknown-optimizer`, `unknown-scheduler`, `optimizer-options`
   * for options that cannot be, `optimizer-state`, `memory-state` for the state of another job.
   */
  constructor(
    readonly job: TrainingJob,
    saved?: LoopState,
  ) {
    this.#optimizer = new Optimizer(job.parameters, job.options, saved?.optimizer, job.groups);
    checkJob(job, this.#optimizer);
    this.#memory = new Memory(job.memory ?? new Map(), saved && (saved.memory ?? new Map()));
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
   * Makes one step: forward and backward over its micro-batches, clipping, update.
   *
   * A gradient that is not finite is skipped (parameters, memories, the optimiser's tensors and its count stay as they
   * were); Fault `diverged` when the run cannot recover.
   */
  async next(): Promise<StepEvent> {
    const { options } = this.job;
    const learning_rate = this.#learningRate();
    const sum = new GradientSum(this.job, this.#optimizer.trained);
    try {
      for (let micro = 0; micro < (options.gradient_accumulation_steps ?? 1); micro++) this.#memory.write(sum.add(this.#step, micro));
      const { values, norm } = await readBack(sum.result);
      const loss = Object.values(values).reduce((total, value) => total + value, 0);
      const admitted = this.#health.admits({ step: this.#step, terms: values, loss, norm });
      if (admitted) {
        const { gradients, divisor } = sum.result;
        this.#optimizer.update(gradients, learning_rate, clipScale(norm, options.max_grad_norm) / divisor);
        this.#memory.keep();
      }
      this.#step += 1;
      return { step: this.#step, loss, terms: values, learning_rate, grad_norm: norm, skipped: !admitted };
    } finally {
      this.#memory.undo();
      sum.dispose();
    }
  }

  /** The state in main memory, to be stored beside the parameters. */
  async save(): Promise<LoopState> {
    const memory = await this.#memory.save();
    return { step: this.#step, optimizer: await this.#optimizer.save(), ...(memory.size > 0 ? { memory } : {}), ...this.#health.state };
  }

  /** Frees the optimiser's tensors; parameters and memories belong to the job. */
  dispose(): void {
    this.#optimizer.dispose();
  }

  #learningRate(): number {
    const { options, steps } = this.job;
    return learningRate({ ...options, total: steps }, { step: this.#step, hours: this.job.hours?.() });
  }
}

function checkJob({ parameters, options }: TrainingJob, { trained }: Optimizer): void {
  schedulerNamed(options.lr_scheduler_type ?? 'linear');
  const micros = options.gradient_accumulation_steps ?? 1;
  if (!Number.isInteger(micros) || micros < 1) {
    throw new Fault({
      code: 'optimizer-options',
      where: 'gradient_accumulation_steps',
      expected: 'a whole number of at least 1',
      got: String(micros),
      remedy: 'Set it to 1 for an update after every batch.',
    });
  }
  if (trained.length > 0) return;
  throw new Fault({
    code: 'nothing-to-train',
    where: 'parameter groups',
    expected: 'at least one parameter that is not frozen',
    got: `${parameters.size} frozen ones`,
    remedy: 'Freeze fewer of them.',
  });
}
