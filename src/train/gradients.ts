import * as tf from '../tensor/tf.ts';
import { changeTensors } from '../tensor/kernels/bank_rows.ts';
import { squareNorm } from '../tensor/kernels/square_norm.ts';
import type { MemoryChanges, StepInputs, StepLosses, TrainingJob } from './job.ts';

/** The gradient of one update, before clipping: that of the tensors here, over `divisor`. */
export interface StepGradients {
  /** By parameter; parameters that the loss does not depend on have none. */
  readonly gradients: ReadonlyMap<string, tf.Tensor>;
  readonly divisor: number;
  /** The terms of each micro-batch with their shares, whose sum over `termDivisor` is reported. */
  readonly termDivisor: number;
  readonly parts: readonly { readonly terms: StepLosses['terms']; readonly share: number }[];
}

/** What was read back of a step: the terms, and the norm of the whole gradient. */
export interface StepNumbersRead {
  readonly values: Readonly<Record<string, number>>;
  readonly norm: number;
}

/**
 * Sums the gradients of a step's micro-batches, one after another, so that only one tape is alive at a time.
 *
 *   mean: Σ (size_i/size_0)·g_i, over Σ size_i/size_0;  sum: Σ g_i, over Σ size_i
 *
 * So one micro-batch, or several of equal size, are not multiplied at all, and the order of the sum is fixed.
 */
export class GradientSum {
  readonly #gradients = new Map<string, tf.Tensor>();
  readonly #parts: { terms: StepLosses['terms']; share: number }[] = [];
  readonly #names: ReadonlyMap<string, string>;
  readonly #variables: tf.Variable[];
  #divisor = 0;
  #termDivisor = 1;
  #firstSize = 1;

  constructor(
    readonly job: TrainingJob,
    /** Names of the parameters that are trained. */
    trained: readonly string[],
  ) {
    this.#variables = trained.map((name) => job.parameters.get(name)!);
    this.#names = new Map(trained.map((name) => [job.parameters.get(name)!.name, name]));
  }

  /** Differentiates one micro-batch and adds it; returns the changes of memories. `inputs` of the job is called first. */
  add(step: number, micro: number): MemoryChanges {
    const inputs = uploaded(this.job, step, micro)?.tensors ?? [];
    try {
      return this.addGiven(step, micro);
    } finally {
      tf.dispose([...inputs]);
    }
  }

  /** As `add`, where the job's `inputs` were called already. */
  addGiven(step: number, micro: number): MemoryChanges {
    const prepared = this.job.prepare ? tf.tidy(() => this.job.prepare!(step, micro)) : [];
    let losses: StepLosses = { terms: {} };
    try {
      const { value, grads } = tf.variableGrads(() => {
        losses = this.job.losses(step, micro, prepared);
        for (const tensor of [...Object.values(losses.terms), ...Object.values(losses.memory ?? {}).flatMap(changeTensors)]) tf.keep(tensor);
        return beginning(Object.values(losses.terms));
      }, this.#variables);
      value.dispose();
      this.#sum(losses, grads);
    } finally {
      tf.dispose(prepared);
    }
    return losses.memory ?? {};
  }

  get result(): StepGradients {
    return { gradients: this.#gradients, divisor: this.#divisor, termDivisor: this.#termDivisor, parts: this.#parts };
  }

  dispose(): void {
    tf.dispose([...this.#gradients.values(), ...this.#parts.flatMap(({ terms }) => Object.values(terms))]);
  }

  #sum({ terms, size = 1, reduction = 'mean' }: StepLosses, grads: tf.NamedTensorMap): void {
    if (this.#parts.length === 0) this.#firstSize = size;
    const weight = reduction === 'mean' ? size / this.#firstSize : 1;
    this.#parts.push({ terms, share: weight });
    this.#divisor += reduction === 'mean' ? weight : size;
    this.#termDivisor = reduction === 'mean' ? this.#divisor : 1;
    for (const [variable, gradient] of Object.entries(grads)) {
      const name = this.#names.get(variable)!;
      if (gradient) this.#gradients.set(name, added(this.#gradients.get(name), weighted(gradient, weight)));
    }
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

function weighted(gradient: tf.Tensor, weight: number): tf.Tensor {
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
export async function readBack(gradients: StepGradients): Promise<StepNumbersRead> {
  const numbers = tf.tidy(() => tf.stack([...termsOf(gradients), squareNorm([...gradients.gradients.values()])]));
  const read = await numbers.data();
  numbers.dispose();
  return numbersOf(meaningOf(gradients), read);
}

/** What the numbers of a step are, in order; the squared norm of the summed gradient comes last. */
export interface NumbersMeaning extends Pick<StepGradients, 'divisor' | 'termDivisor'> {
  readonly terms: readonly { readonly name: string; readonly share: number }[];
}

export function meaningOf({ divisor, termDivisor, parts }: StepGradients): NumbersMeaning {
  return { divisor, termDivisor, terms: parts.flatMap(({ terms, share }) => Object.keys(terms).map((name) => ({ name, share }))) };
}

/** The terms of every micro-batch, in the order of their meaning. */
export function termsOf({ parts }: StepGradients): tf.Scalar[] {
  return parts.flatMap(({ terms }) => Object.values(terms));
}

/** Terms are averaged (mean) or added (sum) over micro-batches. */
export function numbersOf({ terms, divisor, termDivisor }: NumbersMeaning, read: ArrayLike<number>): StepNumbersRead {
  const values: Record<string, number> = {};
  terms.forEach(({ name, share }, i) => (values[name] = (values[name] ?? 0) + (read[i]! * share) / termDivisor));
  return { values, norm: Math.sqrt(read[terms.length]!) / divisor };
}
