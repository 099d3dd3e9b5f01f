import * as tf from '../../tensor/tf.ts';
import type { Clock } from '../progress.ts';
import type { OpenObjective } from './open_objective.ts';
import type { Scene } from './scene.ts';

/** Steps that are timed, after one that compiles and allocates. */
const TIMED = 5;

/** What one step of training takes. */
export interface StepCost {
  readonly milliseconds: number;
  readonly bytes: number;
}

/**
 * Median time of a training step on the fixed batch, teacher's pass and update included, and the most bytes that its
 * tensors take beside those that stay. The learning rate is 0, so that the student stays what it is.
 */
export async function stepCost({ recipe, batchAt }: Scene, open: OpenObjective, now: Clock, gate: () => Promise<void>): Promise<StepCost> {
  const rows = batchAt(0);
  const still = { options: { ...recipe.training, learning_rate: 0, gradient_accumulation_steps: 1 }, steps: TIMED + 1, batchAt: () => rows };
  const bytes = await peakBytes(open);
  const loop = open.loop(still);
  try {
    await loop.next();
    const times: number[] = [];
    for (let i = 0; i < TIMED; i++) {
      const began = now();
      await loop.next();
      times.push(now() - began);
      await gate();
    }
    return { milliseconds: median(times), bytes };
  } finally {
    loop.dispose();
  }
}

/** The most bytes beyond those before it that forward and backward of one step hold at a time. */
async function peakBytes(open: OpenObjective): Promise<number> {
  const before = tf.memory().numBytes;
  const { peakBytes: peak } = await tf.profile(() => {
    const teacher = open.teacher();
    const variables = [...open.student.values(), ...open.trained.values()];
    const { value, grads } = tf.variableGrads(() => tf.addN(Object.values(open.losses(teacher).terms)) as tf.Scalar, variables);
    tf.dispose([value, grads, teacher]);
    return [];
  });
  return Math.max(0, peak - before);
}

/** The middle of some numbers; the mean of the two middle ones where their number is even. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}
