import type { ObjectiveTerm, Recipe, TrainingArguments } from '../experiment/recipe.ts';
import type { Arm } from '../experiment/run.ts';
import { initialiseStudent, studentConfig } from '../model/student_init.ts';
import type { Weights } from '../model/weights.ts';
import type { EncodedExample } from '../train/batches.ts';
import type { Session } from './session.ts';

/** How one model of the comparison comes about. */
export interface ArmPlan {
  readonly arm: Arm;
  /** Weights before training; undefined for the majority class, which has none. */
  readonly weights?: (session: Session, teacher: Weights, recipe: Recipe) => Weights;
  /** Undefined for a model that is only scored. */
  readonly training?: ArmTraining;
}

export interface ArmTraining {
  readonly objectives: (recipe: Recipe) => readonly ObjectiveTerm[];
  readonly examples: (session: Session) => readonly EncodedExample[];
  readonly options: (recipe: Recipe) => TrainingArguments;
}

const CROSS_ENTROPY: readonly ObjectiveTerm[] = [{ name: 'ce', weight: 1, parameters: {} }];

/** The student before training: same seed in every arm, so that arms differ in what the table says and nothing else. */
function student(teacher: Weights, recipe: Recipe, layers: readonly number[]): Weights {
  return initialiseStudent(teacher, studentConfig(teacher.config, recipe.student.num_hidden_layers), layers, recipe.training.seed).weights;
}

const initLayers = ({ student: { init } }: Recipe) => (init.kind === 'layers' ? init.layers : []);

const onStudentRows = (objectives: ArmTraining['objectives']): ArmTraining => ({
  objectives,
  examples: (session) => session.data.train,
  options: (recipe) => recipe.training,
});

/** A teacher is finetuned gently and on more rows: the hyperparameters that the bundled ones were made with. */
const TEACHER_TRAINING: ArmTraining = {
  objectives: () => CROSS_ENTROPY,
  examples: (session) => session.teacherRows,
  options: (recipe) => ({ ...recipe.training, num_train_epochs: 3, max_steps: 0, learning_rate: 3e-4, eval_steps: 0 }),
};

const finetunedStudent: ArmPlan = {
  arm: 'finetuned',
  weights: (_session, teacher, recipe) => student(teacher, recipe, initLayers(recipe)),
  training: onStudentRows(() => CROSS_ENTROPY),
};

const BASELINES: readonly ArmPlan[] = [
  finetunedStudent,
  { arm: 'initialised', weights: finetunedStudent.weights! },
  { arm: 'random', weights: (_session, teacher, recipe) => student(teacher, recipe, []), training: onStudentRows(() => CROSS_ENTROPY) },
  { arm: 'majority' },
];

/** Models of a run in the order in which they are made, by the kind of recipe. */
const PLANS: Record<Recipe['kind'], (recipe: Recipe, session: Session) => readonly ArmPlan[]> = {
  distill: (recipe, session) => [
    { arm: 'teacher', weights: ({ start }) => start, ...(session.teacherUntrained ? { training: TEACHER_TRAINING } : {}) },
    { arm: 'distilled', weights: finetunedStudent.weights!, training: onStudentRows(({ objectives }) => objectives) },
    ...(recipe.baselines ? BASELINES : []),
  ],
  finetune: () => [
    { arm: 'initialised', weights: ({ start }) => start },
    { arm: 'finetuned', weights: ({ start }) => start, training: onStudentRows(() => CROSS_ENTROPY) },
    { arm: 'majority' },
  ],
};

export function planArms(recipe: Recipe, session: Session): readonly ArmPlan[] {
  return PLANS[recipe.kind](recipe, session);
}

/** The arm whose model a run exports. */
export const EXPORTED_ARM: Record<Recipe['kind'], Arm> = { distill: 'distilled', finetune: 'finetuned' };

/** Updates that training takes: `max_steps`, or the epochs over the examples. */
export function stepsOf(options: TrainingArguments, examples: number): number {
  const perEpoch = Math.ceil(examples / options.per_device_train_batch_size);
  return options.max_steps > 0 ? options.max_steps : Math.ceil(options.num_train_epochs * perEpoch);
}
