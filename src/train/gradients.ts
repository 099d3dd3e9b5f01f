import * as tf from '../tensor/tf.ts';
import { changeTensors } from '../tensor/kernels/bank_rows.ts';
import { squareNorm } from '../tensor/kernels/square_norm.ts';
import type { MemoryChanges, StepInputs, StepLosses, TrainingJob } from './job.ts';

/** What JavaScript knows of a micro-batch whose gradient is made. */
export interface MicroBatch extends Required<Pick<StepLosses, 'size' | 'reduction'>> {
  /** Names of its terms, in order. */
  readonly terms: readonly string[];
}

/** How micro-batches make up an update. */
export interface Shares {
  /** What the gradient of each is multiplied by, and its terms. */
  readonly weights: readonly number[];
  /** What the sum of the gradients is divided by. */
  readonly divisor: number;
  /** What the sums of the terms are divided by. */
  readonly termDivisor: number;
}

/**
 * The shares of the micro-batches of an update.
 *
 *   mean: Σ (size_i/size_0)·g_i, over Σ size_i/size_0;  sum: Σ g_i, over Σ size_i
 *
 * So one micro-batch, or several of equal size, are not multiplied at all.
 */
export function sharesOf(micros: readonly Pick<MicroBatch, 'size' | 'reduction'>[]): Shares {
  const first = micros[0]?.size ?? 1;
  const weights = micros.map(({ size, reduction }) => (reduction === 'mean' ? size / first : 1));
  const divisor = micros.reduce((sum, { size, reduction }, i) => sum + (reduction === 'mean' ? weights[i]! : size), 0);
  return { weights, divisor, termDivisor: micros.at(-1)?.reduction === 'mean' ? divisor : 1 };
}

/** The gradient of one update, before clipping: that of the tensors here, over the divisor of its shares. */
export interface StepGradients {
  /** By parameter; parameters that the loss does not depend on have none. */
  readonly gradients: ReadonlyMap<string, tf.Tensor>;
  readonly micros: readonly MicroBatch[];
  /** The terms of every micro-batch. */
  readonly terms: readonly tf.Scalar[];
}

/** What was read back of a step: the terms, and the norm of the whole gradient. */
export interface StepNumbersRead {
  readonly values: Readonly<Record<string, number>>;
  readonly norm: number;
}

/** What differentiating one micro-batch gives; the tensors belong to the caller. */
export interface MicroGradients {
  readonly micro: MicroBatch;
  readonly terms: readonly tf.Scalar[];
  /** By parameter; parameters that the loss does not depend on have none. */
  readonly gradients: ReadonlyMap<string, tf.Tensor>;
  readonly memory: MemoryChanges;
}

/** Differentiates micro-batches of a job by the parameters that are trained. */
export class Differentiation {
  readonly #names: ReadonlyMap<string, string>;
  readonly #variables: tf.Variable[];

  constructor(
    readonly job: TrainingJob,
    /** Names of the parameters that are trained. */
    trained: readonly string[],
  ) {
    this.#variables = trained.map((name) => job.parameters.get(name)!);
    this.#names = new Map(trained.map((name) => [job.parameters.get(name)!.name, name]));
  }

  /** The gradient of one micro-batch, whose `inputs` were called already. */
  of(step: number, micro: number): MicroGradients {
    const prepared = this.job.prepare ? tf.tidy(() => this.job.prepare!(step, micro)) : [];
    let losses: StepLosses = { terms: {} };
    try {
      const { value, grads } = tf.variableGrads(() => {
        losses = this.job.losses(step, micro, prepared);
        for (const tensor of [...Object.values(losses.terms), ...Object.values(losses.memory ?? {}).flatMap(changeTensors)]) tf.keep(tensor);
        return beginning(Object.values(losses.terms));
      }, this.#variables);
      value.dispose();
      const { terms, size = 1, reduction = 'mean', memory = {} } = losses;
      return { micro: { terms: Object.keys(terms), size, reduction }, terms: Object.values(terms), gradients: this.#named(grads), memory };
    } finally {
      tf.dispose(prepared);
    }
  }

  #named(grads: tf.NamedTensorMap): Map<string, tf.Tensor> {
    const pairs = Object.entries(grads).flatMap(([variable, gradient]) => (gradient ? [[this.#names.get(variable)!, gradient] as const] : []));
    return new Map(pairs);
  }
}

/** Sums the gradients of a step's micro-batches, one after another, so that only one tape is alive at a time and the order of the sum is fixed. */
export class GradientSum {
  readonly #gradients = new Map<string, tf.Tensor>();
  readonly #micros: MicroBatch[] = [];
  readonly #terms: tf.Scalar[] = [];

  constructor(readonly tape: Differentiation) {}

  /** Differentiates one micro-batch and adds it; returns the changes of memories. `inputs` of the job is called first. */
  add(step: number, micro: number): MemoryChanges {
    const inputs = uploaded(this.tape.job, step, micro)?.tensors ?? [];
    try {
      const given = this.tape.of(step, micro);
      this.#micros.push(given.micro);
      this.#terms.push(...given.terms);
      const weight = sharesOf(this.#micros).weights.at(-1)!;
      for (const [name, gradient] of given.gradients) this.#gradients.set(name, added(this.#gradients.get(name), weighted(gradient, weight)));
      return given.memory;
    } finally {
      tf.dispose([...inputs]);
    }
  }

  get result(): StepGradients {
    return { gradients: this.#gradients, micros: this.#micros, terms: this.#terms };
  }

  dispose(): void {
    tf.dispose([...this.#gradients.values(), ...this.#terms]);
  }
}

/** A scalar whose derivative by each term is 1, where a tape may begin; its value is the first term's, not their sum. */
function beginning(terms: readonly tf.Scalar[]): tf.Scalar {
  if (terms.length === 0) return tf.scalar(0);
  return tf.customGrad((...given) => ({
    value: (given[0] as tf.Scalar).clone(),
    gradFunc: (dy) => terms.map(() => (dy as tf.Scalar).clone()),
  }))(...terms) as tf.Scalar;
}

/** A gradient times a weight, in place of the one given, which is freed unless it is the same. */
export function weighted(gradient: tf.Tensor, weight: number): tf.Tensor {
  if (weight === 1) return gradient;
  const product = tf.mul(gradient, weight);
  gradient.dispose();
  return product;
}

function added(sum: tf.Tensor | undefined, gradient: tf.Tensor): tf.Tensor {
  if (!sum) return gradient;
  const total = tf.add(sum, gradient);
  tf.dispose([sum, gradient]);
  return total;
}

/** The inputs of a micro-batch, which the caller frees; undefined where the job names none. */
export function uploaded(job: TrainingJob, step: number, micro: number): StepInputs | undefined {
  let inputs: StepInputs | undefined;
  tf.tidy(() => [...((inputs = job.inputs?.(step, micro))?.tensors ?? [])]);
  return inputs;
}

/** One read of everything that a person sees of a step. */
export async function readBack({ gradients, micros, terms }: StepGradients): Promise<StepNumbersRead> {
  const numbers = tf.tidy(() => tf.stack([...terms, squareNorm([...gradients.values()])]));
  const read = await numbers.data();
  numbers.dispose();
  return numbersOf(micros, read);
}

/** What a person sees of the numbers of a step: the terms of every micro-batch in order, then the squared norm. Terms are averaged (mean) or added (sum) over micro-batches. */
export function numbersOf(micros: readonly MicroBatch[], read: ArrayLike<number>): StepNumbersRead {
  const { weights, divisor, termDivisor } = sharesOf(micros);
  const values: Record<string, number> = {};
  const terms = micros.flatMap(({ terms }, micro) => terms.map((name) => ({ name, weight: weights[micro]! })));
  terms.forEach(({ name, weight }, i) => (values[name] = (values[name] ?? 0) + (read[i]! * weight) / termDivisor));
  return { values, norm: Math.sqrt(read[terms.length]!) / divisor };
}
