import * as tf from '../tensor/tf.ts';
import { emptyPool } from '../tensor/backends/internals.ts';
import type { BankRows } from '../tensor/kernels/bank_rows.ts';
import { keepWhereAdmitted } from '../tensor/plan/admitted.ts';
import { FlatTensors, flatLayout, spansOf, type FlatLayout, type Span } from '../tensor/plan/flat.ts';
import { flatAdamW, type FlatKind, type FlatSlot } from '../tensor/plan/flat_adamw.ts';
import { aligned } from '../tensor/plan/layout.ts';
import { replaceRows, restoreRows, type ReplacedRows } from '../tensor/plan/replaced_rows.ts';
import { Planner, recordingBackend, shapesOf, type DeviceProgram, type Execution, type Outcome } from '../tensor/plan/planner.ts';
import { stepNumbers } from '../tensor/plan/step_numbers.ts';
import { GradientSum, meaningOf, numbersOf, termsOf, uploaded, type NumbersMeaning, type StepNumbersRead } from './gradients.ts';
import type { StepInputs, TrainingJob } from './job.ts';
import type { Memory } from './memory.ts';
import type { Optimizer, TrainedSlot } from './optimizer.ts';

/** What of the update differs from step to step. */
export interface StepRate {
  readonly learning_rate: number;
  /** Updates that are known to be made; those of steps under way may come to them. */
  readonly updates: number;
}

/** Steps that may be under way at a time: beyond that the device has nothing more to gain. */
export const MOST_UNDER_WAY = 3;

type Backend = NonNullable<ReturnType<typeof recordingBackend>>;

/** The flat buffers of a training: each tensor at the same place in all of them. */
interface Flat extends Readonly<Record<'parameter' | 'gradient', FlatTensors>> {
  /** Where AdamW runs on the device. */
  readonly moments?: Readonly<Record<'m' | 'v', FlatTensors>>;
}

/** What JavaScript knows of a step of a key. */
export interface StepMeaning extends NumbersMeaning {
  /** Parameters that have a gradient. */
  readonly updated: readonly string[];
}

/** Name of the part of a buffer that holds the numbers of the update. */
const STATE = 'state';

/** The optimiser whose update is part of the recorded step. */
const ON_DEVICE = 'adamw_torch';

/**
 * A step on the GPU: forward, backward and norm without JavaScript in between, and with `adamw_torch` clipping and update too.
 *
 * Whether AdamW updates is decided there: not where a loss or the norm is not finite. Other optimisers update from
 * JavaScript when the numbers are known. Parameters, gradients and moments lie in one buffer each. What objectives remember
 * lies in buffers of its own: its rows are written behind the micro-batch and come back where the step is left out, whole
 * values are written at the end.
 */
export class DeviceStep {
  readonly #planner: Planner<StepMeaning>;
  readonly #flat: Flat;
  readonly #memories: ReadonlyMap<string, FlatTensors>;
  readonly #layout: FlatLayout;
  readonly #gradients: ReadonlyMap<string, tf.Tensor>;
  /** What the gradient is multiplied by, and the number of updates: a step that is submitted cannot know what became of those before it. */
  readonly #state: tf.Tensor;
  readonly #spans = new Map<string, UpdatedSpans>();

  private constructor(
    readonly backend: Backend,
    readonly job: TrainingJob,
    readonly optimizer: Optimizer,
    readonly memory: Memory,
    execution: Execution,
  ) {
    // What other phases of a run left behind would be held beside the step for good.
    backend.flush();
    emptyPool(backend);
    this.#planner = new Planner(backend, execution, job.compiling && ((kernels) => job.compiling!(kernels)));
    const slots = [...optimizer.slots.values()].sort((a, b) => kindOf(a).localeCompare(kindOf(b)));
    this.#layout = flatLayout(new Map(slots.map(({ settings, parameter }) => [settings.name, parameter.shape])));
    const flat = (label: string) => new FlatTensors(backend, this.#layout, label);
    const stateBuffer = new FlatTensors(backend, flatLayout(new Map([[STATE, [2]]])), 'state of the update');
    this.#state = tf.keep(stateBuffer.view(STATE));
    tf.tidy(() => backend.copy(tf.tensor1d([0, optimizer.updates]), this.#state));
    this.#flat = { parameter: flat('parameters'), gradient: flat('gradients'), ...((job.options.optim ?? ON_DEVICE) === ON_DEVICE && { moments: { m: flat('moments m'), v: flat('moments v') } }) };
    this.#memories = new Map([...memory.variables].map(([name, { shape }]) => [name, new FlatTensors(backend, flatLayout(new Map([[name, shape]])), name)]));
    this.#gradients = new Map([...this.#layout.places.keys()].map((name) => [name, tf.keep(this.#flat.gradient.view(name))]));
    this.#adopt();
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
  get planner(): Pick<Planner<StepMeaning>, 'refusals' | 'report'> {
    return this.#planner;
  }

  /** Whether a step can be submitted before the numbers of the one before are read: where nothing is left to JavaScript. */
  get runsAhead(): boolean {
    return this.#flat.moments !== undefined && (this.job.execution ?? 'plan') === 'plan';
  }

  /** Submits a step, whose numbers come later; an update on the device is made where they are all finite. */
  async submit(step: number, rate: StepRate): Promise<{ readonly read: Promise<DeviceStepRead> }> {
    this.#adopt();
    const inputs = this.#inputs(step);
    const control = this.#control(rate);
    try {
      const { read } = await this.#planner.submit(this.#program(step, inputs, control));
      return { read: read.then(({ values: [numbers], meaning }) => this.#outcome(numbers!, meaning)) };
    } finally {
      tf.dispose([control, ...inputs.flatMap(({ tensors }) => [...tensors])]);
    }
  }

  #outcome(numbers: Float32Array, meaning: StepMeaning): DeviceStepRead {
    const { updated, divisor } = meaning;
    return { ...numbersOf(meaning, numbers), ...(this.#flat.moments ? {} : { remaining: { gradients: new Map(updated.map((name) => [name, this.#gradients.get(name)!])), divisor } }) };
  }

  /** Frees plans and gradients; moments are the optimiser's, parameters the job's. */
  dispose(): void {
    this.#planner.dispose();
    tf.dispose([this.#state, ...this.#gradients.values()]);
    for (const { gradient, slot } of [...this.#spans.values()].flat()) tf.dispose([gradient, ...(slot ? [slot.parameter, slot.m, slot.v] : [])]);
    this.#spans.clear();
    const { parameter, gradient, moments } = this.#flat;
    for (const flat of [parameter, gradient, ...(moments ? [moments.m, moments.v] : []), ...this.#memories.values()]) flat.dispose();
    this.backend.flush();
    emptyPool(this.backend);
  }

  /** Variables come into the flat buffers, and come back after somebody assigned to them. */
  #adopt(): void {
    for (const [name, { parameter, moments }] of this.optimizer.slots) {
      this.#flat.parameter.adopt(name, parameter);
      this.#flat.moments?.m.adopt(name, moments.m!);
      this.#flat.moments?.v.adopt(name, moments.v!);
    }
    for (const [name, flat] of this.#memories) flat.adopt(name, this.memory.variables.get(name)!);
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

  #program(step: number, micros: readonly StepInputs[], control: tf.Tensor): DeviceProgram<StepMeaning> {
    return {
      key: micros.map(({ key, tensors }) => `${key} ${shapesOf(tensors)}`).join(' | '),
      inputs: [control, ...micros.flatMap(({ tensors }) => [...tensors])],
      draws: micros.flatMap(({ draws }) => [...draws]),
      run: () => this.#step(step, micros.length, control),
    };
  }

  /** Everything that the device does in a step. */
  #step(step: number, micros: number, control: tf.Tensor): Outcome<StepMeaning> {
    const sum = new GradientSum(this.job, [...this.optimizer.slots.keys()]);
    const replaced: ReplacedRows[] = [];
    try {
      const replace = (bank: tf.Tensor, rows: BankRows) => void replaced.unshift(replaceRows(this.backend, bank, rows));
      for (let micro = 0; micro < micros; micro++) this.memory.write(sum.addGiven(step, micro), replace);
      const { result } = sum;
      for (const [name, gradient] of result.gradients) this.backend.copy(gradient, this.#gradients.get(name)!);
      const updated = [...result.gradients.keys()];
      const numbers = this.#update(updated, termsOf(result), control, result.divisor);
      for (const rows of replaced) restoreRows(this.backend, this.#state, rows);
      return { read: [numbers], meaning: { ...meaningOf(result), updated } };
    } finally {
      for (const { rows, old } of replaced) tf.dispose([rows, old]);
      this.memory.undo();
      sum.dispose();
    }
  }

  /** Updates these parameters from the flat gradient, where AdamW does, and memories; returns the numbers of the step. */
  #update(names: readonly string[], terms: readonly tf.Tensor[], control: tf.Tensor, divisor: number): tf.Tensor {
    const { adam_beta1: beta1, adam_beta2: beta2, adam_epsilon: eps, max_grad_norm } = this.job.options;
    const spans = this.#spansOf(names);
    const numbers = stepNumbers(this.backend, terms, spans.map(({ gradient }) => gradient), this.#state, { max_grad_norm, divisor });
    for (const { slot } of spans) if (slot) flatAdamW(this.backend, slot, this.#state, control, { beta1, beta2, eps });
    for (const { before, value } of this.memory.written) keepWhereAdmitted(this.backend, this.#state, value, before);
    return numbers;
  }

  /** The parts of the flat buffers that hold these parameters. */
  #spansOf(names: readonly string[]): UpdatedSpans {
    const key = names.join();
    const spans = this.#spans.get(key) ?? this.#makeSpans(names);
    this.#spans.set(key, spans);
    return spans;
  }

  #makeSpans(names: readonly string[]): UpdatedSpans {
    const limit = this.backend.device.limits.maxStorageBufferBindingSize;
    const part = (flat: FlatTensors, span: Span) => tf.keep(flat.span(span));
    const { parameter, gradient: gradients, moments } = this.#flat;
    return spansOf(this.#layout, names, limit).map((span) => {
      const gradient = part(gradients, span);
      return { gradient, ...(moments && { slot: { parameter: part(parameter, span), m: part(moments.m, span), v: part(moments.v, span), gradient, kinds: this.#kindsIn(span, names) } }) };
    });
  }

  /** Neighbours that are updated alike count as one. */
  #kindsIn({ offset, size }: Span, names: readonly string[]): FlatKind[] {
    const places = names.map((name) => ({ slot: this.optimizer.slots.get(name)!, offset: this.#layout.places.get(name)!.offset }));
    const inside = places.filter((place) => place.offset >= offset && place.offset < offset + size).sort((a, b) => a.offset - b.offset);
    return inside.flatMap(({ slot, offset: at }, i) => {
      if (i > 0 && kindOf(slot) === kindOf(inside[i - 1]!.slot)) return [];
      const { rate, weightDecay } = slot.settings;
      return [{ begin: (at - offset) / 4, rate, weightDecay }];
    });
  }
}

/** The parts of the flat buffers that are updated together, as views; a slot where AdamW does it. */
type UpdatedSpans = readonly { readonly gradient: tf.Tensor; readonly slot?: FlatSlot }[];

/** What was read of a step, and what is left to do where JavaScript updates: the gradients belong to the device step. */
export interface DeviceStepRead extends StepNumbersRead {
  readonly remaining?: { readonly gradients: ReadonlyMap<string, tf.Tensor>; readonly divisor: number };
}

/** Parameters of one kind are updated alike. */
const kindOf = ({ settings: { rate, weightDecay } }: TrainedSlot): string => `${weightDecay} ${rate}`;
