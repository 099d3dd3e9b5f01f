/**
 * The objectives by name, without their losses: what a command line and a page have to know of them, where there are no
 * tensors. The list is written from the objectives themselves.
 */
import type { Control } from '../distill/objective.ts';
import { OBJECTIVE_LIST } from './objective_list.ts';
import { didYouMean, UsageError } from './option.ts';

export interface CatalogueEntry {
  readonly name: string;
  /** The reference's other spellings. */
  readonly aliases: readonly string[];
  readonly title: string;
  /** What the student should do, as one sentence. */
  readonly about: string;
  readonly formula: string;
  /** What teacher and student are compared by. */
  readonly compares: 'layers' | 'predictions' | 'masked words';
  /** The kind of its own layer mapping. */
  readonly mapping?: string;
  /** Whether it can compare all states at once. */
  readonly combines: boolean;
  /** Numbers that a person may set. */
  readonly controls: readonly Control[];
}

/** The entry of that name or alias; undefined when there is none. */
export function entryNamed(name: string): CatalogueEntry | undefined {
  return OBJECTIVE_LIST.find((entry) => entry.name === name || entry.aliases.includes(name));
}

/** The entry of an objective; UsageError at `where` that names the nearest when there is none. */
export function objectiveEntry(name: string, where: string): CatalogueEntry {
  const entry = entryNamed(name);
  if (entry) return entry;
  const names = OBJECTIVE_LIST.flatMap((one) => [one.name, ...one.aliases]);
  throw new UsageError(where, `one of ${OBJECTIVE_LIST.map((one) => one.name).join(', ')}`, `"${name}"`, didYouMean(name, names));
}
