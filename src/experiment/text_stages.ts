/** What a method of the task-agnostic half stands for on text: the stages of a recipe. */
import { maskedLmFirst } from '../distill/two_stage.ts';
import type { STAGES } from './experiment_options.ts';
import { checkMappings, type MethodStages } from './method_stages.ts';
import { checkFit, methodTerms, type TermValues } from './method_terms.ts';
import type { ObjectiveTerm, Stage, StageTraining, TrainingArguments } from './recipe.ts';
import { withStageTraining } from './stage_training.ts';

/** What a command line says of the stages of a distillation on text. */
export interface TextStageValues extends TermValues {
  readonly stage?: (typeof STAGES)[number];
  readonly stage_start?: Stage['start'];
  readonly stage_training?: ReadonlyMap<string, StageTraining>;
}

/** The reference's name for masked words first and attention with values after. */
const TWO_STAGES: Readonly<Record<string, string>> = { att_val_two_stage: 'att_val_og' };

const MASKED_LM: ObjectiveTerm = { name: 'masked_lm', weight: 1, parameters: {} };

/**
 * The stages of a method on text: all terms together, or, for `two_stage`, masked words for the first half of the steps and
 * the terms for the second, with a fresh optimiser. UsageError for unknown methods, for objectives that need labels, and
 * for mappings that the two depths do not have.
 */
export function textStages(method: string, values: TextStageValues, training: TrainingArguments, depths: { readonly student: number; readonly teacher: number }): MethodStages {
  const notes = new Set<string>();
  const terms = methodTerms(TWO_STAGES[method] ?? method, 'task_agnostic', values, (note) => notes.add(note));
  checkFit(terms, { kind: 'distill-text', regression: false });
  const two = values.stage === 'two_stage' || (values.stage === undefined && Object.hasOwn(TWO_STAGES, method));
  const stages = two ? inTwo(terms, training, values.stage_start) : [{ name: 'distillation', objectives: terms, training: {}, start: 'last' as const }];
  checkMappings(stages, depths);
  return { stages: withStageTraining(stages, values.stage_training), notes: [...notes] };
}

function inTwo(terms: readonly ObjectiveTerm[], training: TrainingArguments, start: Stage['start'] = 'last'): Stage[] {
  return maskedLmFirst(MASKED_LM, terms).map(({ name, share, terms: objectives }, i) => ({ name, objectives, training: shareOf(training, share), start: i === 0 ? 'last' : start }));
}

/** A share of a training's length, and of the hours that bound it. */
function shareOf({ max_steps, num_train_epochs, total_training_time: hours, early_exit_time_marker: end }: TrainingArguments, share: number): StageTraining {
  const length = max_steps > 0 ? { max_steps: Math.max(1, Math.round(share * max_steps)) } : { num_train_epochs: share * num_train_epochs };
  return { ...length, ...(hours === undefined ? {} : { total_training_time: share * hours }), ...(end === undefined ? {} : { early_exit_time_marker: share * end }) };
}
