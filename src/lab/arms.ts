import { stageTraining, type ObjectiveTerm, type Recipe } from '../experiment/recipe.ts';
import type { Arm, Scores } from '../experiment/run.ts';
import { TEACHER_TRAINING } from '../experiment/presets.ts';
import type { Head } from '../model/parameters.ts';
import type { Weights } from '../model/weights.ts';
import type { EncodedExample } from '../train/batches.ts';
import { logitsOf } from '../train/evaluate.ts';
import { classifierStage } from './classifier_stage.ts';
import { maskedLmLoop, scoreMaskedLm } from './masked_lm.ts';
import { scoresFromLogits } from './scores.ts';
import type { Session } from './session.ts';
import { beginStudent } from './student.ts';
import type { ArmModel, ArmStage, ArmTraining, OnRows } from './stage.ts';

/** Weights before training, and where they come from where there is more to say than the recipe does. */
export type Beginning = (session: Session, teacher: Weights, recipe: Recipe) => { readonly weights: Weights; readonly origin?: string };

/** How one model of the comparison comes about. */
export interface ArmPlan {
  readonly arm: Arm;
  /** Weights before training; undefined for the majority class, which has none. */
  readonly weights?: Beginning;
  /** Undefined for a model that is only scored. */
  readonly training?: ArmTraining;
  readonly score: Scorer;
}

/** Scores a model on some rows; `onProgress` hears how many are done and may wait. */
export type Scorer = (model: ArmModel, rows: readonly EncodedExample[], session: Session, recipe: Recipe, onProgress: OnRows) => Promise<Scores>;

const scoreClassifier: Scorer = async (model, rows, session, recipe, onProgress) => {
  const logits = await logitsOf(model, rows, { padId: session.tokenizer.special.pad, maxLength: recipe.training.max_seq_length, onProgress });
  return scoresFromLogits(session.task, logits, rows);
};

const CROSS_ENTROPY: readonly ObjectiveTerm[] = [{ name: 'ce', weight: 1, parameters: {} }];

/** The student before training: same seed in every arm, so that arms differ in what the table says and nothing else. */
const initialisedStudent: Beginning = ({ initFrom }, teacher, recipe) => beginStudent(recipe, teacher, initFrom);

/** The same student with random weights throughout. */
const randomStudent: Beginning = ({ initFrom }, teacher, recipe) => beginStudent({ ...recipe, student: { ...recipe.student, init: { kind: 'random' } } }, teacher, initFrom);

const asLoaded: Beginning = ({ start }) => ({ weights: start });

/** The recipe's stages, each with its own loss: that of the recipe, or another. */
function stages(losses: (stage: Recipe['stages'][number]) => readonly ObjectiveTerm[]): ArmTraining['stages'] {
  return (recipe) => recipe.stages.map((stage) => classifierStage(losses(stage), stageTraining(recipe, stage), stage.start));
}

const studentRows: ArmTraining['examples'] = (session) => session.data.train;

const distillation: ArmTraining = { examples: studentRows, stages: stages(({ objectives }) => objectives) };

/** A student without a teacher has the distilled one's stages, batches and steps, and learns from the labels in all of them. */
const finetuning: ArmTraining = { examples: studentRows, stages: stages(() => CROSS_ENTROPY) };

const finetuningAlone: ArmTraining = { examples: studentRows, stages: ({ training }) => [classifierStage(CROSS_ENTROPY, training)] };

/**
 * A mini-GLUE teacher is finetuned on more rows than any student gets; on rows of one's own it gets as many steps as the
 * student, since nobody knows better.
 */
const teacherTraining: ArmTraining = {
  examples: (session) => session.teacherRows,
  stages: ({ data, training }) => [classifierStage(CROSS_ENTROPY, data.kind === 'mini-glue' ? { ...training, ...TEACHER_TRAINING } : training)],
};

const pretraining: ArmTraining = {
  examples: studentRows,
  stages: ({ training }): ArmStage[] => [{
    options: training,
    start: 'last',
    open: async (context, saved) => {
      const loop = maskedLmLoop({ ...context, tokenizer: context.session.tokenizer }, saved?.loop);
      return { loop, parameters: context.parameters, dispose: () => loop.dispose() };
    },
  }],
};

const BASELINES: readonly ArmPlan[] = [
  { arm: 'finetuned', weights: initialisedStudent, training: finetuning, score: scoreClassifier },
  { arm: 'initialised', weights: initialisedStudent, score: scoreClassifier },
  { arm: 'random', weights: randomStudent, training: finetuning, score: scoreClassifier },
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
    { arm: 'finetuned', weights: asLoaded, training: finetuningAlone, score: scoreClassifier },
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
}

export const EXPORTED: Record<Recipe['kind'], ExportedModel> = {
  distill: { arm: 'distilled', heads: ['classification'] },
  finetune: { arm: 'finetuned', heads: ['classification'] },
  pretrain: { arm: 'pretrained', heads: ['masked-lm'] },
};
