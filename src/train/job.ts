import type { Change } from '../tensor/kernels/bank_rows.ts';
import type { Execution, OnCompile } from '../tensor/plan/planner.ts';
import type * as tf from '../tensor/tf.ts';
import type { OptimizationArguments } from './optimization.ts';
import type { ParameterGroup } from './parameter_groups.ts';

/** What the loop needs to know of a training job; it knows nothing of tasks, text or storage. */
export interface TrainingJob {
  /** Everything that may be trained: the model's parameters, and those of objectives (projections) under other names. */
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  readonly options: OptimizationArguments;
  /** Updates in all. */
  readonly steps: number;
  /** Parameters that are optimised otherwise; the first group that matches a name holds. */
  readonly groups?: readonly ParameterGroup[];
  /** What objectives remember from step to step (CRD's banks); part of the loop's state, never differentiated. */
  readonly memory?: ReadonlyMap<string, tf.Variable>;
  /** Hours of training so far, those before an interruption included; for schedules by time. */
  hours?(): number;
  /**
   * What is uploaded for a micro-batch, called once before `prepare` and `losses`, which use these tensors.
   *
   * A job that has it can be recorded once and replayed (docs/engine.md). Then all else in `prepare` and `losses` depends
   * on `key` alone.
   */
  inputs?(step: number, micro: number): StepInputs;
  /** On a GPU: `plan` (default) replays recorded steps, `tape` runs the same operations one by one, `check` does both and compares. The bits are the same. */
  readonly execution?: Execution;
  /** Hears of kernels that are compiled, which on a GPU takes seconds before the first step of a key. */
  readonly compiling?: OnCompile;
  /** Tensors that a micro-batch needs and no gradient flows through, such as the teacher's; run before the tape begins. */
  prepare?(step: number, micro: number): tf.Tensor[];
  /**
   * The loss of micro-batch `micro` of step `step` (both 0-based); everything within is differentiated.
   *
   * `prepared` is what `prepare` gave, and is freed after the backward pass. An update is made of
   * `gradient_accumulation_steps` micro-batches; number step·A + micro tells their batches and dropout masks apart.
   */
  losses(step: number, micro: number, prepared: readonly tf.Tensor[]): StepLosses;
}

/** What differs between micro-batches that do the same. */
export interface StepInputs {
  /** Names what is done with the inputs; their shapes count too and need not be in it. */
  readonly key: string;
  /** Values in main memory; the loop frees them after the step. */
  readonly tensors: readonly tf.Tensor[];
  /** Keys of every dropout mask that may be drawn. */
  readonly draws: readonly number[];
}

/** Changes of memories, by name. */
export type MemoryChanges = Readonly<Record<string, Change>>;

/** What one micro-batch gives. */
export interface StepLosses {
  /** The named, weighted terms of the loss; their sum is what is minimised. */
  readonly terms: Readonly<Record<string, tf.Scalar>>;
  /** New values or rows of memories, made in this step; in place for the next micro-batch, and undone where the step is left out. */
  readonly memory?: MemoryChanges;
  /** Examples in this micro-batch; default 1. */
  readonly size?: number;
  /**
   * What the terms are over those examples. `mean` (default): gradient = Σ size·g / Σ size over the micro-batches. `sum`:
   * gradient = Σ g / Σ size, which is what fairseq's trainer does with every criterion, also with means (D2).
   */
  readonly reduction?: 'mean' | 'sum';
}
