/** Every knob of the pair tasks' difficulty; one row a depth, 0 to 3. */
import type { InferencePlan } from './infer_plan.ts';

/** Longest pair, in words and marks; word pieces are about a third more. */
export const MAX_WORDS = 40;

/** What a row of a pair task is made of at one depth. */
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

/** What a row of mrpc is made of. */
export interface ParaphraseKnobs extends InferenceKnobs {
  /** Chance of a synonym in an event that does not differ. */
  readonly synonyms: number;
}

const BOTH = { numbers: 0.3, places: 0.3, reword: 0.3, synonyms: 0.35, passiveHypotheses: 0.35, moves: 1 };

/** Two sentences: what the plan does to one person or set, and from depth 2 a second clause in both. */
export const MRPC: readonly ParaphraseKnobs[] = [
  { ...BOTH, plans: { train: [DIRECT, { subject: 'one', passive: true }, { subject: 'one', negated: true }], dev: [{ ...DIRECT, cleft: true }] } },
  {
    ...BOTH,
    plans: {
      train: [{ subject: 'one', wrap: 'to' }, { subject: 'set' }, { subject: 'one', passive: true, negated: true }],
      dev: [{ subject: 'one', wrap: 'truth' }, { subject: 'set' }],
    },
  },
  {
    ...BOTH, places: 0.2,
    plans: {
      train: [
        { subject: 'one', wrap: 'to', wrapNegated: true, negated: true }, { subject: 'one', wrap: 'to', negated: true },
        { subject: 'set', companion: 'and' }, { subject: 'one', companion: 'and', negated: true },
      ],
      dev: [{ subject: 'one', wrap: 'truth', negated: true }, { subject: 'set', companion: 'and' }, { subject: 'set', wrap: 'truth' }],
    },
  },
  {
    ...BOTH, places: 0.1, moves: 2,
    plans: {
      train: [
        { subject: 'one', wrap: 'to', wrapNegated: true, companion: 'and', negated: true }, { subject: 'set', companion: 'and' },
        { subject: 'one', wrap: 'to', companion: 'and', negated: true }, { subject: 'one', passive: true, companion: 'and', negated: true },
      ],
      dev: [{ subject: 'one', wrap: 'truth', companion: 'and', negated: true }, { subject: 'set', wrap: 'truth', companion: 'and' }],
    },
  },
];

/** What a row of qnli is made of. */
export interface AnswerKnobs extends InferenceKnobs {
  /** Chance that the question has a question word, where one person is spoken of. */
  readonly open: number;
}

/** What a row of qqp is made of. */
export interface QueryKnobs extends AnswerKnobs, ParaphraseKnobs {
  /** Chance that the first question is embedded ("Do you know where …"). */
  readonly indirect: number;
  /** Chance of a clause of time beside a question word. */
  readonly clauses: number;
}

const ASKED = { ...BOTH, indirect: 0.2, clauses: 0 };

/** Questions whether something is so lead: their words of doubt and denial are what a beginner learns first. */
export const QQP: readonly QueryKnobs[] = [
  {
    ...ASKED, open: 0.3,
    plans: {
      train: [DIRECT, { subject: 'one', wrap: 'to' }, { subject: 'one', negated: true }],
      dev: [{ ...DIRECT, cleft: true }, { subject: 'one', negated: true, cleft: true }],
    },
  },
  {
    ...ASKED, open: 0.3,
    plans: {
      train: [{ subject: 'one', wrap: 'to' }, { subject: 'set' }, { subject: 'one', negated: true, passive: true }],
      dev: [{ ...DIRECT, cleft: true }, { subject: 'set' }],
    },
  },
  {
    ...ASKED, open: 0.4, clauses: 0.7,
    plans: {
      train: [{ subject: 'one', wrap: 'to', wrapNegated: true, negated: true }, { subject: 'set' }, { subject: 'one', wrap: 'to', negated: true }],
      dev: [{ subject: 'one', negated: true, cleft: true }, { subject: 'set' }],
    },
  },
  {
    ...ASKED, open: 0.4, clauses: 1, places: 0.2, moves: 2,
    plans: {
      train: [{ subject: 'one', wrap: 'to', wrapNegated: true, negated: true }, { subject: 'set' }, { subject: 'one', wrap: 'to', negated: true }],
      dev: [{ subject: 'one', negated: true, cleft: true }, { subject: 'set' }],
    },
  },
];

function aboutOne({ plans, ...knobs }: InferenceKnobs): InferenceKnobs {
  const keep = (all: readonly InferencePlan[]) => all.filter(({ subject }) => subject === 'one');
  return { ...knobs, plans: { train: keep(plans.train), dev: keep(plans.dev) } };
}

/** The sentences are the premises of rte that speak of one person; words of doubt come in from the beginning. */
export const QNLI: readonly AnswerKnobs[] = RTE.map(aboutOne).map(({ plans, ...knobs }, depth) => ({
  ...knobs, open: depth === 0 ? 1 : 0.75, plans: depth === 0 ? { ...plans, train: [DIRECT, { subject: 'one', wrap: 'to' }] } : plans,
}));
