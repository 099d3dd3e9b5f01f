/** Whether a model can be trained on this device, as numbers and sentences. */
import type { Head, ModelConfig } from '../../model/config.ts';
import { fits, largestBatch, memoryPlan, type MemoryPlan, type TrainingLoad } from '../../model/memory.ts';
import type { DeviceLimits } from '../../worker/protocol.ts';
import { bytes, wholeNumber } from '../state/numbers.ts';

/** The largest batch that is looked for; more fit where it is the answer. */
const MOST = 4096;

/** What is to be trained with a model. */
export interface MemoryQuestion {
  readonly config: ModelConfig;
  readonly heads: readonly Head[];
  readonly batch: number;
  readonly length: number;
  /** Layers of a student beside the model; undefined where the model itself is trained. */
  readonly student?: number;
  readonly limits: DeviceLimits;
}

export interface MemoryAnswer {
  readonly plan: MemoryPlan;
  readonly fits: boolean;
  /** Parts of the estimate that are not 0. */
  readonly parts: readonly { readonly name: string; readonly bytes: number }[];
  readonly sentences: readonly string[];
}

const PARTS = [
  ['weights', 'Weights'], ['gradients', 'Gradients'], ['moments', 'Moments of Adam'], ['activations', 'Activations'], ['teacher', 'Teacher'],
] as const satisfies readonly (readonly [keyof MemoryPlan, string])[];

/** The memory of one step of training, against what the device can hold. */
export function memoryAnswer({ config, heads, batch, length, student, limits }: MemoryQuestion): MemoryAnswer {
  const all: readonly Head[] = heads.includes('classification') ? heads : [...heads, 'classification'];
  const shape = { heads: all, batch, length, fusedAttention: limits.fusedAttention, replayed: limits.replayed ?? false };
  const load: TrainingLoad = student === undefined ? { ...shape, config } : { ...shape, config: { ...config, num_hidden_layers: student }, teacher: config };
  const plan = memoryPlan(load);
  return {
    plan,
    fits: fits(plan, limits),
    parts: PARTS.flatMap(([key, name]) => (plan[key] > 0 ? [{ name, bytes: plan[key] }] : [])),
    sentences: [totalSentence(plan, limits), largestSentence(plan, limits), batchSentence(load, limits)],
  };
}

function totalSentence({ total, parameters }: MemoryPlan, limits: DeviceLimits): string {
  const bound = limits.total === undefined ? 'what the device holds in all is not known' : `the device holds ${bytes(limits.total)}${total > limits.total ? ': too much' : ''}`;
  return `About ${bytes(total)} to train ${wholeNumber(parameters)} parameters; ${bound}.`;
}

function largestSentence({ largest, largestWhole }: MemoryPlan, { binding }: DeviceLimits): string {
  const limit = binding ?? Infinity;
  const tooLarge = largestWhole.bytes > limit;
  const shown = tooLarge ? largestWhole : largest;
  const verdict = tooLarge ? ': too large' : shown.bytes > limit ? `, so it lies in ${Math.ceil(shown.bytes / limit)} parts` : '';
  const bound = binding === undefined ? 'its largest buffer is not known' : `one buffer holds ${bytes(binding)}${verdict}`;
  return `The largest tensor, ${shown.name}, has ${bytes(shown.bytes)}; ${bound}.`;
}

function batchSentence(load: TrainingLoad, limits: DeviceLimits): string {
  if (limits.total === undefined && limits.binding === undefined) return 'Whether it fits shows when it is tried: this backend does not tell its limits.';
  const most = largestBatch(load, limits);
  if (most === 0) return 'Not even one text fits: shorten the texts, or choose a smaller model or another backend.';
  return `The largest batch that fits is ${wholeNumber(most)}${most >= MOST ? ' or more' : ''}.`;
}
