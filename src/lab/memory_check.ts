/** Whether a recipe's models fit the device, before anything is uploaded. */
import { Fault } from '../fault/fault.ts';
import { isOnText, stageTraining, type ObjectiveTerm, type Recipe, type Stage, type TrainingArguments } from '../experiment/recipe.ts';
import type { Head, ModelConfig } from '../model/config.ts';
import { fits, largestBatch, memoryPlan, type MemoryLimits, type MemoryPlan, type TrainingLoad } from '../model/memory.ts';
import { headsAmong } from '../model/parameters.ts';
import { WORD_TABLE } from '../model/parts.ts';
import type { DeviceLimits } from '../tensor/limits.ts';
import { LENGTH_STEP, type EncodedExample } from '../train/batches.ts';
import { byteSize as size } from './byte_size.ts';
import { comparedBy, keptAtMost } from './objective_memory.ts';
import { batchesOf, type StageContext } from './stage.ts';
import { studentShape } from './student.ts';
import type { StageTeacher } from './teacher_pass.ts';
import { MOST_KEPT_BYTES } from './teacher_reading.ts';

/** Below this a run says nothing of its memory: any machine has that much. */
const QUIET_BYTES = 256 * 2 ** 20;

/** Parts of a plan in words. */
export function planInWords({ parameters, weights, gradients, moments, activations, objectives, teacher, total, largest }: MemoryPlan, { binding = Infinity }: MemoryLimits): string {
  const optional = [['objectives', objectives], ['teacher', teacher]] as const;
  const parts = [`weights ${size(weights)}`, `gradients ${size(gradients)}`, `moments ${size(moments)}`, `activations ${size(activations)}`, ...optional.flatMap(([name, bytes]) => (bytes > 0 ? [`${name} ${size(bytes)}`] : []))];
  const split = largest.name === WORD_TABLE && largest.bytes > binding ? `, in ${Math.ceil(largest.bytes / binding)} parts` : '';
  return `about ${size(total)} for ${parameters.toLocaleString('en-GB')} parameters (${parts.join(', ')}); the largest tensor, ${largest.name}, has ${size(largest.bytes)}${split}`;
}

/** The heaviest training of a recipe: of a model alone, or a stage of the student beside its teacher. */
function loadOf(recipe: Recipe, start: ModelConfig, heads: readonly Head[], teacherUntrained: boolean, { fusedAttention, replayed = false }: DeviceLimits): TrainingLoad {
  const { training } = recipe;
  const replays = replayed && (training.execution ?? 'auto') !== 'tape';
  const shape = { heads, batch: training.per_device_train_batch_size, length: training.max_seq_length, fusedAttention, replayed: replays, micros: batchesOf(training) };
  const isAlone = recipe.stages.length === 0 || recipe.kind === 'pretrain';
  const alone = isAlone || teacherUntrained ? [{ ...shape, config: start }] : [];
  const loads: readonly TrainingLoad[] = [...alone, ...(isAlone ? [] : recipe.stages.map((stage) => stageLoad(recipe, stage, start, shape)))];
  return loads.reduce((a, b) => (memoryPlan(b).total > memoryPlan(a).total ? b : a));
}

/** One stage of a distillation; its teacher lies beside it where it is compared, or reads the rows before it. */
function stageLoad(recipe: Recipe, stage: Stage, teacher: ModelConfig, shape: Omit<TrainingLoad, 'config'>): TrainingLoad {
  const config = studentShape(recipe, teacher);
  const rows = recipe.data.kind === 'mini-glue' ? recipe.data.train_rows : 0;
  const compared = comparedBy(stage.objectives, recipe, config, teacher, rows);
  const follower = recipe.stages[recipe.stages.indexOf(stage) + 1];
  const teacherLeaves = !recipe.dropout.teacher && !isOnText(recipe) && follower?.start !== 'best' && (!compared || isKept(stage, recipe, teacher, rows));
  return { ...shape, batch: stageTraining(recipe, stage).per_device_train_batch_size, config, teacher, teacherDrops: recipe.dropout.teacher, teacherLeaves, ...(compared ? { compared } : {}) };
}

/** Whether what a stage reads of the inside of its teacher is kept by row. */
function isKept({ objectives }: Stage, recipe: Recipe, teacher: ModelConfig, rows: number): boolean {
  const bytes = keptAtMost(objectives, recipe, studentShape(recipe, teacher), teacher, rows > 0 ? rows : undefined);
  return bytes > 0 && bytes < MOST_KEPT_BYTES;
}

/** The bytes that the steps of an open stage take by the estimate; `teacher`: absent where nothing of it is left on the device. */
export function stageBytes({ recipe, config, parameters, options, examples }: StageContext, list: readonly ObjectiveTerm[], { config: teacher, parameters: onDevice }: Partial<Pick<StageTeacher, 'config' | 'parameters'>>, { fusedAttention, replayed = false }: DeviceLimits): number {
  const compared = teacher && comparedBy(list, recipe, config, teacher, examples.length);
  const shape = { batch: options.per_device_train_batch_size, length: longestBatch(options, examples), micros: batchesOf(options) };
  return memoryPlan({ ...shape, config, heads: headsAmong(parameters, config), fusedAttention, replayed, ...(teacher && { teacher, teacherLeaves: !onDevice }), ...(compared && { compared }) }).training;
}

/** Tokens of the longest text in any batch, padding included. */
export function longestBatch({ max_seq_length: most, pad_to_max_length: always = false }: Pick<TrainingArguments, 'max_seq_length' | 'pad_to_max_length'>, examples: readonly EncodedExample[]): number {
  if (always) return most;
  const longest = examples.reduce((length, { ids }) => Math.max(length, ids.length), 1);
  return Math.min(most, LENGTH_STEP * Math.ceil(longest / LENGTH_STEP));
}

/** The most that any stage keeps of its teacher in main memory, which no limit of the device counts. */
function keptOf(recipe: Recipe, teacher: ModelConfig): number {
  const rows = recipe.data.kind === 'mini-glue' ? recipe.data.train_rows : undefined;
  return Math.max(0, ...recipe.stages.map(({ objectives }) => keptAtMost(objectives, recipe, studentShape(recipe, teacher), teacher, rows)));
}

/**
 * Refuses a recipe that the device cannot hold; Fault `too-large-for-device` with the numbers and the largest batch that
 * fits. `tell` is given a sentence where a run takes much memory.
 */
export function checkMemory(recipe: Recipe, start: ModelConfig, heads: readonly Head[], teacherUntrained: boolean, limits: DeviceLimits, tell: (text: string) => void): void {
  const load = loadOf(recipe, start, heads, teacherUntrained, limits);
  const plan = memoryPlan(load);
  const bounded = limits.total !== undefined || limits.binding !== undefined;
  const most = largestBatch(load, limits);
  if (fits(plan, limits)) {
    const kept = keptOf(recipe, start);
    const beside = kept > 0 ? ` Up to ${size(kept)} of what the teacher gives by row are kept in main memory beside that.` : '';
    if (plan.total + kept > QUIET_BYTES) tell(`A step of ${load.batch} texts of ${load.length} tokens takes ${planInWords(plan, limits)}.${bounded ? ` The largest batch that fits is ${most}${most === 4096 ? ' or more' : ''}.` : ''}${beside}`);
    return;
  }
  throw new Fault({
    code: 'too-large-for-device',
    where: `per_device_train_batch_size ${load.batch}, max_seq_length ${load.length}`,
    expected: [...(limits.total === undefined ? [] : [`at most ${size(limits.total)} in all`]), ...(limits.binding === undefined ? [] : [`${size(limits.binding)} in one tensor`])].join(', '),
    got: planInWords(plan, limits),
    remedy: most > 0 ? `Set the batch size to ${most} or less, or shorten the texts.` : 'Not even one text fits: shorten the texts, choose a smaller model, or another backend.',
  });
}
