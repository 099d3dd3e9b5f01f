import { Fault } from '../fault/fault.ts';
import type { HostTensor } from '../model/weights.ts';
import { DeviceStep, MOST_UNDER_WAY, type DeviceStepRead, type Remaining } from './device_step.ts';
import { Differentiation, GradientSum, readBack, sharesOf, type StepNumbersRead } from './gradients.ts';
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
  /** Said once, with the first step that it holds for: why steps are not replayed on a GPU that could. */
  readonly notReplayed?: string;
  /** Said with step 64 where most steps so far were recorded before they ran, since they are of many kinds. */
  readonly recordedAnew?: true;
}

/** Steps after which it is told where most were recorded anew. */
const FIRST_STEPS = 64;

/** What a checkpoint needs to continue the loop, beside the parameters. */
export interface LoopState extends HealthState {
  readonly step: number;
  readonly optimizer: OptimizerState;
  /** What objectives remember; absent where none does. */
  readonly memory?: ReadonlyMap<string, HostTensor>;
}

/** What became of a step: its numbers, and whether the update was made. */
interface Outcome {
  readonly terms: Readonly<Record<string, number>>;
  readonly loss: number;
  readonly norm: number;
  readonly learning_rate: number;
  readonly admitted: boolean;
}

/** A step whose numbers are on the way. */
interface UnderWay {
  readonly learning_rate: number;
  readonly read: Promise<DeviceStepRead>;
}

/** How the steps of a loop ran on the device. */
export interface ExecutionReport {
  /** Why steps were not replayed from a record; empty when all were, and where the backend has no records. */
  readonly notReplayed: readonly string[];
  /** Bytes on the device that plans hold. */
  readonly bytes: number;
  /** Steps that were traced, to make a plan or to compare with one. */
  readonly traces: number;
  readonly plans: readonly { readonly key: string; readonly dispatches: number; readonly runs: number }[];
}

/** A training run that is advanced step by step; the same job gives the same bits on the same backend. */
export class TrainingLoop {
  readonly #optimizer: Optimizer;
  readonly #health: Health;
  readonly #memory: Memory;
  readonly #device: DeviceStep | undefined;
  readonly #notReplayed: readonly string[] = [];
  readonly #told = new Set<string>();
  readonly #underWay: UnderWay[] = [];
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
    const device = DeviceStep.of(job, this.#optimizer, this.#memory, job.execution ?? 'plan');
    if (typeof device === 'string') this.#notReplayed = [device];
    else this.#device = device;
  }

  /** How steps run: replayed on the GPU, where `notReplayed` says why some were not, or by tfjs. */
  get execution(): ExecutionReport {
    return { notReplayed: this.#refusals, ...(this.#device?.planner.report ?? { bytes: 0, traces: 0, plans: [] }) };
  }

  get #refusals(): readonly string[] {
    return this.#device?.planner.refusals ?? this.#notReplayed;
  }

  get step(): number {
    return this.#step;
  }

  get finished(): boolean {
    return this.#step >= this.job.steps;
  }

  /** Steps that were submitted and not given yet: the parameters are that much ahead of `step`. */
  get underWay(): number {
    return this.#underWay.length;
  }

  /**
   * Makes one step: forward and backward over its micro-batches, clipping, update.
   *
   * A gradient that is not finite is skipped (parameters, memories, the optimiser's tensors and its count stay as they
   * were); Fault `diverged` when the run cannot recover. `ahead`: steps, this one included, that may be under way before
   * its numbers are read, at most 3, where the whole of a step is on the device; that changes no bits.
   */
  async next(ahead = 1): Promise<StepEvent> {
    const { terms, loss, norm, admitted, learning_rate } = await (this.#device ? this.#onDevice(this.#device, ahead) : this.#onTape());
    this.#step += 1;
    return { step: this.#step, loss, terms, learning_rate, grad_norm: norm, skipped: !admitted, ...this.#news() };
  }

  #news(): Pick<StepEvent, 'notReplayed' | 'recordedAnew'> {
    const reasons = this.#refusals.filter((reason) => !this.#told.has(reason));
    for (const reason of reasons) this.#told.add(reason);
    const recordedAnew = this.#step === FIRST_STEPS && this.#device?.planner.recordsAnew;
    return { ...(reasons.length > 0 && { notReplayed: reasons.join('; ') }), ...(recordedAnew && { recordedAnew }) };
  }

  /** The step is one program of the device, which skips what is not finite by itself where the update is part of it. */
  async #onDevice(device: DeviceStep, ahead: number): Promise<Outcome> {
    const most = device.runsAhead ? Math.min(ahead, MOST_UNDER_WAY, this.job.steps - this.#step) : 1;
    while (this.#underWay.length < Math.max(1, most)) await this.#submit(device, this.#step + this.#underWay.length);
    const { learning_rate, read: coming } = this.#underWay.shift()!;
    const read = await coming;
    const outcome = this.#judge(read, learning_rate);
    if (!outcome.admitted) return outcome;
    if (read.remaining) this.#update(read.remaining, learning_rate, outcome.norm);
    else this.#optimizer.count();
    return outcome;
  }

  async #submit(device: DeviceStep, step: number): Promise<void> {
    const learning_rate = this.#learningRate(step);
    const { read } = await device.submit(step, { learning_rate, updates: this.#optimizer.updates });
    // A step that fails is told when its turn comes.
    read.catch(() => undefined);
    this.#underWay.push({ learning_rate, read });
  }

  async #onTape(): Promise<Outcome> {
    const learning_rate = this.#learningRate(this.#step);
    const { options } = this.job;
    const sum = new GradientSum(new Differentiation(this.job, this.#optimizer.trained));
    try {
      for (let micro = 0; micro < (options.gradient_accumulation_steps ?? 1); micro++) this.#memory.write(sum.add(this.#step, micro));
      const outcome = this.#judge(await readBack(sum.result), learning_rate);
      if (outcome.admitted) {
        this.#update({ gradients: sum.result.gradients, divisor: sharesOf(sum.result.micros).divisor }, learning_rate, outcome.norm);
        this.#memory.keep();
      }
      return outcome;
    } finally {
      this.#memory.undo();
      sum.dispose();
    }
  }

  #update({ gradients, divisor }: Remaining, learning_rate: number, norm: number): void {
    this.#optimizer.update(gradients, learning_rate, clipScale(norm, this.job.options.max_grad_norm) / divisor);
  }

  #judge({ values: terms, norm }: StepNumbersRead, learning_rate: number): Outcome {
    const loss = Object.values(terms).reduce((total, value) => total + value, 0);
    return { terms, loss, norm, learning_rate, admitted: this.#health.admits({ step: this.#step, terms, loss, norm }) };
  }

  /** The state in main memory, to be stored beside the parameters; RangeError while steps are under way. */
  async save(): Promise<LoopState> {
    if (this.underWay > 0) throw new RangeError(`${this.underWay} steps are under way: the parameters are not those of step ${this.step}`);
    const memory = await this.#memory.save();
    return { step: this.#step, optimizer: await this.#optimizer.save(), ...(memory.size > 0 ? { memory } : {}), ...this.#health.state };
  }

  /** Frees plans and the optimiser's tensors; parameters and memories belong to the job. */
  dispose(): void {
    this.#device?.dispose();
    this.#optimizer.dispose();
  }

  #learningRate(step: number): number {
    const { options, steps } = this.job;
    return learningRate({ ...options, total: steps }, { step, hours: this.job.hours?.() });
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
