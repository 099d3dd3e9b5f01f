/** What a method, a kind of stage and the reference's knobs stand for: the stages of a recipe. */
import { isRegression, taskNamed } from '../data/tasks.ts';
import { layerPairs, parseMapping } from '../distill/layer_mapping.ts';
import { Fault } from '../fault/fault.ts';
import type { EXPERIMENT_OPTIONS } from './experiment_options.ts';
import { entryNamed } from './objective_catalogue.ts';
import { checkFit, methodTerms } from './method_terms.ts';
import { UsageError, type Values } from './option.ts';
import type { ObjectiveTerm, Stage } from './recipe.ts';
import { withStageTraining } from './stage_training.ts';

export type ExperimentValues = Values<typeof EXPERIMENT_OPTIONS>;

/** The methods that the reference runs as its list. */
export const METHOD_LIST = ['att_mse_hidden_mse_learn', 'hidden_mse_learn', 'att_mse_learn', 'att_kl_learn', 'att_kl_hiden_mse_learn', 'minilm'] as const;

/** Stages, and what a person should know of how they were read. */
export interface MethodStages {
  readonly stages: readonly Stage[];
  readonly notes: readonly string[];
}

/**
 * The stages of one method.
 *
 *   two_stage  hidden layers alone, then (1−β)·CE + β·τ²·KL from the last (or best) weights, with a fresh optimiser
 *   one_stage  (1−β)·CE + β·τ²·KL + `inter_weight`·(hidden layers), or the method alone where it is one of predictions
 *   pred       the second of the two stages alone
 *
 * β and τ are the reference's own defaults, 1 and 1, but 0.5 and 2 for its method `kd`. UsageError for unknown methods.
 * Source: `experiments.py`, criterion `sentence_prediction_test`.
 */
export function methodStages(method: string, values: ExperimentValues): MethodStages {
  const notes: string[] = [];
  const terms = methodTerms(method, 'task_specific', values, (note) => notes.push(note));
  checkFit(terms, { kind: 'distill', regression: values.task !== undefined && isRegression(taskNamed(values.task)) });
  const hidden = terms.some(comparesLayers);
  const kind = values.experiment === 'pred' ? 'pred' : (values.stage ?? 'one_stage');
  if (kind === 'two_stage' && !hidden) notes.push(`${method} compares predictions only: both stages do, as in the reference.`);
  return { stages: withStageTraining(STAGES[kind]({ terms, hidden, values }), values.stage_training), notes };
}

interface StageParts {
  readonly terms: readonly ObjectiveTerm[];
  /** Whether any of them compares hidden layers. */
  readonly hidden: boolean;
  readonly values: ExperimentValues;
}

const STAGES: Readonly<Record<'two_stage' | 'one_stage' | 'pred', (parts: StageParts) => Stage[]>> = {
  two_stage: ({ terms, values }) => [stage('intermediate', terms), stage('prediction', [predictionTerm(values)], values.stage_start)],
  one_stage: ({ terms, hidden, values }) => [stage('distillation', hidden && terms.every(comparesLayers) ? [predictionTerm(values), ...terms.map((term) => weighted(term, values))] : terms)],
  pred: ({ values }) => [stage('prediction', [predictionTerm(values)])],
};

function stage(name: string, objectives: readonly ObjectiveTerm[], start: Stage['start'] = 'last'): Stage {
  return { name, objectives, training: {}, start };
}

const comparesLayers = ({ name }: ObjectiveTerm): boolean => entryNamed(name)?.compares === 'layers';

function weighted(term: ObjectiveTerm, { inter_weight = 1, crd_weight = 1 }: ExperimentValues): ObjectiveTerm {
  return { ...term, weight: term.weight * (term.name === 'crd' ? crd_weight : inter_weight) };
}

/** The loss of the prediction stage. */
function predictionTerm({ temperature = 1, kd_weight = 1, use_mse }: ExperimentValues): ObjectiveTerm {
  return { name: use_mse ? 'logit_mse' : 'kd', weight: 1, parameters: { temperature, kd_weight } };
}

/** UsageError at `--mapping` unless every term's mapping fits the two depths. */
export function checkMappings(stages: readonly Stage[], depths: { readonly student: number; readonly teacher: number }): void {
  for (const { mapping } of stages.flatMap(({ objectives }) => objectives)) {
    const parsed = mapping === undefined ? undefined : parseMapping(mapping);
    if (!parsed || parsed.kind === 'combine') continue;
    try {
      layerPairs(parsed, depths, { seed: 0, step: 0, draw: 0 });
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      throw new UsageError('--mapping', error.expected, error.got, error.remedy);
    }
  }
}
