import * as tf from '../tensor/tf.ts';
import type { LabWebGPUBackend } from '../tensor/backends/webgpu.ts';
import type { BankRows } from '../tensor/kernels/bank_rows.ts';
import { accumulate } from '../tensor/plan/accumulate.ts';
import { keepWhereAdmitted } from '../tensor/plan/admitted.ts';
import { flatAdamW } from '../tensor/plan/flat_adamw.ts';
import { aligned } from '../tensor/plan/layout.ts';
import { replaceRows, restoreRows, type ReplacedRows } from '../tensor/plan/replaced_rows.ts';
import { Planner, recordingBackend, shapesOf, type DeviceProgram, type Execution, type Outcome, type Submitted } from '../tensor/plan/planner.ts';
import { stepNumbers, termNumbers } from '../tensor/plan/step_numbers.ts';
import { DeviceState } from './device_state.ts';
import { Differentiation, numbersOf, sharesOf, uploaded, weighted, type MicroBatch, type StepNumbersRead } from './gradients.ts';
import type { MemoryChanges, StepInputs, TrainingJob } from './job.ts';
import type { Memory } from './memory.ts';
import type { Optimizer } from './optimizer.ts';

/** What of the update differs from step to step. */
export interface StepRate {
  readonly learning_rate: number;
  /** Updates that are known to be made; those of steps under way may come to them. */
  readonly updates: number;
}

/** Steps that may be under way at a time: beyond that the device has nothing more to gain. */
export const MOST_UNDER_WAY = 3;

/** What JavaScript knows of a micro-batch whose gradient is part of the flat one. */
interface DeviceMicro extends MicroBatch {
  /** Parameters that have a gradient. */
  readonly updated: readonly string[];
}

/** The micro-batches of a program. */
type Micros = readonly DeviceMicro[];

/** The optimiser whose update is part of the recorded step. */
const ON_DEVICE = 'adamw_torch';

/**
 * A step on the GPU: forward, backward and norm without JavaScript in between, and with `adamw_torch` clipping and update too.
 *
 * Whether AdamW updates is decided there: not where a loss or the norm is not finite. Other optimisers update from
 * JavaScript when the numbers are known. Several micro-batches are a program each, which adds to the flat gradient, and the
 * update is one too, so that a plan serves any combination of lengths. One micro-batch is one program with its update, and
 * so is a step whose objectives remember: rows of memories are written behind the micro-batch and come back where the step
 * is left out, whole values are written at the end.
 */
export class DeviceStep {
  readonly #planner: Planner<Micros>;
  readonly #state: DeviceState;
  readonly #tape: Differentiation;
  /** Short names of sets of parameters, in keys. */
  readonly #sets = new Map<string, number>();

  private constructor(
    readonly backend: LabWebGPUBackend,
    readonly job: TrainingJob,
    readonly optimizer: Optimizer,
    readonly memory: Memory,
    execution: Execution,
  ) {
    this.#planner = new Planner(backend, execution, job.compiling && ((kernels) => job.compiling!(kernels)));
    this.#state = new DeviceState(backend, optimizer, memory, (job.options.optim ?? ON_DEVICE) === ON_DEVICE);
    this.#tape = new Differentiation(job, optimizer.trained);
  }

  /**
   * The step of a job, or in words why this job has to be run by tfjs with JavaScript between its parts; undefined where
   * the backend records nothing.
   */
  static of(job: TrainingJob, optimizer: Optimizer, memory: Memory, execution: Execution): DeviceStep | string | undefined {
    const backend = recordingBackend();
    if (!backend) return undefined;
    if (!job.inputs) return 'this training does not name its inputs';
    const bytes = [...optimizer.slots.values()].reduce((sum, { parameter }) => sum + aligned(4 * parameter.size), 0);
    if (bytes > backend.device.limits.maxBufferSize) return `the parameters (${bytes} bytes) are larger than one buffer of the device (${backend.device.limits.maxBufferSize} bytes)`;
    return new DeviceStep(backend, job, optimizer, memory, execution);
  }

  /** Why some steps were not replayed, and what the plans hold. */
  get planner(): Pick<Planner<Micros>, 'refusals' | 'recordsAnew' | 'report'> {
    return this.#planner;
  }

  /** Whether a step can be submitted before the numbers of the one before are read: where nothing is left to JavaScript. */
  get runsAhead(): boolean {
    return this.#state.updates && (this.job.execution ?? 'plan') === 'plan';
  }

  /** Submits a step, whose numbers come later; an update on the device is made where they are all finite. */
  async submit(step: number, rate: StepRate): Promise<{ readonly read: Promise<DeviceStepRead> }> {
    this.#state.adopt();
    const inputs = this.#inputs(step);
    const control = this.#control(rate);
    try {
      const inParts = inputs.length > 1 && this.memory.variables.size === 0;
      const programs = inParts ? await this.#submitParts(step, inputs, control) : [await this.#planner.submit(this.#whole(step, inputs, control))];
      return { read: this.#read(programs) };
    } finally {
      tf.dispose([control, ...inputs.flatMap(({ tensors }) => [...tensors])]);
    }
  }

  /** One micro-batch after another, then the update. */
  async #submitParts(step: number, inputs: readonly StepInputs[], control: tf.Tensor): Promise<Submitted<Micros>[]> {
    const programs: Submitted<Micros>[] = [];
    const micros: DeviceMicro[] = [];
    const submit = async (program: DeviceProgram<Micros>) => {
      const submitted = await this.#planner.submit(program);
      // A part that fails is told with its step.
      submitted.read.catch(() => undefined);
      programs.push(submitted);
      micros.push(...submitted.meaning);
    };
    for (const [micro, given] of inputs.entries()) await submit(this.#part(step, micro, given, [...micros]));
    await submit(this.#update([...micros], control));
    return programs;
  }

  async #read(programs: readonly Submitted<Micros>[]): Promise<DeviceStepRead> {
    const numbers = (await Promise.all(programs.map(({ read }) => read))).flat().flatMap((values) => [...values]);
    const micros = programs.flatMap(({ meaning }) => meaning);
    return { ...numbersOf(micros, numbers), ...(!this.#state.updates && { remaining: this.#remaining(micros) }) };
  }

  #remaining(micros: Micros): Remaining {
    return { gradients: new Map(namesOf(micros).map((name) => [name, this.#state.gradients.get(name)!])), divisor: sharesOf(micros).divisor };
  }

  /** Frees plans and gradients; moments are the optimiser's, parameters the job's. */
  dispose(): void {
    this.#planner.dispose();
    this.#state.dispose();
  }

  #inputs(step: number): StepInputs[] {
    return Array.from({ length: this.job.options.gradient_accumulation_steps ?? 1 }, (_, micro) => uploaded(this.job, step, micro)!);
  }

  /** Learning rate, updates so far, and Adam's corrections for every number that this update may have. */
  #control({ learning_rate, updates }: StepRate): tf.Tensor {
    const { adam_beta1, adam_beta2 } = this.job.options;
    const corrections = Array.from({ length: MOST_UNDER_WAY }, (_, i) => updates + 1 + i).flatMap((t) => [1 - adam_beta1 ** t, 1 - adam_beta2 ** t]);
    return tf.tensor1d([learning_rate, updates, ...corrections]);
  }

  /** A step as one program. */
  #whole(step: number, inputs: readonly StepInputs[], control: tf.Tensor): DeviceProgram<Micros> {
    return {
      key: inputs.map(keyOf).join(' | '),
      inputs: [control, ...inputs.flatMap(({ tensors }) => [...tensors])],
      draws: inputs.flatMap(({ draws }) => [...draws]),
      run: () => this.#runWhole(step, inputs.length, control),
    };
  }

  #runWhole(step: number, count: number, control: tf.Tensor): Outcome<Micros> {
    const micros: DeviceMicro[] = [];
    const terms: tf.Scalar[] = [];
    const replaced: ReplacedRows[] = [];
    const replace = (bank: tf.Tensor, rows: BankRows) => void replaced.unshift(replaceRows(this.backend, bank, rows));
    try {
      for (let micro = 0; micro < count; micro++) {
        const added = this.#add(step, micro, micros);
        micros.push(added.micro);
        terms.push(...added.terms);
        this.memory.write(added.memory, replace);
      }
      const numbers = this.#runUpdate(micros, terms, control);
      for (const rows of replaced) restoreRows(this.backend, this.#state.numbers, rows);
      return { read: [numbers], meaning: micros };
    } finally {
      for (const { rows, old } of replaced) tf.dispose([rows, old]);
      this.memory.undo();
      tf.dispose(terms);
    }
  }

  /** One micro-batch of several: what is done with it depends on the size of the first one, and on the gradients that are there. */
  #part(step: number, micro: number, given: StepInputs, before: Micros): DeviceProgram<Micros> {
    return {
      key: `${keyOf(given)} behind ${before[0]?.size ?? 0}, ${this.#set(namesOf(before))}`,
      inputs: given.tensors,
      draws: given.draws,
      run: () => {
        const { micro: meaning, terms, memory } = this.#add(step, micro, before);
        this.memory.write(memory);
        const numbers = termNumbers(this.backend, terms, this.#state.numbers, micro === 0);
        tf.dispose([...terms]);
        return { read: [numbers], meaning: [meaning] };
      },
    };
  }

  /** The update behind micro-batches that were programs of their own. */
  #update(micros: Micros, control: tf.Tensor): DeviceProgram<Micros> {
    const key = `update of ${this.#set(namesOf(micros))} over ${sharesOf(micros).divisor}`;
    return { key, inputs: [control], draws: [], run: () => ({ read: [this.#runUpdate(micros, [], control)], meaning: [] }) };
  }

  /** Differentiates a micro-batch, and puts or adds its gradient to where those of the ones before lie. */
  #add(step: number, number: number, before: Micros): { readonly micro: DeviceMicro; readonly terms: readonly tf.Scalar[]; readonly memory: MemoryChanges } {
    const { micro, terms, gradients, memory } = this.#tape.of(step, number);
    const weight = sharesOf([...before, micro]).weights.at(-1)!;
    const there = new Set(namesOf(before));
    for (const [name, gradient] of gradients) {
      const [sum, own] = [this.#state.gradients.get(name)!, there.has(name) ? gradient : weighted(gradient, weight)];
      if (there.has(name)) accumulate(this.backend, sum, own, weight);
      else this.backend.copy(own, sum);
      own.dispose();
    }
    return { micro: { ...micro, updated: [...gradients.keys()] }, terms, memory };
  }

  /** Updates from the flat gradient, where AdamW does, and memories; returns the numbers of the step that these terms belong to. */
  #runUpdate(micros: Micros, terms: readonly tf.Tensor[], control: tf.Tensor): tf.Tensor {
    const { adam_beta1: beta1, adam_beta2: beta2, adam_epsilon: eps, max_grad_norm } = this.job.options;
    const { numbers: state } = this.#state;
    const spans = this.#state.spansOf(namesOf(micros));
    const numbers = stepNumbers(this.backend, terms, spans.map(({ gradient }) => gradient), state, { max_grad_norm, divisor: sharesOf(micros).divisor });
    for (const { slot } of spans) if (slot) flatAdamW(this.backend, slot, state, control, { beta1, beta2, eps });
    for (const { before, value } of this.memory.written) keepWhereAdmitted(this.backend, state, value, before);
    return numbers;
  }

  #set(names: readonly string[]): number {
    const key = names.join();
    const found = this.#sets.get(key) ?? this.#sets.size;
    this.#sets.set(key, found);
    return found;
  }
}

const keyOf = ({ key, tensors }: StepInputs): string => `${key} ${shapesOf(tensors)}`;

/** The parameters that have a gradient by one of these. */
const namesOf = (micros: Micros): string[] => [...new Set(micros.flatMap(({ updated }) => updated))];

/** What is left to do where JavaScript updates: the gradients belong to the device step. */
export interface Remaining {
  readonly gradients: ReadonlyMap<string, tf.Tensor>;
  readonly divisor: number;
}

/** What was read of a step. */
export interface DeviceStepRead extends StepNumbersRead {
  readonly remaining?: Remaining;
}
