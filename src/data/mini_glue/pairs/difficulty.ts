/** Every knob of the pair tasks' difficulty; one row a depth, 0 to 3. */
import type { InferencePlan } from './infer_plan.ts';
import type { Link } from './report.ts';
import type { EventKind } from './scene.ts';
import type { WrapKind } from './wraps.ts';

/** Longest pair, in words and marks; word pieces are about a third more. */
export const MAX_WORDS = 40;

/** What tells two texts that mean the same from two that do not. */
export type Decisive = 'party' | 'word' | 'binding';

/** How much a paraphrase of mrpc or qqp rewrites. */
export interface ParaphraseKnobs {
  readonly events: 1 | 2;
  /** Dimensions of form (voice, dative, order, wording) that differ between the two texts, at most. */
  readonly changes: number;
  /** Weights of what may decide: a new party, one word (synonym or not), what the words are bound to. */
  readonly decides: Readonly<Record<Decisive, number>>;
  /** Chance of one more synonym that decides nothing. */
  readonly extraSynonym: number;
  readonly negated: number;
  readonly adjuncts: number;
  readonly adjectives: number;
}

export const MRPC: readonly ParaphraseKnobs[] = [
  {
    events: 1, changes: 0, decides: { party: 0.3, word: 0.5, binding: 0.2 },
    extraSynonym: 0, negated: 0.1, adjuncts: 0.5, adjectives: 0.1,
  },
  {
    events: 1, changes: 1, decides: { party: 0.15, word: 0.4, binding: 0.45 },
    extraSynonym: 0, negated: 0.2, adjuncts: 0.4, adjectives: 0.15,
  },
  {
    events: 2, changes: 2, decides: { party: 0.05, word: 0.35, binding: 0.6 },
    extraSynonym: 0.3, negated: 0.3, adjuncts: 0.2, adjectives: 0.1,
  },
  {
    events: 2, changes: 3, decides: { party: 0.05, word: 0.25, binding: 0.7 },
    extraSynonym: 0.5, negated: 0.4, adjuncts: 0.15, adjectives: 0.15,
  },
];

export interface QueryKnobs extends ParaphraseKnobs {
  /** Chance that the first question is embedded ("Do you know where …"). */
  readonly indirect: number;
}

export const QQP: readonly QueryKnobs[] = [
  {
    events: 1, changes: 0, indirect: 0.1, decides: { party: 0.3, word: 0.5, binding: 0.2 },
    extraSynonym: 0, negated: 0, adjuncts: 0.4, adjectives: 0.1,
  },
  {
    events: 1, changes: 1, indirect: 0.15, decides: { party: 0.15, word: 0.4, binding: 0.45 },
    extraSynonym: 0, negated: 0.1, adjuncts: 0.4, adjectives: 0.2,
  },
  {
    events: 2, changes: 2, indirect: 0.2, decides: { party: 0.05, word: 0.35, binding: 0.6 },
    extraSynonym: 0.3, negated: 0, adjuncts: 0.2, adjectives: 0.1,
  },
  {
    events: 2, changes: 3, indirect: 0.3, decides: { party: 0.05, word: 0.25, binding: 0.7 },
    extraSynonym: 0.5, negated: 0, adjuncts: 0.15, adjectives: 0.15,
  },
];

/** What the templates of training and those of dev alone are made of. */
export interface ParaphraseTemplates {
  readonly kinds: readonly EventKind[];
  readonly links: readonly Link[];
  /** Chance that the second text is a cleft ("It was Anna who …"); it never is in training. */
  readonly cleft: number;
}

export const PARAPHRASE_TEMPLATES: Readonly<Record<'train' | 'dev', ParaphraseTemplates>> = {
  train: { kinds: ['social', 'social', 'thing', 'transfer'], links: ['and', 'before'], cleft: 0 },
  dev: { kinds: ['social', 'social', 'thing', 'transfer'], links: ['because', 'although'], cleft: 1 },
};

export interface QuestionTemplates {
  readonly links: readonly Link[];
  readonly openings: readonly string[];
}

export const QQP_TEMPLATES: Readonly<Record<'train' | 'dev', QuestionTemplates>> = {
  train: { links: ['before', 'after'], openings: ['do you know', 'can you tell me', 'does anyone remember', 'may I ask'] },
  dev: { links: ['because', 'although'], openings: ['could somebody say', 'have you heard', 'is it known'] },
};

/** What a row of rte or mnli is made of at one depth. */
export interface InferenceKnobs {
  readonly plans: Readonly<Record<'train' | 'dev', readonly InferencePlan[]>>;
  /** Sets (noun, predicate) that may differ between premise and hypothesis. */
  readonly moves: number;
  /** Chance that a quantifier is a numeral. */
  readonly numbers: number;
  readonly places: number;
  /** Chance of a synonym in a premise that differs otherwise too. */
  readonly reword: number;
  readonly passiveHypotheses: number;
}

const DIRECT: InferencePlan = { subject: 'one' };
const SHARED = { numbers: 0.3, places: 0.3, reword: 0.15, passiveHypotheses: 0.1 };

const SINGLE: InferenceKnobs = {
  ...SHARED, moves: 1,
  plans: {
    train: [
      { subject: 'one', negated: true }, { subject: 'set' }, { subject: 'one', wrap: 'that' }, { subject: 'one', wrap: 'to' },
      { subject: 'one', passive: true }, { subject: 'one', companion: 'and' }, { subject: 'one', companion: 'who' },
    ],
    dev: [{ subject: 'one', wrap: 'truth' }, { subject: 'set' }],
  },
};
const DOUBLE: InferenceKnobs = {
  ...SHARED, moves: 2, places: 0.2,
  plans: {
    train: [
      { subject: 'set', wrap: 'that' }, { subject: 'set', companion: 'and' }, { subject: 'member' },
      { subject: 'one', wrap: 'to', wrapNegated: true }, { subject: 'one', wrap: 'that', negated: true },
      { subject: 'one', companion: 'attitudes' }, { subject: 'one', companion: 'who', passive: true },
      { subject: 'one', companion: 'and', negated: true },
    ],
    dev: [{ subject: 'set', wrap: 'truth' }, { subject: 'member' }, { subject: 'one', companion: 'who', wrap: 'to' }],
  },
};
const TRIPLE: InferenceKnobs = {
  ...SHARED, moves: 2, places: 0.15,
  plans: {
    train: [
      { subject: 'set', companion: 'attitudes' }, { subject: 'set', wrap: 'that', wrapNegated: true },
      { subject: 'member', companion: 'and' }, { subject: 'one', companion: 'attitudes', wrapNegated: true, negated: true },
      { subject: 'one', companion: 'who', wrap: 'to', wrapNegated: true }, { subject: 'one', companion: 'and', wrap: 'that', negated: true },
      { subject: 'one', companion: 'attitudes', passive: true },
    ],
    dev: [{ subject: 'set', companion: 'and', wrap: 'truth' }, { subject: 'member', wrap: 'that' }, { subject: 'one', companion: 'and', wrap: 'to', wrapNegated: true }],
  },
};

export const RTE: readonly InferenceKnobs[] = [
  { ...SHARED, moves: 1, passiveHypotheses: 0, plans: { train: [DIRECT], dev: [{ ...DIRECT, cleft: true }] } },
  SINGLE, DOUBLE, TRIPLE,
];
/** Share of rte's rows without entailment that are contradictions. */
export const RTE_CONTRADICTIONS = 0.3;

/** The plans with negation where one person is spoken of: without it nothing can be contradicted. */
function negatable(knobs: InferenceKnobs): InferenceKnobs {
  const change = (plan: InferencePlan): InferencePlan => (plan.subject === 'set' ? plan : { ...plan, negated: true });
  return { ...knobs, plans: { train: knobs.plans.train.map(change), dev: knobs.plans.dev.map(change) } };
}

export const MNLI: readonly InferenceKnobs[] = RTE.map(negatable);

/** The structures of one sentence of qnli. */
export interface AnswerPlan {
  readonly events: 1 | 2;
  readonly links: readonly Link[];
  readonly wrap?: WrapKind;
  readonly wrapNegated?: boolean;
  /** Both clauses stand under attitudes, one of which leaves its clause open. */
  readonly attitudes?: boolean;
  readonly negated?: boolean;
  readonly cleft?: boolean;
}

export interface AnswerKnobs {
  readonly plans: Readonly<Record<'train' | 'dev', readonly AnswerPlan[]>>;
  /** Chance of a synonym in the sentence. */
  readonly reword: number;
  /** Chance that the question names a kind ("which musician"). */
  readonly kinds: number;
  readonly adjuncts: number;
  readonly adjectives: number;
}

const ONE = { events: 1, links: ['and'] } as const;
const TWO = { events: 2, links: ['and'] } as const;
const TIMED = { events: 2, links: ['before', 'after'] } as const;
const CAUSED = { events: 2, links: ['because', 'although'] } as const;

export const QNLI: readonly AnswerKnobs[] = [
  { reword: 0.4, kinds: 0.4, adjuncts: 0.1, adjectives: 0.1, plans: { train: [ONE], dev: [{ ...ONE, cleft: true }] } },
  {
    reword: 0.4, kinds: 0.4, adjuncts: 0.15, adjectives: 0.15,
    plans: { train: [TWO, TIMED, { ...ONE, wrap: 'to' }, { ...ONE, wrap: 'that' }], dev: [{ ...ONE, wrap: 'truth' }, CAUSED] },
  },
  {
    reword: 0.5, kinds: 0.4, adjuncts: 0.2, adjectives: 0.1,
    plans: {
      train: [{ ...TWO, negated: true }, { ...TWO, attitudes: true }, { ...ONE, wrap: 'to', wrapNegated: true }, { ...TWO, wrap: 'that' }, TIMED],
      dev: [{ ...CAUSED, negated: true }, { ...TWO, wrap: 'truth' }, { ...TWO, wrap: 'to', negated: true }],
    },
  },
  {
    reword: 0.6, kinds: 0.4, adjuncts: 0.3, adjectives: 0.15,
    plans: {
      train: [
        { ...TWO, attitudes: true, negated: true }, { ...TWO, attitudes: true, wrapNegated: true },
        { ...TWO, wrap: 'to', wrapNegated: true, negated: true }, { ...TWO, wrap: 'that', wrapNegated: true, negated: true },
      ],
      dev: [{ ...TWO, wrap: 'truth', negated: true }, { ...TWO, attitudes: true, wrapNegated: true, negated: true }],
    },
  },
];
