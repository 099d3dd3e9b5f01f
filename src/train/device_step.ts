import * as tf from '../tensor/tf.ts';
import { FlatTensors, flatLayout, spansOf, type FlatLayout, type Span } from '../tensor/plan/flat.ts';
import { flatAdamW, type FlatKind, type FlatSlot } from '../tensor/plan/flat_adamw.ts';
import { aligned } from '../tensor/plan/layout.ts';
import { Planner, recordingBackend, type DeviceProgram, type Execution } from '../tensor/plan/planner.ts';
import { stepNumbers } from '../tensor/plan/step_numbers.ts';
import { GradientSum, meaningOf, numbersOf, termsOf, uploaded, type NumbersMeaning, type StepNumbersRead } from './gradients.ts';
import type { StepInputs, TrainingJob } from './job.ts';
import type { Optimizer, TrainedSlot } from './optimizer.ts';

/** What of the update differs from step to step. */
export interface StepRate {
  readonly learning_rate: number;
  /** Number of this update, from 1. */
  readonly update: number;
}

type Backend = NonNullable<ReturnType<typeof recordingBackend>>;

/** The flat buffers of a training: each tensor at the same place in all four. */
type Flat = Readonly<Record<'parameter' | 'gradient' | 'm' | 'v', FlatTensors>>;

/**
 * A whole step on the GPU: forward, backward, norm, clipping and AdamW, without JavaScript in between.
 *
 * Whether an update is made is decided there too: not where a loss or the norm is not finite. Parameters, gradients and
 * moments lie in one buffer each.
 */
export class DeviceStep {
  readonly #planner: Planner<NumbersMeaning>;
  readonly #flat: Flat;
  readonly #layout: FlatLayout;
  readonly #gradients: ReadonlyMap<string, tf.Tensor>;
  readonly #spans = new Map<string, UpdatedSpans>();

  private constructor(
    readonly backend: Backend,
    readonly job: TrainingJob,
    readonly optimizer: Optimizer,
    execution: Execution,
  ) {
    this.#planner = new Planner(backend, execution);
    const slots = [...optimizer.slots.values()].sort((a, b) => kindOf(a).localeCompare(kindOf(b)));
    this.#layout = flatLayout(new Map(slots.map(({ settings, parameter }) => [settings.name, parameter.shape])));
    const flat = () => new FlatTensors(backend, this.#layout);
    this.#flat = { parameter: flat(), gradient: flat(), m: flat(), v: flat() };
    this.#gradients = new Map([...this.#layout.places.keys()].map((name) => [name, tf.keep(this.#flat.gradient.view(name))]));
    this.#adopt();
  }

  /**
   * The step of a job, or in words why this job has to be run by tfjs with JavaScript between its parts; undefined where
   * the backend records nothing.
   */
  static of(job: TrainingJob, optimizer: Optimizer, execution: Execution): DeviceStep | string | undefined {
    const backend = recordingBackend();
    if (!backend) return undefined;
    if (!job.inputs) return 'this training does not name its inputs';
    if ((job.memory?.size ?? 0) > 0) return 'an objective remembers tensors from step to step';
    if ((job.options.optim ?? 'adamw_torch') !== 'adamw_torch') return `the optimiser ${job.options.optim} updates from JavaScript`;
    const bytes = [...optimizer.slots.values()].reduce((sum, { parameter }) => sum + aligned(4 * parameter.size), 0);
    if (bytes > backend.device.limits.maxBufferSize) return `the parameters (${bytes} bytes) are larger than one buffer of the device (${backend.device.limits.maxBufferSize} bytes)`;
    return new DeviceStep(backend, job, optimizer, execution);
  }

  /** Why some steps were not replayed, and what the plans hold. */
  get planner(): Pick<Planner<NumbersMeaning>, 'refusals' | 'report'> {
    return this.#planner;
  }

  /** Makes a step and reads its numbers; parameters and moments are updated where they are all finite. */
  async run(step: number, rate: StepRate): Promise<StepNumbersRead> {
    this.#adopt();
    const inputs = this.#inputs(step);
    const control = this.#control(rate);
    try {
      const { numbers, meaning } = await this.#planner.run(this.#program(step, inputs, control));
      return numbersOf(meaning, numbers);
    } finally {
      tf.dispose([control, ...inputs.flatMap(({ tensors }) => [...tensors])]);
    }
  }

  /** Frees plans and gradients; moments are the optimiser's, parameters the job's. */
  dispose(): void {
    this.#planner.dispose();
    tf.dispose([...this.#gradients.values()]);
    for (const { parameter, m, v, gradient } of [...this.#spans.values()].flat()) tf.dispose([parameter, m, v, gradient]);
    this.#spans.clear();
  }

  /** Variables come into the flat buffers, and come back after somebody assigned to them. */
  #adopt(): void {
    for (const [name, { parameter, moments }] of this.optimizer.slots) {
      this.#flat.parameter.adopt(name, parameter);
      this.#flat.m.adopt(name, moments.m!);
      this.#flat.v.adopt(name, moments.v!);
    }
  }

  #inputs(step: number): StepInputs[] {
    return Array.from({ length: this.job.options.gradient_accumulation_steps ?? 1 }, (_, micro) => uploaded(this.job, step, micro)!);
  }

  #control({ learning_rate, update }: StepRate): tf.Tensor {
    const { adam_beta1, adam_beta2 } = this.job.options;
    return tf.tensor1d([learning_rate, 1 - adam_beta1 ** update, 1 - adam_beta2 ** update]);
  }

  #program(step: number, micros: readonly StepInputs[], control: tf.Tensor): DeviceProgram<NumbersMeaning> {
    const shapes = ({ key, tensors }: StepInputs) => `${key} ${tensors.map(({ dtype, shape }) => `${dtype}[${shape.join()}]`).join(' ')}`;
    return {
      key: micros.map(shapes).join(' | '),
      inputs: [control, ...micros.flatMap(({ tensors }) => [...tensors])],
      draws: micros.flatMap(({ draws }) => [...draws]),
      run: () => this.#step(step, micros.length, control),
    };
  }

  /** Everything that the device does in a step. */
  #step(step: number, micros: number, control: tf.Tensor): { numbers: tf.Tensor; meaning: NumbersMeaning } {
    const sum = new GradientSum(this.job, [...this.optimizer.slots.keys()]);
    try {
      for (let micro = 0; micro < micros; micro++) sum.addGiven(step, micro);
      const { result } = sum;
      for (const [name, gradient] of result.gradients) this.backend.copy(gradient, this.#gradients.get(name)!);
      const numbers = this.#update([...result.gradients.keys()], termsOf(result), control, result.divisor);
      return { numbers, meaning: meaningOf(result) };
    } finally {
      sum.dispose();
    }
  }

  /** Updates these parameters from the flat gradient; returns the numbers of the step. */
  #update(names: readonly string[], terms: readonly tf.Tensor[], control: tf.Tensor, divisor: number): tf.Tensor {
    const { adam_beta1: beta1, adam_beta2: beta2, adam_epsilon: eps, max_grad_norm } = this.job.options;
    const slots = this.#spansOf(names);
    const { numbers, scale } = stepNumbers(this.backend, terms, slots.map(({ gradient }) => gradient), { max_grad_norm, divisor });
    for (const slot of slots) flatAdamW(this.backend, slot, scale, control, { beta1, beta2, eps });
    scale.dispose();
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
    const { parameter, m, v, gradient } = this.#flat;
    return spansOf(this.#layout, names, limit).map((span) => {
      const kinds = this.#kindsIn(span, names);
      return { parameter: part(parameter, span), m: part(m, span), v: part(v, span), gradient: part(gradient, span), kinds };
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

/** The parts of the flat buffers that are updated together, as views. */
type UpdatedSpans = readonly FlatSlot[];

/** Parameters of one kind are updated alike. */
const kindOf = ({ settings: { rate, weightDecay } }: TrainedSlot): string => `${weightDecay} ${rate}`;
