/** Whether a recipe's models fit the device, before anything is uploaded. */
import { Fault } from '../fault/fault.ts';
import { isOnText, stageTraining, type ObjectiveTerm, type Recipe, type Stage, type TrainingArguments } from '../experiment/recipe.ts';
import type { Head, ModelConfig } from '../model/config.ts';
import { fits, largestBatch, memoryPlan, type MemoryLimits, type MemoryPlan, type TrainingLoad } from '../model/memory.ts';
import { headsAmong } from '../model/parameters.ts';
import { WORD_TABLE } from '../model/parts.ts';
import type { DeviceLimits } from '../tensor/limits.ts';
import { LENGTH_STEP, type EncodedExample } from '../train/batches.ts';
import { EVALUATION_BATCH } from '../train/evaluate.ts';
import { byteSize as size } from './byte_size.ts';
import { comparedBy, keptAtMost } from './objective_memory.ts';
import { optimizerLoad } from './optimizer_memory.ts';
import { batchesOf, type StageContext } from './stage.ts';
import { studentShape } from './student.ts';
import type { StageTeacher } from './teacher_pass.ts';
import { MOST_KEPT_BYTES, rowsUsed } from './teacher_reading.ts';

/** Below this a run says nothing of its memory off the GPU, whose buffers are measured in the end: any machine has that much. */
const QUIET_BYTES = 256 * 2 ** 20;

/** When a plan takes more than its steps do. */
const PEAKS: Readonly<Record<Exclude<MemoryPlan['peak'], 'steps'>, string>> = { scoring: `while ${EVALUATION_BATCH} texts are scored at a time`, reading: 'while the teacher reads the training rows' };

/** Parts of a plan in words. */
export function planInWords({ parameters, weights, gradients, moments, updates, activations, objectives, teacher, training, total, peak, largest }: MemoryPlan, { binding = Infinity }: MemoryLimits): string {
  const optional = [['updates', updates], ['objectives', objectives], ['teacher', teacher]] as const;
  const parts = [`weights ${size(weights)}`, `gradients ${size(gradients)}`, `moments ${size(moments)}`, `activations ${size(activations)}`, ...optional.flatMap(([name, bytes]) => (bytes > 0 ? [`${name} ${size(bytes)}`] : []))];
  const more = peak === 'steps' ? '' : `, and ${size(total)} ${PEAKS[peak]}`;
  const split = largest.name === WORD_TABLE && largest.bytes > binding ? `, in ${Math.ceil(largest.bytes / binding)} parts` : '';
  return `about ${size(training)} for ${parameters.toLocaleString('en-GB')} parameters (${parts.join(', ')})${more}; the largest tensor, ${largest.name}, has ${size(largest.bytes)}${split}`;
}

/** Whether steps are replayed: where the backend does that, unless they are told to run one operation at a time. */
const replays = ({ replayed = false }: DeviceLimits, { execution = 'auto' }: TrainingArguments): boolean => replayed && execution !== 'tape';

/** The heaviest training of a recipe: of a model alone, or a stage of the student beside its teacher. */
function loadOf(recipe: Recipe, start: ModelConfig, heads: readonly Head[], teacherUntrained: boolean, limits: DeviceLimits, scoredLength: number): TrainingLoad {
  const { training } = recipe;
  const { fusedAttention } = limits;
  const scored = { batch: EVALUATION_BATCH, length: scoredLength };
  const shape = { heads, batch: training.per_device_train_batch_size, length: training.max_seq_length, fusedAttention, replayed: replays(limits, training), micros: batchesOf(training), scored };
  const isAlone = recipe.stages.length === 0 || recipe.kind === 'pretrain';
  const alone = isAlone || teacherUntrained ? [{ ...shape, config: start, optimizer: optimizerLoad(training, start, heads) }] : [];
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
  const options = stageTraining(recipe, stage);
  return { ...shape, batch: options.per_device_train_batch_size, optimizer: optimizerLoad(options, config, shape.heads), config, teacher, teacherDrops: recipe.dropout.teacher, teacherLeaves, ...(compared ? { compared } : {}) };
}

/** Whether what a stage reads of the inside of its teacher is kept by row. */
function isKept({ objectives }: Stage, recipe: Recipe, teacher: ModelConfig, rows: number): boolean {
  const bytes = keptAtMost(objectives, recipe, studentShape(recipe, teacher), teacher, rows > 0 ? rows : undefined);
  return bytes > 0 && bytes < MOST_KEPT_BYTES;
}

/** What an open stage takes on the device by the estimate; `teacher`: absent where nothing of it is left there. */
export function stagePlan(context: StageContext, list: readonly ObjectiveTerm[], { config: teacher, parameters: onDevice }: Partial<Pick<StageTeacher, 'config' | 'parameters'>>, limits: DeviceLimits): MemoryPlan {
  const { recipe, config, parameters, options, examples, steps } = context;
  const { tuning, dev } = context.session.data;
  const used = rowsUsed(context).map((row) => examples[row]!);
  const heads = headsAmong(parameters, config);
  const compared = teacher && comparedBy(list, recipe, config, teacher, examples.length);
  const rows = Math.max(tuning.length, dev.length);
  const shape = { batch: options.per_device_train_batch_size, length: longestBatch(options, used), micros: batchesOf(options), steps, lengths: lengthsOf(used) };
  const scored = { batch: Math.min(EVALUATION_BATCH, rows), length: longestBatch({ max_seq_length: options.max_seq_length }, [...tuning, ...dev]) };
  const { fusedAttention } = limits;
  return memoryPlan({ ...shape, config, heads, optimizer: optimizerLoad(options, config, heads), fusedAttention, replayed: replays(limits, options), ...(rows > 0 && { scored }), ...(teacher && { teacher, teacherLeaves: !onDevice }), ...(compared && { compared }) });
}

/** How many padded lengths the texts have. */
const lengthsOf = (examples: readonly EncodedExample[]): number => new Set(examples.map(({ ids }) => Math.ceil(ids.length / LENGTH_STEP))).size;

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
 * fits. `tell` is given a sentence on a GPU, and where a run takes much memory. `scoredLength`: tokens of the longest text that is scored.
 */
export function checkMemory(recipe: Recipe, start: ModelConfig, heads: readonly Head[], teacherUntrained: boolean, limits: DeviceLimits, tell: (text: string) => void, scoredLength = recipe.training.max_seq_length): void {
  const load = loadOf(recipe, start, heads, teacherUntrained, limits, scoredLength);
  const plan = memoryPlan(load);
  const bounded = limits.total !== undefined || limits.binding !== undefined;
  const most = largestBatch(load, limits);
  if (fits(plan, limits)) {
    const kept = keptOf(recipe, start);
    const beside = kept > 0 ? ` Up to ${size(kept)} of what the teacher gives by row are kept in main memory beside that.` : '';
    const taped = limits.replayed && !load.replayed ? ' Steps that run one operation at a time are estimated as on WebAssembly; a GPU holds less.' : '';
    if (limits.replayed || plan.total + kept > QUIET_BYTES) tell(`A step of ${load.batch} texts of ${load.length} tokens takes ${planInWords(plan, limits)}.${bounded ? ` The largest batch that fits is ${most}${most === 4096 ? ' or more' : ''}.` : ''}${beside}${taped}`);
    return;
  }
  throw new Fault({
    code: 'too-large-for-device',
    where: `per_device_train_batch_size ${load.batch}, max_seq_length ${load.length}`,
    expected: [...(limits.total === undefined ? [] : [`at most ${size(limits.total)} in all`]), ...(limits.binding === undefined ? [] : [`${size(limits.binding)} in one tensor`])].join(', '),
    got: planInWords(plan, limits),
    remedy: most > 0 ? `Set the batch size to ${most} or less, or shorten the texts.` : plan.peak === 'scoring' ? `Texts are scored ${EVALUATION_BATCH} at a time: shorten them, choose a smaller model, or another backend.` : 'Not even one text fits: shorten the texts, choose a smaller model, or another backend.',
  });
}
