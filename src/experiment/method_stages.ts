/** What a method, a kind of stage and the reference's knobs stand for: the stages of a recipe. */
import { layerPairs, parseMapping } from '../distill/layer_mapping.ts';
import { methodNamed, REFERENCE_METHODS } from '../distill/methods.ts';
import { Fault } from '../fault/fault.ts';
import type { EXPERIMENT_OPTIONS } from './experiment_options.ts';
import { entryNamed } from './objective_catalogue.ts';
import { OBJECTIVE_LIST } from './objective_list.ts';
import { didYouMean, UsageError, type Values } from './option.ts';
import type { ObjectiveTerm, Stage } from './recipe.ts';

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
  const terms = methodTerms(method, values, (note) => notes.push(note));
  const hidden = terms.some(comparesLayers);
  const kind = values.experiment === 'pred' ? 'pred' : (values.stage ?? 'one_stage');
  if (kind === 'two_stage' && !hidden) notes.push(`${method} compares predictions only: both stages do, as in the reference.`);
  return { stages: STAGES[kind]({ terms, hidden, values }), notes };
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

/** `a+0.5*b` as terms; each of them by a name of the reference or of an objective. */
function methodTerms(method: string, values: ExperimentValues, note: (text: string) => void): ObjectiveTerm[] {
  return method.split('+').flatMap((part) => {
    const match = /^(?:(\d*\.?\d+)\*)?([\w-]+)$/.exec(part.trim());
    if (!match) throw new UsageError('--method', 'a method such as att_mse_learn, or a sum such as att_mse+0.5*hidden_cls', `"${method}"`);
    return named(match[2]!, values, note).map((term) => ({ ...term, weight: term.weight * Number(match[1] ?? 1) }));
  });
}

function named(name: string, values: ExperimentValues, note: (text: string) => void): ObjectiveTerm[] {
  const terms = termsOf(name).map((term) => withKnobs(term, values));
  const contrastive = name === 'kd' && (values.crd_weight ?? 0) > 0 ? [withKnobs({ name: 'crd', weight: values.crd_weight!, parameters: { embeddings: 0 }, mapping: 'skip' }, values)] : [];
  return [...terms.map((term) => mapped(term, values, note)), ...contrastive];
}

function termsOf(name: string): readonly ObjectiveTerm[] {
  const entry = entryNamed(name);
  if (entry && !Object.hasOwn(REFERENCE_METHODS.task_specific, name)) return [{ name: entry.name, weight: 1, parameters: {} }];
  try {
    return methodNamed(name, 'task_specific').objectives;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const names = [...Object.keys(REFERENCE_METHODS.task_specific), ...OBJECTIVE_LIST.map((one) => one.name)];
    throw new UsageError('--method', error.expected, error.got, error.remedy.startsWith('Choose') ? didYouMean(name, names) : error.remedy);
  }
}

/** Knobs by the objective whose parameters they are. */
const KNOBS: Readonly<Record<string, readonly ('temperature' | 'kd_weight' | 'nce_k' | 'crd_feat_dim')[]>> = {
  kd: ['temperature', 'kd_weight'],
  logit_mse: ['temperature', 'kd_weight'],
  crd: ['nce_k', 'crd_feat_dim'],
};

function withKnobs(term: ObjectiveTerm, values: ExperimentValues): ObjectiveTerm {
  const name = term.name === 'kd' && values.use_mse ? 'logit_mse' : term.name;
  const given = (KNOBS[name] ?? []).flatMap((knob) => (values[knob] === undefined ? [] : [[knob, values[knob]] as const]));
  return { ...term, name, parameters: { ...term.parameters, ...Object.fromEntries(given) } };
}

/** Mappings that are what an objective is, rather than a choice. */
const OWN: ReadonlySet<string> = new Set(['combine', 'random', 'random_block']);

/**
 * The term with the mapping of the command line, where it has one to choose: the reference's contrastive loss takes all
 * states whatever `--mapping` says, its random ones draw, and its attention losses know no `combine`.
 */
function mapped(term: ObjectiveTerm, { mapping }: ExperimentValues, note: (text: string) => void): ObjectiveTerm {
  const entry = entryNamed(term.name);
  if (mapping === undefined || entry?.mapping === undefined) return term;
  const own = term.mapping ?? entry.mapping;
  const stays = OWN.has(own) || (mapping === 'combine' && !entry.combines);
  if (!stays) return { ...term, mapping };
  if (mapping !== own) note(`${term.name} keeps its own mapping, ${own}, as in the reference: --mapping ${mapping} has no part in it.`);
  return { ...term, mapping: own };
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
