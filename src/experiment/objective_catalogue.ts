/**
 * The objectives by name, without their losses: what a command line and a page have to know of them, where there are no
 * tensors. The list is written from the objectives themselves.
 */
import type { Control, TapLayers } from '../distill/objective.ts';
import { OBJECTIVE_LIST } from './objective_list.ts';
import { didYouMean, UsageError } from './option.ts';
import { isOnText, type ObjectiveTerm, type Recipe } from './recipe.ts';

export interface CatalogueEntry {
  readonly name: string;
  /** The reference's other spellings. */
  readonly aliases: readonly string[];
  readonly title: string;
  /** What the student should do, as one sentence. */
  readonly about: string;
  readonly formula: string;
  readonly source: string;
  /** What the fidelity `released` changes; absent when nothing. */
  readonly released?: string;
  /** What teacher and student are compared by. */
  readonly compares: 'layers' | 'predictions' | 'masked words' | 'next sentences';
  /** Whether it looks at a teacher. */
  readonly teacher: boolean;
  /** The kind of its own layer mapping. */
  readonly mapping?: string;
  /** Labels that it looks at: of any kind, or class ids alone. */
  readonly labels?: 'any' | 'classes';
  /** Intermediate tensors that it compares, by tap. */
  readonly reads: readonly (keyof TapLayers)[];
  /** Whether it trains a projection where hidden states differ in width. */
  readonly projects: boolean;
  /** Whether it can compare all states at once. */
  readonly combines: boolean;
  /** Numbers that a person may set. */
  readonly controls: readonly Control[];
}

/** The entry of that name or alias; undefined when there is none. */
export function entryNamed(name: string): CatalogueEntry | undefined {
  return OBJECTIVE_LIST.find((entry) => entry.name === name || entry.aliases.includes(name));
}

/** What a recipe trains on, as far as it decides which objectives fit. */
export interface TrainedOn {
  readonly kind: Recipe['kind'];
  /** Whether the task's labels are scores. */
  readonly regression: boolean;
}

/** What objectives of texts need, by what they compare. */
const OF_TEXTS: Readonly<Partial<Record<CatalogueEntry['compares'], string>>> = { 'masked words': 'text with masked words', 'next sentences': 'pairs of texts' };

/** What an objective needs that is not there, e.g. `class labels`; undefined where it fits. */
export function misfit({ compares, labels, teacher }: CatalogueEntry, { kind, regression }: TrainedOn): string | undefined {
  if (isOnText({ kind })) return labels ? 'the labels of a task' : kind === 'pretrain' && teacher ? 'a teacher' : undefined;
  return OF_TEXTS[compares] ?? (regression && labels === 'classes' ? 'classes, not scores' : undefined);
}

/** Whether a term is of which texts follow each other. */
export function isNextSentence({ name }: Pick<ObjectiveTerm, 'name'>): boolean {
  return entryNamed(name)?.compares === 'next sentences';
}

/** Whether a recipe trains a model to tell which texts follow each other: any of its stages has such a term. */
export function learnsNextSentences({ stages }: Pick<Recipe, 'stages'>): boolean {
  return stages.some(({ objectives }) => objectives.some(isNextSentence));
}

/** Objectives that the rows of a task can be measured by, masked words among them; rows are no pairs of neighbouring texts. */
export const BENCHED: readonly CatalogueEntry[] = OBJECTIVE_LIST.filter(({ compares }) => compares !== 'next sentences');

/** The entry of an objective; UsageError at `where` that names the nearest when there is none. */
export function objectiveEntry(name: string, where: string): CatalogueEntry {
  const entry = entryNamed(name);
  if (entry) return entry;
  const names = OBJECTIVE_LIST.flatMap((one) => [one.name, ...one.aliases]);
  throw new UsageError(where, `one of ${OBJECTIVE_LIST.map((one) => one.name).join(', ')}`, `"${name}"`, didYouMean(name, names));
}
