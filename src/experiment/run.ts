/** What a run reports while it goes on and when it ends: shared by the protocol, the store and the page. */
import type { BackendName } from './recipe.ts';

/** The models that one run makes, in the order of the table; `pretrained` is the only model of a pretraining run. */
export const ARMS = ['teacher', 'distilled', 'finetuned', 'initialised', 'random', 'majority', 'pretrained', 'frequencies'] as const;
export type Arm = (typeof ARMS)[number];

/** The metric of pairs of texts: the share of which a model told whether the second follows the first. */
export const NEXT_SENTENCE_ACCURACY = 'next_sentence_accuracy';

/** Ends the names of metrics on the mismatched rows of MNLI. */
export const MISMATCHED_SUFFIX = '_mm';

/** What the evaluation of one model on the dev rows gave. */
export interface Scores {
  /** Metric name → value; the task's first metric is the headline. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Headline metric by depth slice, where the rows have one. */
  readonly byDepth: readonly number[];
  readonly loss: number;
  readonly examples: number;
}

/** One row of the comparison table. */
export interface ResultRow {
  readonly arm: Arm;
  readonly parameters: number;
  readonly scores: Scores;
  readonly seconds: number;
}

export interface DeviceReport {
  readonly backend: BackendName;
  /** Why this backend and not another, as one sentence for a person. */
  readonly reason: string;
  readonly adapter: string;
  /** What the person can do to get a faster one; empty when nothing. */
  readonly remedy: string;
}

export interface StepReport {
  readonly arm: Arm;
  readonly step: number;
  readonly steps: number;
  readonly epoch: number;
  /** Weighted loss, and each term under its objective's own name. */
  readonly loss: number;
  readonly terms: Readonly<Record<string, number>>;
  readonly learning_rate: number;
  readonly grad_norm: number;
  readonly stepsPerSecond: number;
  /** Until the whole run ends, in seconds. */
  readonly secondsLeft: number;
}

export type RunState = 'running' | 'paused' | 'stopped' | 'done' | 'failed';
