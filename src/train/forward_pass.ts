/** Passes over rows without a gradient: scores, a teacher's reading, a loss on tuning rows. */
import type { StepExecution } from '../experiment/recipe.ts';
import * as tf from '../tensor/tf.ts';
import { Planner, recordingBackend, shapesOf, type OnCompile } from '../tensor/plan/planner.ts';

/** A computation without a gradient or dropout, on tensors that were uploaded for it. */
export interface Forward {
  /** Values in main memory; freed when the computation is done. */
  readonly inputs: readonly tf.Tensor[];
  /** Gives the float32 tensors that are read. Computations of one key do the same on inputs of equal shapes. */
  compute(): readonly tf.Tensor[];
}

/**
 * Runs a model forward, batch after batch: on a GPU each is one submit of commands that were recorded once for its shapes,
 * elsewhere tfjs computes. The bits are those of single operations.
 */
export class ForwardPass {
  readonly #planner: Planner<undefined> | undefined;
  readonly #told = new Set<string>();

  /** `compiling` hears of kernels that are compiled before a first batch, `notReplayed` once of each reason why batches are not replayed on a GPU that could. */
  constructor(
    execution: StepExecution = 'auto',
    compiling?: OnCompile,
    readonly notReplayed?: (reason: string) => void,
  ) {
    const backend = recordingBackend();
    this.#planner = backend && new Planner(backend, execution === 'auto' ? 'plan' : execution, compiling);
  }

  /** What plans hold, and why some computations are not replayed; undefined where nothing is recorded. */
  get planner(): Pick<Planner<undefined>, 'refusals' | 'report'> | undefined {
    return this.#planner;
  }

  /** Uploads by `open`, computes, and gives the values that were asked for, in order. */
  async run(key: string, open: () => Forward): Promise<readonly Float32Array[]> {
    let forward: Forward | undefined;
    const inputs = tf.tidy(() => [...(forward = open()).inputs]);
    const run = () => ({ read: tf.tidy(() => [...forward!.compute()]), meaning: undefined });
    try {
      if (!this.#planner) return await valuesOf(run().read);
      const { values } = await this.#planner.run({ key: `${key} ${shapesOf(inputs)}`, inputs, draws: [], run });
      this.#tell(this.#planner.refusals);
      return values;
    } finally {
      tf.dispose(inputs);
    }
  }

  #tell(reasons: readonly string[]): void {
    for (const reason of reasons) {
      if (!this.#told.has(reason)) this.notReplayed?.(reason);
      this.#told.add(reason);
    }
  }

  /** Frees the memory of a pass over rows; plans stay for the next one. */
  rest(): void {
    this.#planner?.rest();
  }

  dispose(): void {
    this.#planner?.dispose();
  }
}

async function valuesOf(tensors: readonly tf.Tensor[]): Promise<Float32Array[]> {
  const values = await Promise.all(tensors.map((tensor) => tensor.data<'float32'>()));
  tf.dispose([...tensors]);
  return values;
}

/** What goes over rows. */
export interface RowsPass {
  /** Keeps what is recorded from one time to the next. */
  readonly forward?: ForwardPass;
  /** How batches run on a GPU where nothing is kept; `auto` when absent. */
  readonly execution?: StepExecution;
}

/** Goes over rows with a pass that keeps its plans for the next time, or with one for this time alone. */
export async function overRows<T>({ forward: kept, execution }: RowsPass, go: (forward: ForwardPass) => Promise<T>): Promise<T> {
  const forward = kept ?? new ForwardPass(execution);
  try {
    return await go(forward);
  } finally {
    forward.rest();
    if (!kept) forward.dispose();
  }
}
