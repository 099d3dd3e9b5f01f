/** Runs that belong together: one method after the other, each with several seeds. */
import { evenLayers } from '../model/layers.ts';
import { checkMappings, METHOD_LIST, methodStages, type ExperimentValues } from './method_stages.ts';
import { UsageError } from './option.ts';
import { DEFAULT_RECIPE } from './presets.ts';
import type { ModelSource, Recipe } from './recipe.ts';
import { initSlug } from './recipe_words.ts';
import { given } from './training_values.ts';

/** One run of a sweep. */
export interface SweepRun {
  readonly method: string;
  readonly seed: number;
  readonly recipe: Recipe;
}

/** What one command line asks for. */
export interface Sweep {
  readonly group: string;
  readonly runs: readonly SweepRun[];
  /** What a person should know of how the line was read, a sentence each. */
  readonly notes: readonly string[];
}

/** What a command line does not say itself. */
export interface SweepContext {
  /** The task's recipe with data, teacher, tokenizer, backend and training arguments. */
  readonly base: Recipe;
  /** Depth of the teacher; undefined where it is not known yet. */
  readonly teacherLayers: number | undefined;
  /** The model that `--init_from` names, with its depth. */
  readonly initFrom?: ModelSource;
  readonly initLayers?: number;
  /** First-stage students by method and place of the seed, for the prediction stage alone. */
  readonly checkpoints?: (method: string, index: number) => ModelSource;
}

/** Layers of the teacher that the reference's numbers count. */
const REFERENCE_DEPTH = 12;

/**
 * The runs of a command line, method by method and seed by seed.
 *
 * UsageError for layers that the teacher does not have (it names the scaled ones), and for methods and mappings that are
 * none.
 */
export function sweepOf(values: ExperimentValues, context: SweepContext): Sweep {
  const methods = methodsOf(values);
  const student = { ...studentOf(values, context.initLayers ?? context.teacherLayers, context.initFrom), ...given(widthsOf(values)) };
  const depths = { student: student.num_hidden_layers, teacher: context.teacherLayers ?? REFERENCE_DEPTH };
  const notes = new Set<string>();
  const runs = methods.flatMap((method) => {
    const read = methodStages(method, values);
    for (const note of read.notes) notes.add(note);
    checkMappings(read.stages, depths);
    return (values.seeds ?? [1]).map((seed, index) => ({ method, seed, recipe: recipeOf({ ...context.base, stages: read.stages }, values, { method, seed, student: beginning(student, context, method, index) }) }));
  });
  return { group: values.group ?? 'task-specific-comparison', runs, notes: [...notes] };
}

/** The sizes of the student that a line gives. */
export const widthsOf = ({ hidden_size, num_attention_heads, intermediate_size }: Pick<ExperimentValues, 'hidden_size' | 'num_attention_heads' | 'intermediate_size'>) => ({ hidden_size, num_attention_heads, intermediate_size });

function methodsOf({ experiment, method }: ExperimentValues): readonly string[] {
  if (experiment === 'method_list' && method === undefined) return METHOD_LIST;
  return (method ?? 'kd').split(',').map((name) => name.trim());
}

function recipeOf(base: Recipe, values: ExperimentValues, { method, seed, student }: { method: string; seed: number; student: Recipe['student'] }): Recipe {
  const fidelity = values.fidelity ?? 'corrected';
  const stage = values.experiment === 'pred' ? 'pred' : (values.stage ?? 'one_stage');
  return {
    ...base,
    name: [base.task, method.replace(/[^\w.-]+/g, '-'), stage, initSlug(student), 'seed', seed].join('-'),
    student,
    training: { ...base.training, seed },
    fidelity,
    baselines: values.baselines !== 'off',
    dropout: DROPOUT[values.dropout ?? (fidelity === 'released' ? 'both' : 'student')],
  };
}

/** Which models drop values, by the word of the option. */
export const DROPOUT: Readonly<Record<NonNullable<ExperimentValues['dropout']>, Recipe['dropout']>> = {
  student: { student: true, teacher: false },
  teacher: { student: false, teacher: true },
  both: { student: true, teacher: true },
  none: { student: false, teacher: false },
};

/** The student as it begins in one run: a first-stage one where the context has them. */
function beginning(student: Recipe['student'], { checkpoints }: SweepContext, method: string, index: number): Recipe['student'] {
  return checkpoints ? { ...student, init: { kind: 'checkpoint', from: checkpoints(method, index) } } : student;
}

/**
 * The student that `--init` and `--student_layers` describe; without them 3 layers, evenly spaced over the teacher's.
 *
 * UsageError when they do not fit each other or the teacher.
 */
export function studentOf({ student_layers, init, init_parts }: Pick<ExperimentValues, 'student_layers' | 'init' | 'init_parts'>, teacherLayers: number | undefined, from?: ModelSource): Recipe['student'] {
  const listed = init === undefined || init === 'random' ? undefined : init;
  const count = student_layers ?? listed?.length ?? DEFAULT_RECIPE.student.num_hidden_layers;
  if (listed && listed.length !== count) {
    throw new UsageError('--init', `${count} layers, as --student_layers says`, `${listed.length} (${listed.join(',')})`, 'Name as many teacher layers as the student has.');
  }
  const limit = teacherLayers ?? Infinity;
  if (listed?.some((layer) => layer >= limit)) throw beyond(listed, limit);
  if (init === 'random') return { num_hidden_layers: count, init: { kind: 'random' } };
  if (count > limit) throw new UsageError('--student_layers', `at most the teacher's ${limit} layers`, String(count), 'A student with more layers can only start with --init random.');
  const layers = listed ?? evenInit(teacherLayers, count);
  return { num_hidden_layers: count, init: { kind: 'layers', layers, ...given({ from, parts: init_parts }) } };
}

function evenInit(teacherLayers: number | undefined, count: number): readonly number[] {
  if (teacherLayers !== undefined) return evenLayers(teacherLayers, count);
  if (count === DEFAULT_RECIPE.student.num_hidden_layers) return evenLayers(REFERENCE_DEPTH, count);
  throw new UsageError('--init', 'teacher layers to start from', 'none, and the teacher is not there yet to be counted', 'Name them, e.g. --init 5,11.');
}

function beyond(layers: readonly number[], teacherLayers: number): UsageError {
  const got = layers.filter((layer) => layer >= teacherLayers).join(', ');
  const scaled = scaledLayers(layers, teacherLayers);
  return new UsageError('--init', `layers from 0 to ${teacherLayers - 1}, which the teacher has`, got, `The numbers are 0-based; scaled to this teacher's ${teacherLayers} layers they are --init ${scaled.join(',')}.`);
}

/**
 * Layers of a teacher of 12 layers (or of as many as the numbers need) as those at the same height of another depth.
 *
 *   l ↦ round((l + 1)·N/12) − 1;  the same distance from the top where two of them would meet (9,10,11 ↦ N−3,N−2,N−1)
 */
export function scaledLayers(layers: readonly number[], teacherLayers: number): number[] {
  const depth = Math.max(REFERENCE_DEPTH, ...layers.map((layer) => layer + 1));
  const byHeight = layers.map((layer) => Math.round(((layer + 1) * teacherLayers) / depth) - 1);
  const fromTop = layers.map((layer) => layer - depth + teacherLayers);
  const fits = (list: readonly number[]) => list.every((layer) => layer >= 0) && new Set(list).size === new Set(layers).size;
  if (fits(byHeight)) return byHeight;
  return fits(fromTop) ? fromTop : evenLayers(teacherLayers, Math.min(layers.length, teacherLayers));
}
