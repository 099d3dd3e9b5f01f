/** The runs of `study`: teachers first, then the students of each. */
import { join } from 'node:path';
import { evenLayers } from '../../src/model/layers.ts';
import { taskNamed } from '../../src/data/tasks.ts';
import type { ExperimentValues } from '../../src/experiment/method_stages.ts';
import { BUNDLED_BASE, DEFAULT_RECIPE } from '../../src/experiment/presets.ts';
import type { Recipe } from '../../src/experiment/recipe.ts';
import { studentName, studyCells, teacherSeedsOf, usualInits, type StudyCell, type StudyStudent } from '../../src/experiment/study.ts';
import type { StudyValues } from '../../src/experiment/study_options.ts';
import { given } from '../../src/experiment/training_values.ts';
import { UsageError } from '../command_line/option.ts';
import { finetuneJob, modelOf, type Job } from './recipe_from.ts';
import { sweepJobs } from './sweep_jobs.ts';

/** A teacher before it is trained, with the name of its folder. */
export interface TeacherJob extends Job {
  readonly name: string;
  readonly seed: number;
}

/** A study as its line says it: its cells, its teachers, and the run of any of its students. */
export interface StudyJobs {
  readonly task: string;
  readonly cells: readonly StudyCell[];
  readonly teachers: readonly TeacherJob[];
  readonly notes: readonly string[];
  /** The run of a student whose teacher's folder is below `out`. */
  readonly jobOf: (student: StudyStudent) => Job;
}

/** What a teacher is trained with unless a line says otherwise; the rate suits models of the size of BERT-base and below. */
const TEACHER_RATE = 1e-4;
const MODEL = 'model';

/** The jobs of a study that writes below `out`; UsageError where model, data, methods and layers do not fit together. */
export function studyJobs(values: StudyValues, out: string): StudyJobs {
  const task = values.task ?? DEFAULT_RECIPE.task;
  const model = values.model ?? BUNDLED_BASE;
  const { layers } = modelOf(model, '--model', task);
  if (layers === undefined) throw new UsageError('--model', 'a model whose number of layers is known', `"${model}"`, 'Name a folder, or a bundled model.');
  const cells = studyCells(values, values.inits ?? usualInits(layers, studentLayers(values), evenLayers(layers, studentLayers(values))));
  const notes = new Set<string>();
  for (const cell of cells) for (const note of cellSweep(cell, values, model).notes) notes.add(note);
  return { task: taskNamed(task).name, cells, notes: [...notes], teachers: teacherSeedsOf(values).map((seed) => teacherJob(values, model, seed)), jobOf: (student) => studentJob(student, values, model, out) };
}

const studentLayers = ({ student_layers }: StudyValues): number => student_layers ?? DEFAULT_RECIPE.student.num_hidden_layers;

/** What the finetuning of teachers and the distillation of students have in common. */
function shared(values: StudyValues) {
  const { task, data, train_file, validation_file, columns, skip_broken_rows, tokenizer, train_rows, dev_rows, data_seed, batch_size, max_seq_length, optim, weight_decay, lr_scheduler_type, warmup_ratio, max_grad_norm, backend, port } = values;
  return given({ task, data, train_file, validation_file, columns, skip_broken_rows, tokenizer, train_rows, dev_rows, data_seed, batch_size, max_seq_length, optim, weight_decay, lr_scheduler_type, warmup_ratio, max_grad_norm, backend, port });
}

function teacherJob(values: StudyValues, model: string, seed: number): TeacherJob {
  const { teacher_steps = 0, teacher_learning_rate = TEACHER_RATE } = values;
  const job = finetuneJob({ ...shared(values), model, seed, eval_steps: 0, max_steps: teacher_steps, epochs: TEACHER_EPOCHS, learning_rate: teacher_learning_rate });
  return { ...job, recipe: { ...job.recipe, name: teacherName(seed) }, name: teacherName(seed), seed };
}

/** Passes of a teacher over its rows where no number of steps is given. */
const TEACHER_EPOCHS = 3;

const teacherName = (seed: number): string => `teacher-${seed}`;

/** The sweep of a cell with the model itself for a teacher, which has the depth that its teachers will have. */
function cellSweep({ method, init, layersOf, steps }: StudyCell, values: StudyValues, model: string, own: Pick<ExperimentValues, 'learning_rate' | 'seeds'> = {}) {
  const { student_layers, stage, stage_start, stage_training, mapping, temperature, kd_weight, inter_weight, init_parts, fidelity, dropout } = values;
  const student = given({ student_layers, stage, stage_start, stage_training, mapping, temperature, kd_weight, inter_weight, init_parts, fidelity, dropout });
  const from = layersOf === 'pretrained' && init !== 'random' ? { init_from: model } : {};
  return sweepJobs({ ...shared(values), ...student, ...from, ...own, teacher: model, method, init, max_steps: steps, eval_steps: steps - 1, baselines: 'off' });
}

/** The run of one student; its tuning score is taken a step before the end, where the learning rate is nearly 0. */
function studentJob(student: StudyStudent, values: StudyValues, model: string, out: string): Job {
  const { learningRate, seed, teacherSeed } = student;
  const { runs, folders } = cellSweep(student.cell, values, model, { learning_rate: learningRate, seeds: [seed] });
  const [run] = runs;
  const teacher = teacherName(teacherSeed);
  const { init } = run!.recipe.student;
  const own: Recipe = {
    ...run!.recipe,
    name: studentName(student),
    teacher: { kind: 'folder', name: teacher },
    student: { ...run!.recipe.student, init: init.kind === 'layers' && init.from?.kind === 'folder' ? { ...init, from: { kind: 'folder', name: MODEL } } : init },
  };
  const pretrained = student.cell.layersOf === 'pretrained' && folders.teacher !== undefined ? { student: folders.teacher } : {};
  return { recipe: own, folders: { ...given({ data: folders.data, tokenizer: folders.tokenizer }), ...pretrained, teacher: join(out, teacher) } };
}
