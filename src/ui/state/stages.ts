/** Editing the stages of a recipe: pure functions from stages to stages. */
import { isRegression, TASKS } from '../../data/tasks.ts';
import { entryNamed, misfit, type CatalogueEntry } from '../../experiment/objective_catalogue.ts';
import { OBJECTIVE_LIST } from '../../experiment/objective_list.ts';
import type { ObjectiveTerm, Recipe, Stage } from '../../experiment/recipe.ts';

/** Whether a task has scores instead of classes; false for one that is not known. */
const hasScores = (task: string): boolean => TASKS.some((one) => one.name === task && isRegression(one));

/** What an objective lacks in this recipe, e.g. `the labels of a task`; undefined where it fits. */
export function lackingIn({ kind, task }: Pick<Recipe, 'kind' | 'task'>, entry: CatalogueEntry): string | undefined {
  return misfit(entry, { kind, regression: hasScores(task) });
}

/** Objectives that a student of this recipe can learn by. */
export function offeredIn(recipe: Pick<Recipe, 'kind' | 'task'>): readonly CatalogueEntry[] {
  return OBJECTIVE_LIST.filter((entry) => lackingIn(recipe, entry) === undefined);
}

/** A term as it begins: weight 1, the objective's own mapping, every number at its first value. */
export function newTerm(name: string): ObjectiveTerm {
  const controls = entryNamed(name)?.controls ?? [];
  return { name, weight: 1, parameters: Object.fromEntries(controls.map(({ name: parameter, initial }) => [parameter, initial])) };
}

const comparesLayers = ({ name }: ObjectiveTerm): boolean => entryNamed(name)?.compares === 'layers';

/** What is begun with where a stage would be empty, and what parts two stages, by what is trained on. */
const FIRST: Readonly<Record<StagedKind, { readonly stages: readonly [string, string]; readonly terms: readonly [string, string]; readonly first: (term: ObjectiveTerm) => boolean }>> = {
  distill: { stages: ['intermediate', 'prediction'], terms: ['att_mse', 'kd'], first: comparesLayers },
  'distill-text': { stages: ['masked-lm', 'distillation'], terms: ['masked_lm', 'masked_lm_distill'], first: ({ name }) => name === 'masked_lm' },
};

/** The kinds of recipe that have stages. */
type StagedKind = 'distill' | 'distill-text';
const stagedKind = (kind: Recipe['kind']): StagedKind => (kind === 'distill-text' ? kind : 'distill');

/** All terms in one stage. */
export function oneStage(stages: readonly Stage[], kind: Recipe['kind'] = 'distill'): Stage[] {
  const terms = stages.flatMap(({ objectives }) => objectives);
  return [{ name: 'distillation', objectives: terms.length > 0 ? terms : [newTerm(FIRST[stagedKind(kind)].terms[1])], training: {}, start: 'last' }];
}

/** Hidden layers in a first stage and predictions in a second; on text, masked words before what the teacher gives. */
export function twoStages(stages: readonly Stage[], kind: Recipe['kind'] = 'distill'): Stage[] {
  const { stages: names, terms: begin, first } = FIRST[stagedKind(kind)];
  const terms = stages.flatMap(({ objectives }) => objectives);
  const parts = [terms.filter(first), terms.filter((term) => !first(term))];
  return names.map((name, i) => ({ name, objectives: parts[i]!.length > 0 ? parts[i]! : [newTerm(begin[i]!)], training: {}, start: 'last' }));
}
