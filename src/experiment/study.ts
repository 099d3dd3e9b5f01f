/** A study of the paper's question: which layers a student should start from, method by method, at equal steps. */
import { STUDY_DEFAULTS, type LayersOf, type StudyInit, type StudyValues } from './study_options.ts';

/** What is compared; each cell of the table has the same runs. */
export interface StudyCell {
  readonly steps: number;
  readonly layersOf: LayersOf;
  readonly method: string;
  readonly init: StudyInit;
}

/** One student of a cell. */
export interface StudyStudent {
  readonly cell: StudyCell;
  readonly learningRate: number;
  readonly teacherSeed: number;
  readonly seed: number;
}

/** The cells in the order of the table; students with random weights start from no model's layers, and stand once. */
export function studyCells(values: StudyValues, inits: readonly StudyInit[]): StudyCell[] {
  const { methods = STUDY_DEFAULTS.methods, budgets = STUDY_DEFAULTS.budgets, layers_of = STUDY_DEFAULTS.layers_of } = values;
  return budgets.flatMap((steps) =>
    layers_of.flatMap((layersOf, place) =>
      methods.flatMap((method) => inits.flatMap((init) => (init === 'random' && place > 0 ? [] : [{ steps, layersOf, method, init }]))),
    ),
  );
}

/** The lowest layers of a model, evenly spaced ones, and the highest. */
export function usualInits(modelLayers: number, studentLayers: number, spaced: readonly number[]): StudyInit[] {
  const from = (first: number) => Array.from({ length: studentLayers }, (_, i) => first + i);
  const all = [from(0), spaced, from(modelLayers - studentLayers)];
  return all.filter((list, place) => all.findIndex((other) => String(other) === String(list)) === place);
}

/** The students that choose a cell's learning rate: one for each rate, of the first teacher and the first seed. */
export function trialsOf(cell: StudyCell, values: StudyValues): StudyStudent[] {
  const { learning_rates = STUDY_DEFAULTS.learning_rates } = values;
  const [teacherSeed] = teacherSeedsOf(values);
  const [seed] = seedsOf(values);
  return learning_rates.map((learningRate) => ({ cell, learningRate, teacherSeed: teacherSeed!, seed: seed! }));
}

/** The students of a cell at one learning rate: every seed for every teacher. */
export function studentsOf(cell: StudyCell, learningRate: number, values: StudyValues): StudyStudent[] {
  return teacherSeedsOf(values).flatMap((teacherSeed) => seedsOf(values).map((seed) => ({ cell, learningRate, teacherSeed, seed })));
}

export const teacherSeedsOf = ({ teacher_seeds }: StudyValues): readonly number[] => teacher_seeds ?? STUDY_DEFAULTS.teacher_seeds;
export const seedsOf = ({ seeds }: StudyValues): readonly number[] => seeds ?? STUDY_DEFAULTS.seeds;

/** A student in words that are also the name of its folder, e.g. `teacher-1-kd-0.1.2-of-finetuned-300-steps-lr-0.001-seed-2`. */
export function studentName({ cell, learningRate, teacherSeed, seed }: StudyStudent): string {
  const { method, init, layersOf, steps } = cell;
  return [`teacher-${teacherSeed}`, method.replace(/[^\w.-]+/g, '-'), init === 'random' ? 'random' : `${init.join('.')}-of-${layersOf}`, `${steps}-steps`, `lr-${learningRate}`, `seed-${seed}`].join('-');
}

/** The beginning of a cell's students as the option writes it. */
export const initText = ({ init }: Pick<StudyCell, 'init'>): string => (init === 'random' ? init : init.join(','));
