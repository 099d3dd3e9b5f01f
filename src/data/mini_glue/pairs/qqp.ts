import type { Generator } from '../../../random/generator.ts';
import { question, type AskForm } from './ask.ts';
import { premiseEvent } from './change.ts';
import { QQP, type QueryKnobs } from './difficulty.ts';
import { isParaphrase, type InferencePlan } from './infer_plan.ts';
import { inOwnWords } from './mrpc.ts';
import { pairGenerator, type Draft, type Pair } from './pair_generator.ts';
import { clause, PLAIN, sentence, words } from './realise.ts';
import { drawForm, opening, whether, type Wanted } from './queries.ts';
import type { Event } from './scene.ts';
import { drawHypothesis, premises, say } from './statement.ts';
import { tell } from './telling.ts';

type Stock = Draft<QueryKnobs>;

/** Two questions whether something is so, which the same answer fits, or not. */
function polarPair(stock: Stock, plan: InferencePlan, isSame: boolean): Pair | undefined {
  const { rng, knobs } = stock;
  const hypothesis = drawHypothesis(stock, plan);
  const passive = rng.chance(knobs.passiveHypotheses);
  const second = whether(stock, say(stock, hypothesis, plan.subject === 'set', { ...PLAIN, passive }));
  for (const premise of premises(stock, plan, hypothesis, (c) => isParaphrase(plan, hypothesis.claim, c) === isSame)) {
    const first = whether(stock, tell(stock, plan, inOwnWords(stock, hypothesis, premise), premise.choice));
    return [sentence(first, '?'), sentence(second, '?')];
  }
  return undefined;
}

type Link = 'before' | 'after';
const OTHER_LINK: Readonly<Record<Link, Link>> = { before: 'after', after: 'before' };
const OTHER_WANTED: Readonly<Record<Wanted, Wanted>> = { place: 'time', time: 'place', agent: 'patient', patient: 'agent' };

/** Place and time are asked for twice as often as both parties. */
function drawWanted(rng: Generator): Wanted {
  return rng.chance(2 / 3) ? rng.pick(['place', 'time']) : rng.pick(['agent', 'patient']);
}

/** A question with a question word, and the clause of time that may go with it. */
interface Query {
  readonly event: Event;
  readonly wanted: Wanted;
  readonly link: Link;
  readonly other?: Event;
}

function drawQuery(stock: Stock): Query {
  const { rng, knobs } = stock;
  const wanted = drawWanted(rng);
  const { place, ...event } = drawHypothesis(stock, { subject: 'one' }).event;
  const isAdjunct = wanted === 'place' || wanted === 'time';
  const other = rng.chance(knobs.clauses) ? { other: drawHypothesis(stock, { subject: 'one' }).event } : {};
  return { event: isAdjunct || !place ? event : { ...event, place }, wanted, link: rng.pick(['before', 'after']), ...other };
}

/** The query in words; the clause of time comes last, or first. */
function queryText({ event, wanted, link, other }: Query, ask: AskForm, open: string, isFront: boolean): string {
  const asked = words(open, question(event, wanted, { ...ask, embedded: open !== '' }));
  if (!other) return sentence(asked, '?');
  return sentence(isFront ? `${link} ${clause(other)}, ${asked}` : words(asked, link, clause(other)), '?');
}

type Way = (stock: Stock, query: Query) => Query | undefined;

const otherWanted: Way = (_, query) => ({ ...query, wanted: OTHER_WANTED[query.wanted] });

const otherLink: Way = (_, query) => (query.other ? { ...query, link: OTHER_LINK[query.link] } : undefined);

const otherEvent: Way = (stock, query) => {
  const event = premiseEvent(stock, query.event, stock.rng.pick(['wider', 'narrower', 'other']), false);
  return event && { ...query, event };
};

const synonymous: Way = (stock, query) => {
  const event = stock.rng.chance(stock.knobs.reword) ? premiseEvent(stock, query.event, 'same', true) : query.event;
  return event && { ...query, event };
};

const MISSES: readonly Way[] = [otherWanted, otherLink, otherEvent];

/** Two questions that ask for the same thing of the same event, or not; undefined where the difference does not show. */
function openPair(stock: Stock, isSame: boolean): Pair | undefined {
  const { rng, knobs } = stock;
  const query = drawQuery(stock);
  const told = (isSame ? synonymous : rng.pick(query.other ? MISSES : MISSES.filter((way) => way !== otherLink)))(stock, query);
  if (!told) return undefined;
  const ask = drawForm(stock);
  if (!isSame && queryText(told, ask, '', false) === queryText(query, ask, '', false)) return undefined;
  const first = queryText(told, drawForm(stock), rng.chance(knobs.indirect) ? opening(stock) : '', false);
  return [first, queryText(query, ask, '', rng.chance(0.5))];
}

/** Two questions that ask the same in another voice, order or wording (1), or for something else (0). */
export const qqp = pairGenerator('qqp', QQP, (draft) => {
  const { rng, knobs, templates, label } = draft;
  return rng.chance(knobs.open) ? openPair(draft, label === 1) : polarPair(draft, rng.pick(knobs.plans[templates]), label === 1);
});
