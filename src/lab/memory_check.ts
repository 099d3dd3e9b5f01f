/** Whether a recipe's models fit the device, before anything is uploaded. */
import { Fault } from '../fault/fault.ts';
import type { Recipe } from '../experiment/recipe.ts';
import type { Head, ModelConfig } from '../model/config.ts';
import { fits, largestBatch, memoryPlan, type MemoryPlan, type TrainingLoad } from '../model/memory.ts';
import type { DeviceLimits } from '../tensor/limits.ts';

/** Below this a run says nothing of its memory: any machine has that much. */
const QUIET_BYTES = 256 * 2 ** 20;

const SIZES = ['bytes', 'kB', 'MB', 'GB'] as const;

function size(bytes: number): string {
  const step = Math.min(SIZES.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return `${step === 0 ? bytes : (bytes / 1000 ** step).toPrecision(3)} ${SIZES[step]}`;
}

/** Parts of a plan in words. */
export function planInWords({ parameters, weights, gradients, moments, activations, teacher, total, largest }: MemoryPlan): string {
  const parts = [`weights ${size(weights)}`, `gradients ${size(gradients)}`, `moments ${size(moments)}`, `activations ${size(activations)}`, ...(teacher > 0 ? [`teacher ${size(teacher)}`] : [])];
  return `about ${size(total)} for ${parameters.toLocaleString('en-GB')} parameters (${parts.join(', ')}); the largest tensor, ${largest.name}, has ${size(largest.bytes)}`;
}

/** The heaviest training of a recipe: the student beside its teacher, or the model that is finetuned. */
function loadOf(recipe: Recipe, start: ModelConfig, heads: readonly Head[], teacherUntrained: boolean, fusedAttention: boolean): TrainingLoad {
  const { student, training } = recipe;
  const shape = { heads, batch: training.per_device_train_batch_size, length: training.max_seq_length, fusedAttention };
  if (recipe.kind !== 'distill' || teacherUntrained) return { ...shape, config: start };
  return { ...shape, config: { ...start, num_hidden_layers: student.num_hidden_layers }, teacher: start };
}

/**
 * Refuses a recipe that the device cannot hold; Fault `too-large-for-device` with the numbers and the largest batch that
 * fits. `tell` is given a sentence where a run takes much memory.
 */
export function checkMemory(recipe: Recipe, start: ModelConfig, heads: readonly Head[], teacherUntrained: boolean, limits: DeviceLimits, tell: (text: string) => void): void {
  const load = loadOf(recipe, start, heads, teacherUntrained, limits.fusedAttention);
  const plan = memoryPlan(load);
  const bounded = limits.total !== undefined || limits.binding !== undefined;
  const most = largestBatch(load, limits);
  if (fits(plan, limits)) {
    if (plan.total > QUIET_BYTES) tell(`A step of ${load.batch} texts of ${load.length} tokens takes ${planInWords(plan)}.${bounded ? ` The largest batch that fits is ${most}${most === 4096 ? ' or more' : ''}.` : ''}`);
    return;
  }
  throw new Fault({
    code: 'too-large-for-device',
    where: `per_device_train_batch_size ${load.batch}, max_seq_length ${load.length}`,
    expected: [...(limits.total === undefined ? [] : [`at most ${size(limits.total)} in all`]), ...(limits.binding === undefined ? [] : [`${size(limits.binding)} in one tensor`])].join(', '),
    got: planInWords(plan),
    remedy: most > 0 ? `Set the batch size to ${most} or less, or shorten the texts.` : 'Not even one text fits: shorten the texts, choose a smaller model, or another backend.',
  });
}
