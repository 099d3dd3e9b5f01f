/** The objective bench as values: what is asked of it, and what it tells and finds. Shared by page, worker and command line. */
import { DEFAULT_RECIPE, evenLayers, MINI_GLUE, recipeForTask } from './presets.ts';
import type { Recipe } from './recipe.ts';

/** What is measured: every objective named, on one batch, for one teacher and one student. */
export interface BenchJob {
  /** Task, data, teacher, student, seed, batch size, fidelity and backend; its stages are not looked at. */
  readonly recipe: Recipe;
  /** Names of objectives. */
  readonly objectives: readonly string[];
}

/** Rows that the bench draws its batch from; the memory of contrastive objectives has one place for each. */
export const BENCH_ROWS = 512;

/** Sizes of the batch that the page offers. */
export const BENCH_SIZES = [
  { name: 'micro', label: 'Micro: 4 sentences', rows: 4 },
  { name: 'default', label: 'Default: 32 sentences', rows: 32 },
] as const;

/** The recipe of a bench on mini-GLUE: the task's bundled teacher, its evenly spaced layers as the student. */
export function benchRecipe(task: string, teacherLayers: number, studentLayers: number, batch: number): Recipe {
  const base = recipeForTask(task);
  return {
    ...base,
    name: `${task}-objective-bench`,
    data: { ...MINI_GLUE, train_rows: BENCH_ROWS, dev_rows: 1 },
    student: { num_hidden_layers: studentLayers, init: { kind: 'layers', layers: evenLayers(teacherLayers, studentLayers) } },
    training: { ...DEFAULT_RECIPE.training, per_device_train_batch_size: batch },
    baselines: false,
  };
}

/** One named scalar of an objective. */
export interface BenchTerm {
  readonly name: string;
  readonly value: number;
  /** Norm of its gradient by all parameters of the student; 0 where it moves only tensors of the objective's own. */
  readonly norm: number;
}

/** A part of the student, and the share of the objective's squared gradient that falls on it. */
export interface BenchPart {
  readonly name: string;
  readonly share: number;
  /** Shares of each attention head's own rows and columns, within the part's; empty for parts without attention. */
  readonly heads: readonly number[];
}

/** The gradient against central finite differences. */
export interface GradientCheck {
  /** |d − D·g| / |d| over the directions D: d by differences, g the gradient. */
  readonly error: number;
  readonly passed: boolean;
}

/** What the bench finds for one objective. */
export interface BenchRow {
  readonly objective: string;
  readonly value: number;
  readonly norm: number;
  readonly terms: readonly BenchTerm[];
  /** Shares add up to 1. */
  readonly parts: readonly BenchPart[];
  /** Median of a step: the teacher's pass, forward, backward, update. */
  readonly milliseconds: number;
  /** Most bytes of tensors at one time within a step, above what is held before it. */
  readonly bytes: number;
  readonly check: GradientCheck;
}

/** An objective that these models cannot be compared by, and why. */
export interface BenchRefusal {
  readonly objective: string;
  readonly why: string;
}

/** Everything that one bench found. */
export interface BenchReport {
  /** Teacher, student and batch, as sentences. */
  readonly notes: readonly string[];
  readonly rows: readonly BenchRow[];
  readonly refused: readonly BenchRefusal[];
  /** Terms by label, e.g. `kd · ce`, in the order of the matrix. */
  readonly labels: readonly string[];
  /** Cosine of the student's gradients of any two terms; null where one of them is 0 or was too large to keep. */
  readonly cosines: readonly (readonly (number | null)[])[];
}

/** What a bench tells while it goes on, and when it ends. */
export type BenchEvent =
  | { readonly kind: 'progress'; readonly label: string; readonly done: number; readonly total: number; readonly secondsLeft: number }
  | { readonly kind: 'row'; readonly row: BenchRow }
  | { readonly kind: 'refused'; readonly refusal: BenchRefusal }
  | { readonly kind: 'done'; readonly report: BenchReport }
  | { readonly kind: 'stopped' };

/** What a person calls a term: the objective alone where it has one. */
export function termLabel(objective: string, term: string, of: number): string {
  return of === 1 ? objective : `${objective} · ${term}`;
}

/** A short training by one objective: means of its own loss over the first and the last steps. */
export interface ObjectiveTraining {
  readonly objective: string;
  readonly steps: number;
  readonly first: number;
  readonly last: number;
}

/** Whether a training lowered its loss. */
export function fell({ first, last }: ObjectiveTraining): boolean {
  return last < first;
}
