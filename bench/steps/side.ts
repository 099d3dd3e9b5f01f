import type { EncodedExample } from '../../src/train/batches.ts';
import type { Size } from './problem.ts';

/** A step that can be repeated; each call trains on the same batch and resolves to the loss before the update. */
export interface Stepper {
  step(): Promise<number>;
  /** Steps that were traced so far, in which JavaScript does more than to replay. */
  readonly traces?: () => number;
  /** Steps from now on have shorter texts; only where that makes a step of a new key. */
  shorten?(): void;
}

/** What runs the step, and on what. With whole layers ours computes the last one for all tokens too, as the others do, though its first tokens alone are read. */
export const SIDES = {
  'stock-webgpu': { title: 'stock tfjs, webgpu', module: 'stock', device: 'webgpu' },
  'jax-webgpu': { title: 'jax-js, webgpu, one jit', module: 'jax', device: 'webgpu' },
  'own-webgpu': { title: 'Distill Lab, webgpu', module: 'own', device: 'webgpu' },
  'own-webgpu-whole': { title: 'Distill Lab, webgpu, whole layers', module: 'own', device: 'webgpu', wholeLayers: true },
  'stock-wasm': { title: 'stock tfjs, wasm', module: 'stock', device: 'wasm' },
  'own-wasm': { title: 'Distill Lab, wasm', module: 'own', device: 'wasm' },
  pytorch: { title: 'PyTorch', module: 'pytorch', device: 'cpu' },
} as const satisfies Record<string, { title: string; module: string; device: string; wholeLayers?: true }>;

export type SideName = keyof typeof SIDES;

/** What our own sides train with, where it is not logit distillation on the problem's one batch. */
export interface OwnTraining {
  /** Names of the objectives, each of weight 1. */
  readonly terms: readonly string[];
  /** The teacher's logits are looked up, as in a run; otherwise it computes them in every step. */
  readonly keptLogits: boolean;
  /** So is what objectives read of its inside. */
  readonly keptTaps: boolean;
  /** Rows that batches are drawn of as in a run; absent where the problem's one batch is meant. */
  readonly examples?: readonly EncodedExample[];
}

/** What is to be opened; it crosses to a page or process as JSON. */
export interface Job {
  readonly side: SideName;
  readonly size: Size;
  readonly training?: OwnTraining | undefined;
}

/** One measured step as the page or process that made it sees it. */
export interface StepReport {
  readonly loss: number;
  /** Milliseconds from the call to the loss. */
  readonly wall: number;
  /** Whether it was traced, to make a plan or to compare with one. */
  readonly traced?: boolean;
  /** Milliseconds until JavaScript had handed everything over: the last submit, or the end where nothing is submitted. */
  readonly javascript: number;
  readonly dispatches: number;
  readonly submits: number;
  /** The most bytes that GPU buffers held so far; 0 where there are none. */
  readonly peakBytes: number;
}

/** Where one side runs, apart from all others. */
export interface OpenSide {
  /** The WebGPU adapter in words; empty where there is none. */
  readonly adapter: string;
  step(): Promise<StepReport>;
  /** As of a stepper; false where it would make nothing new. */
  shorten?(): Promise<boolean>;
  /** Processor time so far of everything that works for this side, in milliseconds. */
  processorTime(): Promise<number>;
  close(): Promise<void>;
}

/** Opens sides; `close` ends whatever they share. */
export interface Host {
  /** What it is, for the report. */
  readonly description: string;
  open(job: Job): Promise<OpenSide>;
  close(): Promise<void>;
}
