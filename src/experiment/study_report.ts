/** What a study gave: a line for each cell with both deviations, and the differences between beginnings. */
import { mean, sampleDeviation } from './statistics.ts';
import { initText, type StudyCell, type StudyStudent } from './study.ts';
import { textTable } from './text_table.ts';

/** A finished student: its headline metric on dev rows, and on the tuning rows where it was asked. */
export interface StudyScore {
  readonly student: StudyStudent;
  readonly dev: number;
  readonly tuning?: number;
}

/** One line of the table. */
export interface StudyRow {
  readonly cell: StudyCell;
  readonly learningRate: number;
  readonly students: number;
  readonly mean: number;
  /** Of students of the same teacher: the root of the mean variance; absent with one student a teacher. */
  readonly studentDeviation?: number;
  /** Of the teachers' means; absent with one teacher. It holds a part of the students' deviation too. */
  readonly teacherDeviation?: number;
}

/** Two beginnings of one method compared run by run: same teacher, same seed, same steps. */
export interface StudyDifference {
  readonly cell: StudyCell;
  /** The beginning that is taken from that of the cell. */
  readonly against: StudyCell;
  readonly pairs: number;
  readonly mean: number;
  /** s/√n of the differences; absent below two pairs. */
  readonly standardError?: number;
}

/** The lines of a study in the order of its cells; a cell without a finished student has none. */
export function studyRows(cells: readonly StudyCell[], scores: readonly StudyScore[]): StudyRow[] {
  return cells.flatMap((cell) => {
    const own = scores.filter(({ student }) => student.cell === cell);
    const [first] = own;
    return first ? [{ cell, learningRate: first.student.learningRate, students: own.length, ...deviations(own) }] : [];
  });
}

function deviations(scores: readonly StudyScore[]): Pick<StudyRow, 'mean' | 'studentDeviation' | 'teacherDeviation'> {
  const teachers = grouped(scores, ({ student }) => String(student.teacherSeed)).map((group) => group.map(({ dev }) => dev));
  const within = teachers.flatMap((group) => sampleDeviation(group) ?? []);
  const between = sampleDeviation(teachers.map(mean));
  return {
    mean: mean(teachers.flat()),
    ...(within.length > 0 ? { studentDeviation: Math.sqrt(mean(within.map((s) => s * s))) } : {}),
    ...(between === undefined ? {} : { teacherDeviation: between }),
  };
}

/** Every beginning against the last one that its method, steps and model have. */
export function studyDifferences(cells: readonly StudyCell[], scores: readonly StudyScore[]): StudyDifference[] {
  const groups = grouped(cells, ({ steps, layersOf, method }) => JSON.stringify([steps, layersOf, method]));
  return groups.flatMap((group) => {
    const against = group.at(-1)!;
    return group.slice(0, -1).flatMap((cell) => differenceOf(cell, against, scores));
  });
}

function differenceOf(cell: StudyCell, against: StudyCell, scores: readonly StudyScore[]): StudyDifference[] {
  const of = (one: StudyCell) => new Map(scores.filter(({ student }) => student.cell === one).map(({ student, dev }) => [`${student.teacherSeed}/${student.seed}`, dev]));
  const other = of(against);
  const pairs = [...of(cell)].flatMap(([key, dev]) => (other.has(key) ? [dev - other.get(key)!] : []));
  if (pairs.length === 0) return [];
  const deviation = sampleDeviation(pairs);
  return [{ cell, against, pairs: pairs.length, mean: mean(pairs), ...(deviation === undefined ? {} : { standardError: deviation / Math.sqrt(pairs.length) }) }];
}

/** Values with equal keys together, in the order of the first of each. */
function grouped<T>(values: readonly T[], keyOf: (value: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const value of values) groups.set(keyOf(value), [...(groups.get(keyOf(value)) ?? []), value]);
  return [...groups.values()];
}

const spread = (value: number | undefined): string => (value === undefined ? '–' : `± ${value.toFixed(4)}`);

/** The table and, below it, the differences, as text. */
export function studyTable(metric: string, rows: readonly StudyRow[], differences: readonly StudyDifference[]): string {
  const header = ['method', 'from layers', 'of', 'steps', 'learning rate', 'students', `dev ${metric}`, 'over students', 'over teachers'];
  const lines = rows.map(({ cell, learningRate, students, mean: value, studentDeviation, teacherDeviation }) => [
    cell.method, initText(cell), cell.init === 'random' ? '–' : cell.layersOf, String(cell.steps), String(learningRate), String(students), value.toFixed(4), spread(studentDeviation), spread(teacherDeviation),
  ]);
  const compared = differences.map(({ cell, against, pairs, mean: value, standardError }) => [
    cell.method, `${initText(cell)} − ${initText(against)}`, cell.layersOf, String(cell.steps), String(pairs), `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`, spread(standardError),
  ]);
  const parts = [textTable([header, ...lines])];
  if (compared.length > 0) parts.push(textTable([['method', 'difference', 'of', 'steps', 'pairs', metric, 'standard error'], ...compared]));
  return parts.join('\n\n');
}
