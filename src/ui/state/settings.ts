import { layerPairs, parseMapping } from '../../distill/layer_mapping.ts';
import { entryNamed } from '../../experiment/objective_catalogue.ts';
import type { ObjectiveTerm, Recipe, StageTraining, TrainingArguments } from '../../experiment/recipe.ts';
import { MINI_GLUE_TASKS } from '../../data/tasks.ts';
import { toReport } from '../../fault/fault.ts';
import { real, whole, type NumberRule } from './number_rule.ts';
import { shownFields } from './optimisation_fields.ts';

export type { NumberRule } from './number_rule.ts';

/** A recipe while a person edits it: the same value, writable all the way down. */
export type Editable<T> = T extends readonly (infer Item)[] ? Editable<Item>[]
  : T extends object ? { -readonly [Key in keyof T]: Editable<T[Key]> } : T;
export type Draft = Editable<Recipe>;

/** A setting that cannot be used, as one sentence. */
export interface Problem {
  readonly field: string;
  readonly sentence: string;
}

export const TRAINING_RULES = {
  num_train_epochs: whole('Epochs', 1, 1000, 'passes over the training rows'),
  max_steps: whole('Steps at most', 0, 1_000_000, '0: as many as the epochs take'),
  per_device_train_batch_size: whole('Batch size', 1, 512, 'sentences in one step'),
  max_seq_length: whole('Tokens at most', 8, 512, 'longer sentences are cut'),
  learning_rate: real('Learning rate', 1e-7, 0.1, 1e-5, 'the highest, after warm-up'),
  seed: whole('Seed', 0, 4_294_967_295, 'the same seed gives the same run'),
  weight_decay: real('Weight decay', 0, 1, 0.01, '0: none'),
  warmup_ratio: real('Warm-up', 0, 1, 0.01, 'share of the steps'),
  max_grad_norm: real('Gradient norm at most', 0, 1000, 0.1, '0 switches clipping off'),
  adam_beta1: real('Adam β₁', 0, 0.9999, 0.01, 'decay of the mean gradient'),
  adam_beta2: real('Adam β₂', 0, 0.999999, 0.001, 'decay of the mean square'),
  adam_epsilon: real('Adam ε', 1e-12, 0.01, 1e-8, 'added to the denominator'),
  eval_steps: whole('Steps between evaluations', 0, 1_000_000, '0: only at the end'),
} as const satisfies Readonly<Partial<Record<keyof TrainingArguments, NumberRule>>>;

/** Fields of the first view, and those behind "More". */
export const FIRST_FIELDS = ['num_train_epochs', 'per_device_train_batch_size', 'learning_rate', 'seed'] as const;
export const MORE_FIELDS = [
  'max_steps', 'max_seq_length', 'eval_steps', 'warmup_ratio', 'weight_decay', 'max_grad_norm', 'adam_beta1', 'adam_beta2', 'adam_epsilon',
] as const;

/** A number of a term: the one that was set, or the objective's first. */
export function parameterOf({ name, parameters }: ObjectiveTerm, parameter: string): number {
  return parameters[parameter] ?? entryNamed(name)?.controls.find((control) => control.name === parameter)?.initial ?? NaN;
}

/** Rules of the numbers that an objective has, by name. */
export function objectiveRules(name: string): Readonly<Record<string, NumberRule>> {
  const controls = entryNamed(name)?.controls ?? [];
  return Object.fromEntries(controls.map(({ name: parameter, label, minimum: min, maximum: max, step }) => {
    const integer = Number.isInteger(step) && Number.isInteger(min);
    return [parameter, { label, hint: '', min, max, step, integer }];
  }));
}

/** Epochs of one stage. */
export const STAGE_EPOCHS = real('Epochs', 0.01, 1000, 0.5, 'of this stage');

export const PROJECTION_RATE = real('Rate of the projection', 0, 10, 1e-4, 'its highest learning rate');
export const WEIGHT_RULE = real('Weight', 0, 1000, 0.1, 'of this term in the loss');

export const STUDENT_LAYERS = whole('Student layers', 1, 12, 'of the teacher’s width');
export const DATA_RULES = {
  train_rows: whole('Training rows', 32, 20_000, 'generated from the seed', 100),
  dev_rows: whole('Dev rows', 100, 5000, 'for the scores', 100),
  documents: whole('Documents', 100, 100_000, 'of generated text', 100),
  seed: whole('Seed of the sentences', 0, 4_294_967_295, 'another seed, other sentences'),
} as const;
export const WIDTH_RULES = {
  hidden_size: whole('Student width', 2, 4096, 'of its vectors', 16),
  num_attention_heads: whole('Student heads', 1, 256, 'a divisor of its width'),
} as const;
export const SCRATCH_RULES = {
  num_hidden_layers: whole('Teacher layers', 1, 24, ''),
  hidden_size: whole('Teacher width', 16, 1024, 'a multiple of 16', 16),
} as const;

/** The sentence about a number that breaks its rule; undefined where it keeps it. An emptied field holds null. */
export function problemWith(rule: NumberRule, value: number | null | undefined): string | undefined {
  const kind = rule.integer ? 'a whole number' : 'a number';
  const wanted = `${rule.label} must be ${kind} from ${rule.min} to ${rule.max}`;
  if (value === null || value === undefined || Number.isNaN(value)) return `${wanted}; the field is empty.`;
  const fits = value >= rule.min && value <= rule.max && (!rule.integer || Number.isInteger(value));
  return fits ? undefined : `${wanted}; it is ${value}.`;
}

/** Everything that keeps a recipe from starting, by field; empty when it can start. */
export function recipeProblems(recipe: Draft, teacherLayers: number): readonly Problem[] {
  const problems: Problem[] = [];
  const check = (field: string, rule: NumberRule, value: number | null | undefined) => {
    const sentence = problemWith(rule, value);
    if (sentence) problems.push({ field, sentence });
  };
  checkData(recipe, check);
  problems.push(...dataProblems(recipe));
  check('num_hidden_layers', STUDENT_LAYERS, recipe.student.num_hidden_layers);
  checkWidths(recipe.student, check);
  problems.push(...mappingProblems(recipe, teacherLayers));
  problems.push(...stageProblems(recipe, teacherLayers));
  for (const term of recipe.stages.flatMap((stage) => stage.objectives)) checkObjective(term, check);
  for (const [field, rule] of Object.entries(TRAINING_RULES)) if (isTrainingField(field)) check(field, rule, recipe.training[field]);
  checkOptional(recipe.training, '', check);
  for (const stage of recipe.stages) checkStageTraining(recipe.training, stage, check);
  return problems;
}

/** Numbers that belong to the chosen optimiser and schedule; those of `time` must be given. */
function checkOptional(training: StageTraining, prefix: string, check: Check): void {
  for (const { name, rule, initial } of shownFields(training)) check(`${prefix}${name}`, rule, training[name] ?? initial);
}

/** What a stage has of its own; its epochs may be a part of one. */
function checkStageTraining(shared: TrainingArguments, { name, training }: Draft['stages'][number], check: Check): void {
  for (const [field, rule] of Object.entries(TRAINING_RULES)) {
    if (!isTrainingField(field) || field === 'seed' || field === 'max_seq_length' || training[field] === undefined) continue;
    check(`${name}.${field}`, field === 'num_train_epochs' ? STAGE_EPOCHS : rule, training[field]);
  }
  checkOptional({ ...shared, ...training }, `${name}.`, check);
}

type Check = (field: string, rule: NumberRule, value: number | null | undefined) => void;

/** Data that there are none of. */
function dataProblems({ kind, task, data }: Draft): Problem[] {
  const without = kind === 'distill' && data.kind === 'mini-glue' && !MINI_GLUE_TASKS.some(({ name }) => name === task);
  const own = kind === 'distill-text' && data.kind === 'folder' && data.samples === undefined;
  return [
    ...(without ? [{ field: 'data', sentence: `${task} has no generated rows: give its folder under “Your own files”.` }] : []),
    ...(own ? [{ field: 'data', sentence: 'A table is no text: make samples of your text in the view Text, and choose them here.' }] : []),
  ];
}

function checkData({ kind, data, teacher }: Draft, check: Check): void {
  if (data.kind === 'mini-glue') {
    check('data.train_rows', kind === 'distill-text' ? DATA_RULES.documents : DATA_RULES.train_rows, data.train_rows);
    if (kind === 'distill') check('data.dev_rows', DATA_RULES.dev_rows, data.dev_rows);
    check('data.seed', DATA_RULES.seed, data.seed);
  }
  if (teacher.kind === 'scratch') {
    check('teacher.num_hidden_layers', SCRATCH_RULES.num_hidden_layers, teacher.num_hidden_layers);
    check('teacher.hidden_size', SCRATCH_RULES.hidden_size, teacher.hidden_size);
  }
}

function checkWidths({ hidden_size, num_attention_heads }: Draft['student'], check: Check): void {
  if (hidden_size !== undefined) check('hidden_size', WIDTH_RULES.hidden_size, hidden_size);
  if (num_attention_heads !== undefined) check('num_attention_heads', WIDTH_RULES.num_attention_heads, num_attention_heads);
}

function checkObjective(term: ObjectiveTerm, check: Check): void {
  check(`${term.name}.weight`, WEIGHT_RULE, term.weight);
  if (term.learning_rate !== undefined) check(`${term.name}.learning_rate`, PROJECTION_RATE, term.learning_rate);
  for (const [name, rule] of Object.entries(objectiveRules(term.name))) check(`${term.name}.${name}`, rule, parameterOf(term, name));
}

/** Layer mappings that cannot be read, or that name layers which are not there. */
function stageProblems({ stages, student }: Draft, teacherLayers: number): Problem[] {
  return stages.flatMap(({ name: stage, objectives }) => objectives.flatMap(({ name, mapping }) => {
    const sentence = mapping === undefined ? undefined : mappingProblem(mapping, { student: student.num_hidden_layers, teacher: teacherLayers });
    return sentence === undefined ? [] : [{ field: `${stage}.${name}.mapping`, sentence: `${titleOf(name)}: ${sentence}` }];
  }));
}

function mappingProblem(text: string, depths: { readonly student: number; readonly teacher: number }): string | undefined {
  try {
    const mapping = parseMapping(text);
    if (mapping.kind !== 'combine') layerPairs(mapping, depths, { seed: 0, step: 0, draw: 0 });
    return undefined;
  } catch (error) {
    return toReport(error).remedy;
  }
}

/** What a person calls an objective. */
export function titleOf(name: string): string {
  return entryNamed(name)?.title ?? name;
}

function mappingProblems({ student }: Draft, teacherLayers: number): Problem[] {
  const { num_hidden_layers: layers, init } = student;
  if (init.kind !== 'layers') return [];
  const outside = init.layers.filter((layer) => !(layer >= 0 && layer < teacherLayers));
  if (outside.length > 0) {
    const sentence = `The teacher has layers 0 to ${teacherLayers - 1}; the student cannot start from layer ${outside.join(', ')}.`;
    return [{ field: 'init', sentence }];
  }
  if (init.layers.length === layers) return [];
  return [{ field: 'init', sentence: `The student has ${layers} layers, but ${init.layers.length} lines to the teacher are drawn.` }];
}

function isTrainingField(field: string): field is keyof typeof TRAINING_RULES {
  return field in TRAINING_RULES;
}
