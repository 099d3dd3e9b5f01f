/** Quantifiers in words, and the claims that a premise may set against a hypothesis. */
import type { Generator } from '../../../random/generator.ts';
import type { TemplateSet } from '../types.ts';
import { ALL, FAILS, HOLDS, NOT_ALL, type Claim } from './entail.ts';
import { numeral } from './realise.ts';

const atLeast = (n: number): Claim => ({ counted: 'meet', bounds: [n, Infinity] });
const fewerThan = (n: number): Claim => ({ counted: 'meet', bounds: [0, n - 1] });
const exactly = (n: number): Claim => ({ counted: 'meet', bounds: [n, n] });

/** Claims with the words "some", "no", "every" and "not every". */
export const LOGICAL: readonly Claim[] = [HOLDS, FAILS, ALL, NOT_ALL];
/** Least and greatest number that is said; each leaves room for one above and below. */
const LOW = 4;
const HIGH = 9;

/** A claim for a hypothesis about a set; with a numeral by the given chance. */
export function setClaim(rng: Generator, numbers: number): Claim {
  if (!rng.chance(numbers)) return rng.pick(LOGICAL);
  const n = LOW + rng.integer(HIGH - LOW + 1);
  return rng.pick([atLeast(n), fewerThan(n), exactly(n)]);
}

/** The claims that a premise may make beside a claim about a set; about the same set, so that they can meet or clash. */
export function rivals(claim: Claim): readonly Claim[] {
  const [low, high] = claim.bounds;
  if (claim.counted === 'rest') return [ALL, NOT_ALL];
  if (low <= 1 && (high === Infinity || high === 0)) return [HOLDS, FAILS];
  const n = low > 0 ? low : high + 1;
  return [atLeast(n), fewerThan(n), atLeast(n + 2), fewerThan(n - 2), exactly(n), exactly(n + 1), exactly(n - 1)];
}

type Wordings = Readonly<Record<TemplateSet, readonly string[]>>;

/** How each quantifier is said; the wordings of dev occur in no training row. */
const WORDINGS: readonly (readonly [Claim, Wordings])[] = [
  [HOLDS, { train: ['some', 'at least one'], dev: ['one or more', 'a number of'] }],
  [FAILS, { train: ['no'], dev: ['not a single', 'none of the'] }],
  [ALL, { train: ['every', 'all'], dev: ['each', 'all of the'] }],
  [NOT_ALL, { train: ['not every', 'not all'], dev: ['not all of the'] }],
];

function numberWordings([low, high]: Claim['bounds']): Wordings {
  if (low === high) return { train: [`exactly ${numeral(low)}`], dev: [`precisely ${numeral(low)}`, `just ${numeral(low)}`] };
  if (high === Infinity) {
    const more = `more than ${numeral(low - 1)}`;
    return { train: [`at least ${numeral(low)}`, more], dev: [`no fewer than ${numeral(low)}`, more] };
  }
  const fewer = `fewer than ${numeral(high + 1)}`;
  return { train: [fewer, `at most ${numeral(high)}`], dev: [fewer, `no more than ${numeral(high)}`] };
}

/** The determiner of a claim about a set: "every", "at least three". */
export function determiner(rng: Generator, claim: Claim, templates: TemplateSet): string {
  const [low, high] = claim.bounds;
  const fixed = WORDINGS.find(([c]) => c.counted === claim.counted && c.bounds[0] === low && c.bounds[1] === high);
  return rng.pick((fixed?.[1] ?? numberWordings(claim.bounds))[templates]);
}
