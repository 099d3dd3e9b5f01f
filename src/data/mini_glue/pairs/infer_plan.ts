/** What a premise may say beside a hypothesis, and the verdict of each choice; no words yet. */
import { rivals, LOGICAL } from './claims.ts';
import { FAILS, HOLDS, instantiate, judge, negate, reverse, type Change, type Claim, type Verdict } from './entail.ts';
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

/** A choice before it is said what decides. */
export type Bare = Omit<Choice, 'reason'>;

/** The claim that a choice asserts of the hypothesis' parts; undefined where it asserts none. */
function assertedBy({ claim, effect, crossed }: Bare): Claim | undefined {
  if (effect === 0 || crossed) return undefined;
  return effect === 1 ? claim : negate(claim);
}

/** The verdict on the hypothesis' claim, given a choice of the premise. */
export function verdictOf(plan: InferencePlan, hypothesis: Claim, choice: Bare): Verdict {
  const { noun, predicate } = choice;
  const asserted = assertedBy(choice);
  if (!asserted) return 'neutral';
  if (plan.subject !== 'member') return judge(asserted, hypothesis, noun, predicate);
  const about = noun === 'other' ? undefined : instantiate(asserted);
  return about ? judge(about, hypothesis, 'same', predicate) : 'neutral';
}

/** True when premise and hypothesis follow from each other. */
export function isParaphrase(plan: InferencePlan, hypothesis: Claim, choice: Bare): boolean {
  const asserted = assertedBy(choice);
  return asserted !== undefined && verdictOf(plan, hypothesis, choice) === 'entailment'
    && judge(hypothesis, asserted, reverse(choice.noun), reverse(choice.predicate)) === 'entailment';
}

function reasonOf({ effect, noun, predicate, crossed }: Bare): Choice['reason'] {
  if (crossed) return 'crossed';
  if (effect === 0) return 'open';
  if (noun === 'other' || predicate === 'other') return 'other';
  return predicate === 'same' && noun !== 'wider' && noun !== 'narrower' ? 'same' : 'moved';
}

/** The changes of noun and predicate that a plan can make, at most `moves` of them. */
function changes(plan: InferencePlan, moves: number): [noun: Change, predicate: Change][] {
  const allowed = moves + (plan.subject === 'member' ? 1 : 0);
  return NOUN_CHANGES[plan.subject].flatMap((noun) => CHANGES
    .filter((predicate) => Number(noun !== 'same') + Number(predicate !== 'same') <= allowed)
    .map((predicate): [Change, Change] => [noun, predicate]));
}

function effectsOn(plan: InferencePlan, claim: Claim): readonly Effect[] {
  if (plan.companion === 'attitudes') return [1, 0];
  const all = effects(plan.wrap, plan.wrapNegated ?? false);
  const reversible = hasComplement(claim) && (plan.wrap !== 'that' || plan.subject === 'one');
  return reversible ? all : all.filter((e) => e !== -1);
}

/** Every premise of the plan for a hypothesis that `fits`; at most `moves` of its sets differ. */
export function choices(plan: InferencePlan, hypothesis: Claim, moves: number, fits: (choice: Bare) => boolean): Choice[] {
  const found: Choice[] = [];
  const add = (claim: Claim, effect: Effect, noun: Change, predicate: Change, crossed: boolean) => {
    if (!fits({ claim, effect, noun, predicate, crossed })) return;
    found.push({ claim, effect, noun, predicate, crossed, reason: reasonOf({ claim, effect, noun, predicate, crossed }) });
  };
  const sets = changes(plan, moves);
  const crosses = plan.companion === 'and' || plan.companion === 'who';
  for (const claim of claims(plan, hypothesis)) {
    for (const effect of effectsOn(plan, claim)) for (const [noun, predicate] of sets) add(claim, effect, noun, predicate, false);
    if (crosses) add(claim, 1, plan.subject === 'member' ? 'narrower' : 'same', 'same', true);
  }
  return found;
}
