/** Editing the stages of a recipe: pure functions from stages to stages. */
import { entryNamed, type CatalogueEntry } from '../../experiment/objective_catalogue.ts';
import { OBJECTIVE_LIST } from '../../experiment/objective_list.ts';
import type { ObjectiveTerm, Stage } from '../../experiment/recipe.ts';

/** Objectives that a task can be distilled by. */
export const OFFERED: readonly CatalogueEntry[] = OBJECTIVE_LIST.filter(({ compares }) => compares !== 'masked words');

/** A term as it begins: weight 1, the objective's own mapping, every number at its first value. */
export function newTerm(name: string): ObjectiveTerm {
  const controls = entryNamed(name)?.controls ?? [];
  return { name, weight: 1, parameters: Object.fromEntries(controls.map(({ name: parameter, initial }) => [parameter, initial])) };
}

const comparesLayers = ({ name }: ObjectiveTerm): boolean => entryNamed(name)?.compares === 'layers';

/** What is begun with where a stage would be empty. */
const FIRST_LAYERS = 'att_mse';
const FIRST_PREDICTIONS = 'kd';

/** All terms in one stage. */
export function oneStage(stages: readonly Stage[]): Stage[] {
  const terms = stages.flatMap(({ objectives }) => objectives);
  return [{ name: 'distillation', objectives: terms.length > 0 ? terms : [newTerm(FIRST_PREDICTIONS)], training: {}, start: 'last' }];
}

/** Hidden layers in a first stage, predictions in a second. */
export function twoStages(stages: readonly Stage[]): Stage[] {
  const terms = stages.flatMap(({ objectives }) => objectives);
  const some = (wanted: readonly ObjectiveTerm[], otherwise: string) => (wanted.length > 0 ? wanted : [newTerm(otherwise)]);
  return [
    { name: 'intermediate', objectives: some(terms.filter(comparesLayers), FIRST_LAYERS), training: {}, start: 'last' },
    { name: 'prediction', objectives: some(terms.filter((term) => !comparesLayers(term)), FIRST_PREDICTIONS), training: {}, start: 'last' },
  ];
}
