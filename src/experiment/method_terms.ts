/** What a method stands for: the terms of a loss, by the reference's names and the objectives' own. */
import { methodNamed, REFERENCE_METHODS, type ReferenceHalf } from '../distill/methods.ts';
import { Fault } from '../fault/fault.ts';
import type { EXPERIMENT_OPTIONS } from './experiment_options.ts';
import { entryNamed, misfit, type TrainedOn } from './objective_catalogue.ts';
import { OBJECTIVE_LIST } from './objective_list.ts';
import { didYouMean, UsageError, type Values } from './option.ts';
import { BUNDLED_BASE } from './presets.ts';
import type { ObjectiveTerm } from './recipe.ts';

/** Options that say more of a term than its method does. */
export type TermValues = Values<Pick<typeof EXPERIMENT_OPTIONS, 'mapping' | 'temperature' | 'kd_weight' | 'nce_k' | 'crd_feat_dim' | 'crd_weight' | 'use_mse' | 'projection' | 'projection_learning_rate'>>;

/**
 * `a+0.5*b` as terms; each of them by a method of that half of the reference, or by the name of an objective. `note` is
 * told what of the options has no part in a term. UsageError at `--method` for unknown names.
 */
export function methodTerms(method: string, half: ReferenceHalf, values: TermValues, note: (text: string) => void): ObjectiveTerm[] {
  const terms = method.split('+').flatMap((part) => {
    const match = /^(?:(\d*\.?\d+)\*)?([\w-]+)$/.exec(part.trim());
    if (!match) throw new UsageError('--method', 'a method such as att_mse_learn, or a sum such as att_mse+0.5*hidden_cls', `"${method}"`);
    return named(match[2]!, half, values, note).map((term) => ({ ...term, weight: term.weight * Number(match[1] ?? 1) }));
  });
  if (values.mapping !== undefined && terms.every(({ name }) => entryNamed(name)?.mapping === undefined)) note(`${method} compares no layers: --mapping ${values.mapping} has no part in it.`);
  return terms;
}

const OTHER = 'Choose another method.';
const OF_A_TASK = { expected: 'what a student can learn from a task', remedy: OTHER };

/** What is said of a method that cannot be learned by, by the kind of a recipe. */
const LEARNERS: Readonly<Record<TrainedOn['kind'], { readonly expected: string; readonly remedy: string }>> = {
  distill: OF_A_TASK,
  finetune: OF_A_TASK,
  'distill-text': { expected: 'what a student can learn from text', remedy: OTHER },
  pretrain: { expected: 'what a model can learn from text alone: mlm, nsp or their sum', remedy: `Name the model to distil, e.g. --teacher ${BUNDLED_BASE}.` },
};

/** UsageError at `--method` for a term that has nothing to compare in what is trained on. */
export function checkFit(terms: readonly ObjectiveTerm[], on: TrainedOn): void {
  for (const { name } of terms) {
    const entry = entryNamed(name);
    const lacking = entry && misfit(entry, on);
    if (lacking === undefined) continue;
    const { expected, remedy } = LEARNERS[on.kind];
    throw new UsageError('--method', expected, `${name}, which needs ${lacking}`, remedy);
  }
}

function named(name: string, half: ReferenceHalf, values: TermValues, note: (text: string) => void): ObjectiveTerm[] {
  const terms = termsOf(name, half).map((term) => withKnobs(term, values));
  const contrastive = name === 'kd' && (values.crd_weight ?? 0) > 0 ? [withKnobs({ name: 'crd', weight: values.crd_weight!, parameters: { embeddings: 0 }, mapping: 'skip' }, values)] : [];
  return [...terms.map((term) => projecting(mapped(term, values, note), values)), ...contrastive];
}

function termsOf(name: string, half: ReferenceHalf): readonly ObjectiveTerm[] {
  const entry = entryNamed(name);
  if (entry && !Object.hasOwn(REFERENCE_METHODS[half], name)) return [{ name: entry.name, weight: 1, parameters: {} }];
  try {
    return methodNamed(name, half).objectives;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const names = [...Object.keys(REFERENCE_METHODS[half]), ...OBJECTIVE_LIST.map((one) => one.name)];
    throw new UsageError('--method', error.expected, error.got, error.remedy.startsWith('Choose') ? didYouMean(name, names) : error.remedy);
  }
}

/** The term with what was said of its projection, where it has one. */
function projecting(term: ObjectiveTerm, { projection: activation, projection_learning_rate: learning_rate }: TermValues): ObjectiveTerm {
  if (!entryNamed(term.name)?.projects) return term;
  return { ...term, ...(activation === undefined ? {} : { projection: { activation } }), ...(learning_rate === undefined ? {} : { learning_rate }) };
}

/** Knobs by the objective whose parameters they are. */
const KNOBS: Readonly<Record<string, readonly ('temperature' | 'kd_weight' | 'nce_k' | 'crd_feat_dim')[]>> = {
  kd: ['temperature', 'kd_weight'],
  logit_mse: ['temperature', 'kd_weight'],
  masked_lm_distill: ['temperature', 'kd_weight'],
  crd: ['nce_k', 'crd_feat_dim'],
};

function withKnobs(term: ObjectiveTerm, values: TermValues): ObjectiveTerm {
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
function mapped(term: ObjectiveTerm, { mapping }: TermValues, note: (text: string) => void): ObjectiveTerm {
  const entry = entryNamed(term.name);
  if (mapping === undefined || entry?.mapping === undefined) return term;
  const own = term.mapping ?? entry.mapping;
  const stays = OWN.has(own) || (mapping === 'combine' && !entry.combines);
  if (!stays) return { ...term, mapping };
  if (mapping !== own) note(`${term.name} keeps its own mapping, ${own}, as in the reference: --mapping ${mapping} has no part in it.`);
  return { ...term, mapping: own };
}
