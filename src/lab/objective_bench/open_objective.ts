import type { Objective } from '../../distill/objective.ts';
import { objectiveNamed } from '../../distill/objectives/index.ts';
import { Fault } from '../../fault/fault.ts';
import { dispose } from '../../model/weights.ts';
import * as tf from '../../tensor/tf.ts';
import type { StepLosses, TrainingLoop } from '../../train/loop.ts';
import { bindTerms, objectiveTensors } from '../bound_terms.ts';
import { batchLosses, classifierLoop, teacherOf, type ClassifierTraining } from '../classifier_training.ts';
import { maskingIds } from '../masked_batch.ts';
import { uploadRows } from '../row_tensors.ts';
import { shapeOf, type TeacherPass } from '../teacher_pass.ts';
import type { Models, Scene } from './scene.ts';

/** What a training by one objective may set otherwise than the bench's single step. */
export type LoopOptions = Partial<Pick<ClassifierTraining, 'options' | 'steps' | 'batchAt' | 'dropout' | 'execution'>>;

/** One objective on the models of a scene. */
export interface OpenObjective {
  readonly objective: Objective;
  /** The student's parameters, and the tensors that the objective trains beside them. */
  readonly student: ReadonlyMap<string, tf.Variable>;
  readonly trained: ReadonlyMap<string, tf.Variable>;
  readonly memory: ReadonlyMap<string, tf.Variable>;
  /** What the teacher gives for the fixed batch; the caller frees it. */
  teacher(): tf.Tensor[];
  /** The terms on the fixed batch without dropout; call within a tape or `tf.tidy`. */
  losses(teacher: readonly tf.Tensor[]): StepLosses;
  /** A training by this objective alone. */
  loop(options?: LoopOptions): TrainingLoop;
  /** Frees the objective's own tensors. */
  dispose(): void;
}

/**
 * Opens an objective by name, with its own mapping and initial numbers. Objectives of masked words see the same rows with
 * words masked, and the teacher that predicts them. A Fault where these models cannot be compared by it.
 */
export function openObjective(scene: Scene, models: Models, name: string): OpenObjective {
  const objective = objectiveNamed(name);
  const training = trainingOf(scene, models, objective);
  const { trained, memory } = training;
  const rows = scene.batchAt(0);
  let pass: TeacherPass | undefined;
  return {
    objective,
    student: models.student,
    trained,
    memory,
    teacher: () => tf.tidy(() => (pass = teacherOf(training, uploadRows(training, rows, 0), 0))?.tensors ?? []),
    losses: (teacher) => batchLosses(training, uploadRows(training, rows, 0), 0, pass?.read(teacher), true),
    loop: (options) => classifierLoop({ ...training, ...options }),
    dispose: () => [trained, memory].forEach(dispose),
  };
}

/** What trains every classifier of the lab, over one objective. */
function trainingOf(scene: Scene, models: Models, objective: Objective): ClassifierTraining {
  const { recipe, session, student } = scene;
  const { maskedLm, nextSentence, teacherLogits } = objective.needs;
  if (nextSentence) throw noPairs(objective.name);
  const teacher = maskedLm ? wordsTeacher(scene, models, objective) : { config: session.start.config, parameters: models.teacher };
  const rowLabels = Int32Array.from(session.data.train, ({ label }) => label);
  const terms = bindTerms([{ name: objective.name, weight: 1, parameters: {} }], {
    student: shapeOf(student.config),
    teacher: shapeOf(teacher.config),
    fidelity: recipe.fidelity,
    rowLabels,
    seed: recipe.training.seed,
  });
  return {
    config: student.config,
    parameters: models.student,
    terms,
    trained: objectiveTensors('trained', terms),
    memory: objectiveTensors('memory', terms),
    teacher: { ...teacher, needsLogits: teacherLogits, dropout: false },
    examples: session.data.train,
    options: recipe.training,
    steps: 1,
    first: 0,
    padId: session.tokenizer.special.pad,
    ...(maskedLm ? { masking: maskingIds(session.tokenizer) } : {}),
    fidelity: recipe.fidelity,
    dropout: { student: false, teacher: false },
  };
}

function wordsTeacher({ words }: Scene, models: Models, { name }: Objective) {
  if (words && models.words) return { config: words.config, parameters: models.words };
  throw new Fault({ code: 'no-masked-lm', where: `objective ${name}`, expected: 'a model that predicts masked words and has the teacher’s vocabulary', got: 'none at hand', remedy: 'Name a teacher with a masked-LM head.' });
}

const noPairs = (name: string): Fault =>
  new Fault({ code: 'no-pairs', where: `objective ${name}`, expected: 'pairs of neighbouring texts', got: 'rows of a task', remedy: 'Choose objectives that a row of a task can be measured by.' });
