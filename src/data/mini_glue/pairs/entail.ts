/**
 * Entailment between quantified claims, by counting.
 *
 * A quantifier bounds the size of one set: of "the Ns that P" (`meet`, |N ∩ P|) or of "the Ns that do not P" (`rest`,
 * |N ∖ P|). From premise to hypothesis the noun and the predicate may become wider or narrower sets; the bound moves
 * with them, and the hypothesis follows, contradicts or is open by comparing two intervals of integers. Monotonicity
 * (upward in the predicate of "every", downward in its noun, …) is what comes out of the counting.
 */

/** How the set behind a phrase changes from premise to hypothesis; `other` when neither contains the other. */
export type Change = 'same' | 'wider' | 'narrower' | 'other';

/** The verdict on a hypothesis, given a premise. */
export type Verdict = 'entailment' | 'neutral' | 'contradiction';

/** Which set a quantifier counts. */
type Counted = 'meet' | 'rest';

/** Inclusive bounds on a set's size. */
type Interval = readonly [low: number, high: number];

/** A claim about a noun's set N and a predicate's set P: the counted set's size lies in `bounds`. */
export interface Claim {
  readonly counted: Counted;
  readonly bounds: Interval;
}

const ANY: Interval = [0, Infinity];
const SOME: Interval = [1, Infinity];
const NONE: Interval = [0, 0];

/** Two changes one after the other; a wider and a narrower one leave nothing known. */
export function join(first: Change, second: Change): Change {
  if (first === 'same') return second;
  return second === 'same' || first === second ? first : 'other';
}

/** The same change seen from the complement, or from the hypothesis. */
export function reverse(change: Change): Change {
  const table: Record<Change, Change> = { same: 'same', wider: 'narrower', narrower: 'wider', other: 'other' };
  return table[change];
}

/** What is known of a set's size after the set has changed. */
export function shift(bounds: Interval, change: Change): Interval {
  const table: Record<Change, Interval> = {
    same: bounds,
    wider: [bounds[0], Infinity],
    narrower: [0, bounds[1]],
    other: ANY,
  };
  return table[change];
}

/** The claim with the opposite truth value; RangeError when its bounds have no interval as complement ("exactly two"). */
export function negate(claim: Claim): Claim {
  const [low, high] = claim.bounds;
  if (low > 0 && high < Infinity) throw new RangeError(`the complement of [${low}, ${high}] is no interval`);
  return { counted: claim.counted, bounds: low > 0 ? [0, low - 1] : [high + 1, Infinity] };
}

/** Verdict between two intervals for the same number. */
function compare(known: Interval, asked: Interval): Verdict {
  if (known[0] >= asked[0] && known[1] <= asked[1]) return 'entailment';
  return known[1] < asked[0] || known[0] > asked[1] ? 'contradiction' : 'neutral';
}

/**
 * Verdict on a hypothesis about nouns N′ and predicate P′ given a premise about N and P.
 *
 * `noun` and `predicate` say how N → N′ and P → P′ change. Claims that count different sets are independent, since a
 * noun's set may be empty ("every" does not imply "some").
 */
export function judge(premise: Claim, hypothesis: Claim, noun: Change, predicate: Change): Verdict {
  if (premise.counted !== hypothesis.counted) return 'neutral';
  const change = join(noun, premise.counted === 'meet' ? predicate : reverse(predicate));
  return compare(shift(premise.bounds, change), hypothesis.bounds);
}

/**
 * The claim about one member of the noun's set ("Rex is a dog"), as a claim that counts `meet` over a single thing;
 * undefined when the premise says nothing about each member.
 */
export function instantiate(premise: Claim): Claim | undefined {
  if (premise.bounds[1] !== 0) return undefined;
  return premise.counted === 'rest' ? { counted: 'meet', bounds: SOME } : { counted: 'meet', bounds: NONE };
}

/** True of one thing, or of at least one. */
export const HOLDS: Claim = { counted: 'meet', bounds: SOME };
/** False of one thing, or of all. */
export const FAILS: Claim = { counted: 'meet', bounds: NONE };
/** True of all. */
export const ALL: Claim = { counted: 'rest', bounds: NONE };
/** False of at least one. */
export const NOT_ALL: Claim = { counted: 'rest', bounds: SOME };
