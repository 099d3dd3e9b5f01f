/** A study in one command: teachers, the learning rate of each cell on tuning rows, then every student; and its tables. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { taskNamed } from '../../src/data/tasks.ts';
import { STUDY_DEFAULTS, type StudyValues } from '../../src/experiment/study_options.ts';
import { initText, studentName, studentsOf, trialsOf, type StudyCell, type StudyStudent } from '../../src/experiment/study.ts';
import { studyDifferences, studyRows, studyTable, type StudyScore } from '../../src/experiment/study_report.ts';
import { studyDrawing } from '../../src/experiment/study_drawing.ts';
import type { Arm, ResultRow, Scores } from '../../src/experiment/run.ts';
import { mean, sampleDeviation } from '../../src/experiment/statistics.ts';
import type { Context, Outcome } from '../command_line/command.ts';
import { deviceLine, progressOn, type Progress } from '../progress.ts';
import { runChained, type ChainedJob, type ChainedRun, type ChainPlace } from './chained_runs.ts';
import type { StudyJobs, TeacherJob } from './study_jobs.ts';

interface StudentRun extends ChainedJob {
  readonly student: StudyStudent;
}

/** Everything that the runs of a study share. */
interface Surroundings {
  readonly jobs: StudyJobs;
  readonly values: StudyValues;
  readonly place: ChainPlace;
  readonly context: Context;
  readonly progress: Progress;
}

/** Runs what is left of a study, and gives its tables. */
export async function runStudy(jobs: StudyJobs, values: StudyValues, place: ChainPlace, context: Context): Promise<Outcome> {
  const progress = progressOn(context.log);
  for (const note of jobs.notes) progress.say(note);
  const all = { jobs, values, place, context, progress };
  const teachers = await runChained(jobs.teachers.map((job) => ({ ...job, title: `Finetuning the teacher of seed ${job.seed}` })), place, context, progress);
  const rates = await learningRates(all);
  const students = await runStudents(jobs.cells.flatMap((cell) => studentsOf(cell, rates.get(cell)!, values)), 'Distilling', all);
  const outcome = outcomeOf(teachers, students, all);
  mkdirSync(place.out, { recursive: true });
  writeFileSync(join(place.out, 'results.json'), `${JSON.stringify(outcome.json, null, 2)}\n`);
  writeFileSync(join(place.out, 'table.txt'), `${outcome.text.trim()}\n`);
  writeFileSync(join(place.out, 'study.svg'), studyDrawing(titleOfStudy(jobs), headline(jobs.task), outcome.json.table));
  return outcome;
}

/** The learning rate of each cell: the only one, or that of the best trial on tuning rows. */
async function learningRates(all: Surroundings): Promise<ReadonlyMap<StudyCell, number>> {
  const { jobs, values, progress } = all;
  const [only, ...more] = values.learning_rates ?? STUDY_DEFAULTS.learning_rates;
  if (more.length === 0) return new Map(jobs.cells.map((cell) => [cell, only!]));
  const trials = await runStudents(jobs.cells.flatMap((cell) => trialsOf(cell, values)), 'Trying a learning rate', all);
  const scores = scoresOf(trials, jobs.task);
  const best = new Map(jobs.cells.map((cell) => [cell, bestRate(scores.filter(({ student }) => student.cell === cell))]));
  for (const [cell, rate] of best) progress.say(`${cell.method} from ${initText(cell)}, ${cell.steps} steps: learning rate ${rate} is the best on tuning rows.`);
  return best;
}

const bestRate = (scores: readonly StudyScore[]): number => scores.reduce((best, one) => ((one.tuning ?? -Infinity) > (best.tuning ?? -Infinity) ? one : best)).student.learningRate;

function runStudents(students: readonly StudyStudent[], doing: string, { jobs, place, context, progress }: Surroundings): Promise<ChainedRun<StudentRun>[]> {
  const runs = students.map((student): StudentRun => ({ ...jobs.jobOf(student), student, name: studentName(student), title: `${doing}: ${titleOf(student)}` }));
  return runChained(runs, place, context, progress);
}

const titleOf = ({ cell, learningRate, teacherSeed, seed }: StudyStudent): string => `${cell.method} from ${initText(cell)}, learning rate ${learningRate}, teacher ${teacherSeed}, seed ${seed}`;

const titleOfStudy = ({ task }: StudyJobs): string => `${task}: students by what they learn from and where they start`;

const headline = (task: string): string => taskNamed(task).metrics[0]!;
const rowOf = (rows: readonly ResultRow[], arm: Arm): ResultRow | undefined => rows.find((row) => row.arm === arm);

function scoresOf(runs: readonly ChainedRun<StudentRun>[], task: string): StudyScore[] {
  const of = (scores: Scores | undefined) => scores?.metrics[headline(task)];
  return runs.flatMap(({ student, finished }) => {
    const dev = of(rowOf(finished?.results ?? [], 'distilled')?.scores);
    const tuning = of(finished?.tuning);
    return dev === undefined ? [] : [{ student, dev, ...(tuning === undefined ? {} : { tuning }) }];
  });
}

function outcomeOf(teachers: readonly ChainedRun<TeacherJob & ChainedJob>[], students: readonly ChainedRun<StudentRun>[], { jobs, place }: Surroundings) {
  const scores = scoresOf(students, jobs.task);
  const [rows, differences] = [studyRows(jobs.cells, scores), studyDifferences(jobs.cells, scores)];
  const device = teachers.find(({ finished }) => finished?.device)?.finished?.device;
  const seconds = [...teachers, ...students].reduce((sum, { finished }) => sum + (finished?.seconds ?? 0), 0);
  const text = [
    '', `${titleOfStudy(jobs)}, at equal steps`, teacherLine(teachers, jobs.task), '', studyTable(headline(jobs.task), rows, differences), '',
    device ? deviceLine(device) : 'Backend: unknown', `Seconds: ${seconds.toFixed(0)} for all parts.`, `Saved:   ${place.out}`,
  ].join('\n');
  const runs = [...teachers, ...students].map(({ name, recipe, finished }) => ({ name, recipe, results: finished?.results, tuning: finished?.tuning, seconds: finished?.seconds }));
  return { text, json: { task: jobs.task, table: rows, differences, runs, seconds, output_dir: place.out } };
}

/** e.g. `Teachers (3): dev accuracy 0.8922 ± 0.0031; the commoner label alone: 0.5092` */
function teacherLine(teachers: readonly ChainedRun<TeacherJob & ChainedJob>[], task: string): string {
  const metric = headline(task);
  const values = teachers.flatMap(({ finished }) => rowOf(finished?.results ?? [], 'finetuned')?.scores.metrics[metric] ?? []);
  const majority = rowOf(teachers[0]?.finished?.results ?? [], 'majority')?.scores.metrics[metric];
  const deviation = sampleDeviation(values);
  const spread = deviation === undefined ? '' : ` ± ${deviation.toFixed(4)}`;
  return `Teachers (${values.length}): dev ${metric} ${mean(values).toFixed(4)}${spread}${majority === undefined ? '' : `; the commoner label alone: ${majority.toFixed(4)}`}`;
}
