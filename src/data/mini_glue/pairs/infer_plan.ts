/** What a premise may say beside a hypothesis, and the verdict of each choice; no words yet. */
import { rivals, LOGICAL } from './claims.ts';
import { FAILS, HOLDS, instantiate, judge, negate, type Change, type Claim, type Verdict } from './entail.ts';
import { effects, type Effect, type WrapKind } from './wraps.ts';

/** The structures of one row: each beside `subject: 'one'` is an operator that has to be resolved. */
export interface InferencePlan {
  /** `one`: a person; `set`: a quantified noun; `member`: a quantified noun, and a person who is one of them. */
  readonly subject: 'one' | 'set' | 'member';
  /** Claims about one person may be negated. */
  readonly negated?: boolean;
  readonly wrap?: WrapKind;
  readonly wrapNegated?: boolean;
  /** A second clause: coordinated, a relative clause, or two clauses under two attitudes. */
  readonly companion?: 'and' | 'who' | 'attitudes';
  readonly passive?: boolean;
  readonly cleft?: boolean;
}

/** One choice of a premise for a hypothesis. */
export interface Choice {
  readonly claim: Claim;
  readonly effect: Effect;
  readonly noun: Change;
  readonly predicate: Change;
  /** The hypothesis' parts are in the premise, but in two clauses. */
  readonly crossed: boolean;
  readonly verdict: Verdict;
  /** What decides; choices are drawn evenly over these. */
  readonly reason: 'same' | 'moved' | 'other' | 'open' | 'crossed';
}

const CHANGES: readonly Change[] = ['same', 'wider', 'narrower', 'other'];
const NOUN_CHANGES: Readonly<Record<InferencePlan['subject'], readonly Change[]>> = {
  one: ['same'],
  set: CHANGES,
  member: ['narrower', 'other'],
};

function claims(plan: InferencePlan, hypothesis: Claim): readonly Claim[] {
  if (plan.wrap === 'to') return [HOLDS];
  if (plan.subject === 'member') return LOGICAL;
  if (plan.subject === 'set') return rivals(hypothesis);
  return plan.negated ? [HOLDS, FAILS] : [HOLDS];
}

const hasComplement = ({ bounds: [low, high] }: Claim) => low === 0 || high === Infinity;

function verdictOf(plan: InferencePlan, hypothesis: Claim, choice: Omit<Choice, 'verdict' | 'reason'>): Verdict {
  const { claim, effect, noun, predicate, crossed } = choice;
  if (effect === 0 || crossed) return 'neutral';
  const asserted = effect === 1 ? claim : negate(claim);
  if (plan.subject !== 'member') return judge(asserted, hypothesis, noun, predicate);
  const about = noun === 'other' ? undefined : instantiate(asserted);
  return about ? judge(about, hypothesis, 'same', predicate) : 'neutral';
}

function reasonOf({ effect, noun, predicate, crossed }: Omit<Choice, 'verdict' | 'reason'>): Choice['reason'] {
  if (crossed) return 'crossed';
  if (effect === 0) return 'open';
  if (noun === 'other' || predicate === 'other') return 'other';
  return predicate === 'same' && noun !== 'wider' && noun !== 'narrower' ? 'same' : 'moved';
}

/** Every premise of the plan for a hypothesis, with its verdict; at most `moves` of its sets differ. */
export function choices(plan: InferencePlan, hypothesis: Claim, moves: number): Choice[] {
  const found: Choice[] = [];
  const attitude = plan.companion === 'attitudes';
  const all = attitude ? [1, 0] as const : effects(plan.wrap, plan.wrapNegated ?? false);
  const bindings = plan.companion === 'and' || plan.companion === 'who' ? [false, true] : [false];
  for (const claim of claims(plan, hypothesis)) for (const effect of all) for (const crossed of bindings) {
    if (effect === -1 && (!hasComplement(claim) || (plan.wrap === 'that' && plan.subject !== 'one'))) continue;
    for (const noun of NOUN_CHANGES[plan.subject]) for (const predicate of CHANGES) {
      const moved = [noun, predicate].filter((c) => c !== 'same').length - (plan.subject === 'member' ? 1 : 0);
      if (moved > moves || (crossed && (moved > 0 || effect !== 1))) continue;
      const choice = { claim, effect, noun, predicate, crossed };
      found.push({ ...choice, verdict: verdictOf(plan, hypothesis, choice), reason: reasonOf(choice) });
    }
  }
  return found;
}
