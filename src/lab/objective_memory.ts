/** How much memory the objectives of a stage take beside the models that they compare. */
import type { TapLayers } from '../distill/objective.ts';
import { isOnText, type ObjectiveTerm, type Recipe } from '../experiment/recipe.ts';
import type { ModelConfig } from '../model/config.ts';
import type { Compared } from '../model/memory.ts';
import type { Reads } from '../model/replayed_memory.ts';
import type { TapName } from '../model/taps.ts';
import { bindTerms, tapsNeeded, tapsOfSteps, type BoundTerm } from './bound_terms.ts';
import { keptBytes } from './kept_taps.ts';
import { shapeOf } from './teacher_pass.ts';
import { MOST_KEPT_BYTES } from './teacher_reading.ts';

type Cost = Partial<Pick<Compared, 'vectors' | 'scores'>>;

/**
 * What lives at the peak of a step for each layer that an objective compares, by the tap that it compares: vectors a token,
 * and matrices [B, H, T, T]: the scores of both models, and the gradient of the student's. Relations of queries, keys and
 * values are never stored. Fitted to tfjs's own count on WASM; steps that are replayed on WebGPU are counted by what they read.
 */
const COSTS: Readonly<Record<TapName, Cost>> = {
  hiddenStates: { vectors: 2.5 },
  firstTokens: { vectors: 2.5 },
  attentionScores: { scores: 3 },
  attentionProbabilities: { scores: 3 },
  queries: { vectors: 3 },
  keys: { vectors: 3 },
  values: { vectors: 3 },
};

/** Vectors a token that a first compared hidden state costs: the gradient then reaches every token of it. */
const FIRST_STATE = 12;

/** Values of what is contrasted with one text: a row of a bank for it and for each of its negatives. */
const BY_TEXT: ReadonlyMap<string, (parameters: ObjectiveTerm['parameters']) => number> = new Map([
  ['crd', ({ nce_k = 100, crd_feat_dim = 128 }) => (nce_k + 1) * crd_feat_dim],
]);

/** How often tfjs holds these rows, of two banks, at the peak of a step. */
const COPIES = 12;

/** What the terms of a stage hold; undefined where they look at nothing but logits. `rows`: training rows, as far as known. */
export function comparedBy(list: readonly ObjectiveTerm[], { fidelity, training }: Recipe, student: ModelConfig, teacher: ModelConfig, rows: number): Compared | undefined {
  const shared = { student: shapeOf(student), teacher: shapeOf(teacher), fidelity, rowLabels: new Int32Array(rows), seed: training.seed };
  const terms = bindTerms(list, shared).filter(({ objective }) => objective.taps !== undefined);
  if (terms.length === 0) return undefined;
  const costs = terms.map(costOf);
  const sum = (of: (cost: Omit<Compared, 'reads'>) => number) => costs.reduce((total, cost) => total + of(cost), 0);
  const read = tapsNeeded(terms, 'student', 0);
  const hasStates = 'hiddenStates' in read || 'firstTokens' in read;
  return {
    vectors: sum(({ vectors }) => vectors) + (hasStates ? FIRST_STATE : 0), scores: sum(({ scores }) => scores), byText: COPIES * sum(({ byText }) => byText), fixed: sum(({ fixed }) => fixed),
    reads: { ...readsOf(read, list.length > terms.length, student, terms), fixed: terms.reduce((total, term) => total + tensorsOf(term, 1), 0) },
  };
}

/** Objectives that correlate attention along every axis. */
const CORRELATING: ReadonlySet<string> = new Set(['pear_col']);

/** What a step reads of the student; `logits`: whether a term looks at its logits beside that. */
function readsOf(read: TapLayers, logits: boolean, { num_hidden_layers: last }: ModelConfig, terms: readonly BoundTerm[]): Omit<Reads, 'fixed'> {
  const count = (...names: readonly TapName[]) => names.reduce((total, name) => total + (read[name]?.length ?? 0), 0);
  const isWhole = read.hiddenStates?.includes(last) ?? false;
  const first = logits || (read.firstTokens?.includes(last) ?? false);
  return {
    logits, remembers: terms.some(({ objective, setting }) => (objective.memory?.(setting) ?? []).length > 0), states: count('hiddenStates'), scores: count('attentionScores', 'attentionProbabilities'), sides: count('queries', 'keys'), values: count('values'),
    correlations: terms.filter(({ objective }) => CORRELATING.has(objective.name)).length,
    end: isWhole ? 'whole' : first ? 'firstTokens' : 'half',
  };
}

/** Steps from which the taps of a random mapping are estimated. */
const DRAWS = 64;

/**
 * The most bytes of main memory that a stage keeps of what is inside of its teacher, with every row at its longest; 0 where
 * the teacher runs in every step in any case. `rows`: undefined where their number is not known.
 */
export function keptAtMost(list: readonly ObjectiveTerm[], recipe: Recipe, student: ModelConfig, teacher: ModelConfig, rows: number | undefined): number {
  const { fidelity, dropout, training } = recipe;
  if (isOnText(recipe) || dropout.teacher || fidelity === 'released') return 0;
  const terms = bindTerms(list, { student: shapeOf(student), teacher: shapeOf(teacher), fidelity, seed: training.seed });
  const row = keptBytes(shapeOf(teacher), tapsOfSteps(terms, 'teacher', 0, DRAWS), [training.max_seq_length]);
  return row === 0 ? 0 : Math.min(MOST_KEPT_BYTES, row * (rows ?? Infinity));
}

function costOf(term: BoundTerm): Omit<Compared, 'reads'> {
  const { name } = term.objective;
  const taps = Object.entries(tapsNeeded([term], 'student', 0)) as [TapName, readonly number[]][];
  const sum = (kind: keyof Cost) => taps.reduce((total, [tap, layers]) => total + layers.length * (COSTS[tap][kind] ?? 0), 0);
  return { vectors: sum('vectors'), scores: sum('scores'), byText: BY_TEXT.get(name)?.(term.setting.parameters) ?? 0, fixed: tensorsOf(term, 2) };
}

/** Values of the tensors that an objective trains, with gradients and moments, and of those that it remembers: replayed steps write those in place, others hold them before and after. */
function tensorsOf({ objective, setting }: BoundTerm, memories: number): number {
  const sizeOf = (shape: readonly number[]) => shape.reduce((product, extent) => product * extent, 1);
  const values = (specs: readonly { readonly shape: readonly number[] }[] = []) => specs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return 5 * values(objective.trainables?.(setting)) + memories * values(objective.memory?.(setting));
}
