import { isOnText, stageTraining, type ObjectiveTerm, type Recipe, type Stage, type StageTraining } from '../experiment/recipe.ts';
import type { Arm, Scores } from '../experiment/run.ts';
import { isNextSentence, learnsNextSentences } from '../experiment/objective_catalogue.ts';
import { TEACHER_TRAINING } from '../experiment/presets.ts';
import type { Head } from '../model/parameters.ts';
import type { Weights } from '../model/weights.ts';
import type { EncodedExample } from '../train/batches.ts';
import { logitsOf } from '../train/evaluate.ts';
import { trainingStage } from './classifier_stage.ts';
import { scoreText } from './masked_lm.ts';
import { majorityScores, scoresFromLogits, withMismatched } from './scores.ts';
import type { Session } from './session.ts';
import { beginStudent } from './student.ts';
import { textHeads } from './text_heads.ts';
import type { ArmModel, ArmTraining, OnRows, Predicted } from './stage.ts';
import { frequencyScores } from './word_frequencies.ts';

/** Weights before training, and where they come from where there is more to say than the recipe does. */
export type Beginning = (session: Session, teacher: Weights, recipe: Recipe) => { readonly weights: Weights; readonly origin?: string };

/** How one model of the comparison comes about. */
export interface ModelPlan {
  readonly arm: Arm;
  /** Weights before training. */
  readonly weights: Beginning;
  /** Undefined for a model that is only scored. */
  readonly training?: ArmTraining;
  readonly score: Scorer;
}

/** What is known without any model: its scores follow from counts of the training rows. */
export interface CountedPlan {
  readonly arm: Arm;
  readonly counted: (session: Session, recipe: Recipe) => Scores;
}

export type ArmPlan = ModelPlan | CountedPlan;

/** Scores a model on some rows; `onProgress` hears how many are done and may wait. */
export type Scorer = (model: ArmModel, rows: readonly EncodedExample[], session: Session, recipe: Recipe, onProgress: OnRows) => Promise<Scores>;

const scoreClassifier: Scorer = async (model, rows, session, recipe, onProgress) => {
  const logits = await logitsOf(model, rows, { padId: session.tokenizer.special.pad, maxLength: recipe.training.max_seq_length, onProgress });
  return scoresFromLogits(session.task, logits, rows);
};

const scoreWords: Scorer = (model, rows, { tokenizer }, recipe, onProgress) =>
  scoreText(model, rows, { tokenizer, maxLength: recipe.training.max_seq_length, pairs: learnsNextSentences(recipe), onProgress });

const CROSS_ENTROPY: readonly ObjectiveTerm[] = [{ name: 'ce', weight: 1, parameters: {} }];

const MASKED_WORDS: readonly ObjectiveTerm[] = [{ name: 'masked_lm', weight: 1, parameters: {} }];

/** The student before training: same seed in every arm, so that arms differ in what the table says and nothing else. */
const initialisedStudent: Beginning = ({ initFrom }, teacher, recipe) => beginStudent(recipe, teacher, initFrom, exportedBy(recipe).heads);

/** The same student with random weights throughout. */
const randomStudent: Beginning = (session, teacher, recipe) => initialisedStudent(session, teacher, { ...recipe, student: { ...recipe.student, init: { kind: 'random' } } });

const asLoaded: Beginning = ({ start }) => ({ weights: start });

/** The recipe's stages, each with its own loss: that of the recipe, or another. */
function stages(predicted: Predicted, losses: (stage: Stage) => readonly ObjectiveTerm[], changes: StageTraining = {}): ArmTraining['stages'] {
  return (recipe) => recipe.stages.map((stage) => trainingStage(predicted, losses(stage), { ...stageTraining(recipe, stage), ...changes }, stage.start));
}

/** One stage with the recipe's own training arguments. */
const alone = (predicted: Predicted, terms: readonly ObjectiveTerm[]): ArmTraining => ({ examples: studentRows, stages: ({ training }) => [trainingStage(predicted, terms, training)] });

const studentRows: ArmTraining['examples'] = (session) => session.data.train;

const distillation: ArmTraining = { examples: studentRows, stages: stages('classes', ({ objectives }) => objectives) };
const textDistillation: ArmTraining = { examples: studentRows, stages: stages('words', ({ objectives }) => objectives) };

/** A student without a teacher has the distilled one's stages, batches and steps, and learns from the labels in all of them. */
const finetuning: ArmTraining = { examples: studentRows, stages: stages('classes', () => CROSS_ENTROPY) };

/** The same on text: masked words alone, of the texts as they are, and next sentences where the distilled one learns them. */
const textAlone: ArmTraining = { examples: studentRows, stages: stages('words', ({ objectives }) => [...MASKED_WORDS, ...objectives.filter(isNextSentence)], { aug: false }) };

const finetuningAlone = alone('classes', CROSS_ENTROPY);

/** Masked words alone, unless the recipe names what is learned beside them. */
const pretraining: ArmTraining = { examples: studentRows, stages: (recipe) => (recipe.stages.length > 0 ? textDistillation : alone('words', MASKED_WORDS)).stages(recipe) };

/**
 * A mini-GLUE teacher is finetuned on more rows than any student gets; on rows of one's own it gets as many steps as the
 * student, since nobody knows better.
 */
const teacherTraining: ArmTraining = {
  examples: (session) => session.teacherRows,
  stages: ({ data, training }) => [trainingStage('classes', CROSS_ENTROPY, data.kind === 'mini-glue' ? { ...training, ...TEACHER_TRAINING } : training)],
};

const MAJORITY: CountedPlan = { arm: 'majority', counted: ({ task, data: { train, dev, mismatched } }) => withMismatched(majorityScores(task, train, dev), mismatched && majorityScores(task, train, mismatched)) };

const FREQUENCIES: CountedPlan = { arm: 'frequencies', counted: ({ data, tokenizer }, { training }) => frequencyScores(data.train, data.dev, tokenizer, training.max_seq_length) };

const BASELINES: readonly ArmPlan[] = [
  { arm: 'finetuned', weights: initialisedStudent, training: finetuning, score: scoreClassifier },
  { arm: 'initialised', weights: initialisedStudent, score: scoreClassifier },
  { arm: 'random', weights: randomStudent, training: finetuning, score: scoreClassifier },
  MAJORITY,
];

/** Models of a run in the order in which they are made, by the kind of recipe. */
const PLANS: Record<Recipe['kind'], (recipe: Recipe, session: Session) => readonly ArmPlan[]> = {
  distill: (recipe, session) => [
    { arm: 'teacher', weights: asLoaded, score: scoreClassifier, ...(session.teacherUntrained ? { training: teacherTraining } : {}) },
    { arm: 'distilled', weights: initialisedStudent, training: distillation, score: scoreClassifier },
    ...(recipe.baselines ? BASELINES : []),
  ],
  'distill-text': (recipe) => [
    { arm: 'teacher', weights: asLoaded, score: scoreWords },
    { arm: 'initialised', weights: initialisedStudent, score: scoreWords },
    { arm: 'distilled', weights: initialisedStudent, training: textDistillation, score: scoreWords },
    ...(recipe.baselines ? [{ arm: 'pretrained' as const, weights: initialisedStudent, training: textAlone, score: scoreWords }] : []),
    FREQUENCIES,
  ],
  finetune: () => [
    { arm: 'initialised', weights: asLoaded, score: scoreClassifier },
    { arm: 'finetuned', weights: asLoaded, training: finetuningAlone, score: scoreClassifier },
    MAJORITY,
  ],
  pretrain: () => [{ arm: 'pretrained', weights: asLoaded, training: pretraining, score: scoreWords }, FREQUENCIES],
};

export function planArms(recipe: Recipe, session: Session): readonly ArmPlan[] {
  return PLANS[recipe.kind](recipe, session);
}

/** Which model a run exports, and what it carries. */
export interface ExportedModel {
  readonly arm: Arm;
  readonly heads: readonly Head[];
}

const EXPORTED: Readonly<Record<Recipe['kind'], Arm>> = { distill: 'distilled', 'distill-text': 'distilled', finetune: 'finetuned', pretrain: 'pretrained' };

/** The model that a run of the recipe exports. */
export function exportedBy(recipe: Recipe): ExportedModel {
  return { arm: EXPORTED[recipe.kind], heads: isOnText(recipe) ? textHeads(recipe) : ['classification'] };
}
