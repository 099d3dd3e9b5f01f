/** What a method of the task-agnostic half stands for on text: the stages of a recipe. */
import { maskedLmFirst } from '../distill/two_stage.ts';
import { isNextSentence } from './objective_catalogue.ts';
import type { STAGES } from './experiment_options.ts';
import { checkMappings, type MethodStages } from './method_stages.ts';
import { checkFit, methodTerms, type TermValues } from './method_terms.ts';
import type { ObjectiveTerm, Stage, StageTraining, TrainingArguments } from './recipe.ts';
import { withStageTraining } from './stage_training.ts';

/** What a command line says of the stages of a distillation on text. */
export interface TextStageValues extends TermValues {
  /** Next sentences are learned in every stage. */
  readonly next_sentence?: boolean;
  readonly stage?: (typeof STAGES)[number];
  readonly stage_start?: Stage['start'];
  readonly stage_training?: ReadonlyMap<string, StageTraining>;
}

/** The reference's name for masked words first and attention with values after. */
const TWO_STAGES: Readonly<Record<string, string>> = { att_val_two_stage: 'att_val_og' };

const MASKED_LM: ObjectiveTerm = { name: 'masked_lm', weight: 1, parameters: {} };
const NEXT_SENTENCE: ObjectiveTerm = { name: 'next_sentence', weight: 1, parameters: {} };

/** The terms with that of next sentences, unless they have it or nothing asks for it. */
function withPairs(terms: readonly ObjectiveTerm[], { next_sentence }: TextStageValues): readonly ObjectiveTerm[] {
  return next_sentence && !terms.some(isNextSentence) ? [...terms, NEXT_SENTENCE] : terms;
}

/**
 * What a model without a teacher learns beside masked words: no stage where it learns these alone. UsageError for methods that
 * need a teacher, or labels.
 */
export function pretrainingStages(method: string | undefined, values: TextStageValues): Stage[] {
  const terms = withPairs(method === undefined ? [MASKED_LM] : methodTerms(method, 'task_agnostic', values, () => undefined), values);
  checkFit(terms, { kind: 'pretrain', regression: false });
  const [only] = terms;
  const isPlain = terms.length === 1 && only?.name === MASKED_LM.name && only.weight === 1;
  return isPlain ? [] : [{ name: 'pretraining', objectives: terms, training: {}, start: 'last' }];
}

/**
 * The stages of a method on text: all terms together, or, for `two_stage`, masked words for the first half of the steps and
 * the terms for the second, with a fresh optimiser; next sentences in both where they are asked for. UsageError for unknown methods, for objectives that need labels, and
 * for mappings that the two depths do not have.
 */
export function textStages(method: string, values: TextStageValues, training: TrainingArguments, depths: { readonly student: number; readonly teacher: number }): MethodStages {
  const notes = new Set<string>();
  const terms = withPairs(methodTerms(TWO_STAGES[method] ?? method, 'task_agnostic', values, (note) => notes.add(note)), values);
  checkFit(terms, { kind: 'distill-text', regression: false });
  const two = values.stage === 'two_stage' || (values.stage === undefined && Object.hasOwn(TWO_STAGES, method));
  const stages = two ? inTwo(terms, training, values) : [{ name: 'distillation', objectives: terms, training: {}, start: 'last' as const }];
  checkMappings(stages, depths);
  return { stages: withStageTraining(stages, values.stage_training), notes: [...notes] };
}

function inTwo(terms: readonly ObjectiveTerm[], training: TrainingArguments, values: TextStageValues): Stage[] {
  const { stage_start: start = 'last' } = values;
  return maskedLmFirst(MASKED_LM, terms).map(({ name, share, terms: objectives }, i) => ({ name, objectives: withPairs(objectives, values), training: shareOf(training, share), start: i === 0 ? 'last' : start }));
}

/** A share of a training's length, and of the hours that bound it. */
function shareOf({ max_steps, num_train_epochs, total_training_time: hours, early_exit_time_marker: end }: TrainingArguments, share: number): StageTraining {
  const length = max_steps > 0 ? { max_steps: Math.max(1, Math.round(share * max_steps)) } : { num_train_epochs: share * num_train_epochs };
  return { ...length, ...(hours === undefined ? {} : { total_training_time: share * hours }), ...(end === undefined ? {} : { early_exit_time_marker: share * end }) };
}
