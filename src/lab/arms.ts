import type * as tf from '../tensor/tf.ts';
import type { ObjectiveTerm, Recipe, TrainingArguments } from '../experiment/recipe.ts';
import type { Arm, Scores } from '../experiment/run.ts';
import { TEACHER_TRAINING } from '../experiment/presets.ts';
import { objectiveNamed } from '../distill/objectives/index.ts';
import type { ModelConfig } from '../model/config.ts';
import type { Head } from '../model/parameters.ts';
import { initialiseStudent, studentConfig } from '../model/student_init.ts';
import type { Weights } from '../model/weights.ts';
import type { EncodedExample } from '../train/batches.ts';
import { logitsOf } from '../train/evaluate.ts';
import type { LoopState, TrainingLoop } from '../train/loop.ts';
import { classifierLoop } from './classifier_training.ts';
import { maskedLmLoop, scoreMaskedLm } from './masked_lm.ts';
import { scoresFromLogits } from './scores.ts';
import type { Session } from './session.ts';

/** A model on the device, being trained or scored. */
export interface ArmModel {
  readonly config: ModelConfig;
  readonly parameters: ReadonlyMap<string, tf.Variable>;
}

/** How one model of the comparison comes about. */
export interface ArmPlan {
  readonly arm: Arm;
  /** Weights before training; undefined for the majority class, which has none. */
  readonly weights?: (session: Session, teacher: Weights, recipe: Recipe) => Weights;
  /** Undefined for a model that is only scored. */
  readonly training?: ArmTraining;
  readonly score: Scorer;
}

/** Scores a model on some rows; `onProgress` hears how many are done and may wait. */
export type Scorer = (model: ArmModel, rows: readonly EncodedExample[], session: Session, recipe: Recipe, onProgress: (done: number) => Promise<void>) => Promise<Scores>;

export interface ArmTraining {
  readonly examples: (session: Session) => readonly EncodedExample[];
  readonly options: (recipe: Recipe) => TrainingArguments;
  readonly needsTeacherLogits: (recipe: Recipe) => boolean;
  readonly loop: (context: LoopContext, saved?: LoopState) => TrainingLoop;
}

export interface LoopContext extends ArmModel {
  readonly recipe: Recipe;
  readonly session: Session;
  readonly examples: readonly EncodedExample[];
  readonly options: TrainingArguments;
  readonly steps: number;
  readonly teacherLogits?: Float32Array;
}

const scoreClassifier: Scorer = async (model, rows, session, recipe, onProgress) => {
  const logits = await logitsOf(model, rows, { padId: session.tokenizer.special.pad, maxLength: recipe.training.max_seq_length, onProgress });
  return scoresFromLogits(session.task, logits, rows);
};

const CROSS_ENTROPY: readonly ObjectiveTerm[] = [{ name: 'ce', weight: 1, parameters: {} }];

/** The student before training: same seed in every arm, so that arms differ in what the table says and nothing else. */
function student(teacher: Weights, recipe: Recipe, layers: readonly number[]): Weights {
  return initialiseStudent(teacher, studentConfig(teacher.config, recipe.student.num_hidden_layers), layers, recipe.training.seed).weights;
}

const initLayers = ({ student: { init } }: Recipe) => (init.kind === 'layers' ? init.layers : []);

/** Sequence classification with these objectives. */
function classifier(objectives: (recipe: Recipe) => readonly ObjectiveTerm[], rest: Pick<ArmTraining, 'examples' | 'options'>): ArmTraining {
  return {
    ...rest,
    needsTeacherLogits: (recipe) => objectives(recipe).some(({ name }) => objectiveNamed(name).needs.teacherLogits),
    loop: (context, saved) => classifierLoop({ ...context, objectives: objectives(context.recipe), padId: context.session.tokenizer.special.pad }, saved),
  };
}

const STUDENT_ROWS: Pick<ArmTraining, 'examples' | 'options'> = { examples: (session) => session.data.train, options: (recipe) => recipe.training };

const finetuning = classifier(() => CROSS_ENTROPY, STUDENT_ROWS);
const distillation = classifier(({ objectives }) => objectives, STUDENT_ROWS);

/**
 * A mini-GLUE teacher is finetuned on more rows than any student gets; on rows of one's own it gets as many steps as the
 * student, since nobody knows better.
 */
const teacherTraining = classifier(() => CROSS_ENTROPY, {
  examples: (session) => session.teacherRows,
  options: (recipe) => (recipe.data.kind === 'mini-glue' ? { ...recipe.training, ...TEACHER_TRAINING } : recipe.training),
});

const pretraining: ArmTraining = {
  ...STUDENT_ROWS,
  needsTeacherLogits: () => false,
  loop: (context, saved) => maskedLmLoop({ ...context, tokenizer: context.session.tokenizer }, saved),
};

const initialisedStudent: NonNullable<ArmPlan['weights']> = (_session, teacher, recipe) => student(teacher, recipe, initLayers(recipe));
const asLoaded: NonNullable<ArmPlan['weights']> = ({ start }) => start;

const BASELINES: readonly ArmPlan[] = [
  { arm: 'finetuned', weights: initialisedStudent, training: finetuning, score: scoreClassifier },
  { arm: 'initialised', weights: initialisedStudent, score: scoreClassifier },
  { arm: 'random', weights: (_session, teacher, recipe) => student(teacher, recipe, []), training: finetuning, score: scoreClassifier },
  { arm: 'majority', score: scoreClassifier },
];

/** Models of a run in the order in which they are made, by the kind of recipe. */
const PLANS: Record<Recipe['kind'], (recipe: Recipe, session: Session) => readonly ArmPlan[]> = {
  distill: (recipe, session) => [
    { arm: 'teacher', weights: asLoaded, score: scoreClassifier, ...(session.teacherUntrained ? { training: teacherTraining } : {}) },
    { arm: 'distilled', weights: initialisedStudent, training: distillation, score: scoreClassifier },
    ...(recipe.baselines ? BASELINES : []),
  ],
  finetune: () => [
    { arm: 'initialised', weights: asLoaded, score: scoreClassifier },
    { arm: 'finetuned', weights: asLoaded, training: finetuning, score: scoreClassifier },
    { arm: 'majority', score: scoreClassifier },
  ],
  pretrain: () => [
    {
      arm: 'pretrained',
      weights: asLoaded,
      training: pretraining,
      score: (model, rows, session, recipe, onProgress) => scoreMaskedLm(model, rows, session.tokenizer, recipe.training.max_seq_length, onProgress),
    },
  ],
};

export function planArms(recipe: Recipe, session: Session): readonly ArmPlan[] {
  return PLANS[recipe.kind](recipe, session);
}

/** Which model a run exports, and what it carries. */
export interface ExportedModel {
  readonly arm: Arm;
  readonly heads: readonly Head[];
  readonly architecture: 'BertForSequenceClassification' | 'BertForMaskedLM';
}

const CLASSIFIER = { heads: ['classification'], architecture: 'BertForSequenceClassification' } as const;

export const EXPORTED: Record<Recipe['kind'], ExportedModel> = {
  distill: { arm: 'distilled', ...CLASSIFIER },
  finetune: { arm: 'finetuned', ...CLASSIFIER },
  pretrain: { arm: 'pretrained', heads: ['masked-lm'], architecture: 'BertForMaskedLM' },
};

/** Updates that training takes: `max_steps`, or the epochs over the examples. */
export function stepsOf(options: TrainingArguments, examples: number): number {
  const perEpoch = Math.ceil(examples / options.per_device_train_batch_size);
  return options.max_steps > 0 ? options.max_steps : Math.ceil(options.num_train_epochs * perEpoch);
}
