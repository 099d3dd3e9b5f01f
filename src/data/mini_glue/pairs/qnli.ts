import type { Noun } from '../lexicon/types.ts';
import { missTelling, type Inquiry, type Telling } from './answer.ts';
import { isRole, question, type Asked, type AskForm } from './ask.ts';
import { addSynonym } from './decide.ts';
import { PARAPHRASE_TEMPLATES, QNLI, type AnswerKnobs, type AnswerPlan } from './difficulty.ts';
import { pairGenerator, type Draft } from './pair_generator.ts';
import { clause, infinitive, phraseText, sentence, words as join, type Form } from './realise.ts';
import { firstForm, makeReport, reportText, type Report } from './report.ts';
import type { Event } from './scene.ts';
import { effects, wrapText, type Effect, type WrapKind } from './wraps.ts';

type Stock = Draft<AnswerKnobs>;

/** A scene, and what to ask of its main event: an adjunct that is asked for is there. */
function drawScene(stock: Stock, plan: AnswerPlan): { report: Report; asked: Exclude<Asked, 'polar'> } {
  const { rng, words, cast, knobs, templates } = stock;
  const links = plan.wrap || plan.attitudes ? ['and' as const] : plan.links;
  const { kinds } = PARAPHRASE_TEMPLATES[templates];
  const drawn = makeReport(rng, words, cast, { kinds, events: plan.events, links, negated: 0, adjuncts: knobs.adjuncts, adjectives: knobs.adjectives });
  const asked = rng.pick(['agent', 'patient', ...(drawn.main.recipient ? ['recipient' as const] : []), 'place', 'time'] as const);
  const { place: _, time: __, ...bare } = drawn.main;
  const main = asked === 'place' ? { ...bare, place: cast.place() } : asked === 'time' ? { ...bare, time: cast.time() } : drawn.main;
  const other = drawn.other && plan.negated ? { ...drawn.other, holds: rng.chance(0.5) } : drawn.other;
  return { report: { ...drawn, main, ...(other ? { other } : {}) }, asked };
}

/** A kind above the asked party, by which the question can name it. */
function kindOf({ rng, words, knobs }: Stock, event: Event, asked: Asked): Noun | undefined {
  const head = isRole(asked) ? event[asked]?.head : undefined;
  if (!head || head.kind === 'name' || !rng.chance(knobs.kinds)) return undefined;
  const above = words.hypernyms(head);
  return above.length === 0 ? undefined : rng.pick(above);
}

function questionForm({ rng }: Stock): Form {
  return { passive: rng.chance(0.35), to: rng.chance(0.5), status: 0 };
}

function wrapKind(plan: AnswerPlan): WrapKind | undefined {
  return plan.attitudes ? 'that' : plan.wrap;
}

/** The main event's clause under "knew that", "managed to" or "it is false that". */
function wrapped({ rng, words, cast }: Stock, plan: AnswerPlan, event: Event, form: Form, effect: Effect): string {
  const kind = wrapKind(plan);
  if (kind === undefined) return clause(event, form);
  const wrap = wrapText(rng, words, kind, effect, plan.wrapNegated ?? false);
  if (kind === 'to') return join(phraseText(event.agent), wrap, infinitive(event));
  return kind === 'truth' ? join(wrap, clause(event, form)) : join(phraseText(cast.person()), wrap, clause(event, form));
}

function tell(stock: Stock, plan: AnswerPlan, { report, effect }: Telling): string {
  const { rng } = stock;
  const form = firstForm(rng, report);
  const { main, other } = report;
  if (wrapKind(plan) === undefined) return reportText(report, { ...form, main: { ...form.main, cleft: plan.cleft ?? false } });
  const said = wrapped(stock, plan, main, { ...form.main, front: undefined }, effect);
  if (!other) return said;
  if (!plan.attitudes) return `${clause(other, form.other)}, and ${said}`;
  const beside = wrapped(stock, plan, other, { ...form.other, front: undefined }, effect === 1 ? 0 : 1);
  return rng.shuffle([said, beside]).join(', but ');
}

/** A question, and a sentence that answers it (0) or speaks of the same things but does not (1). */
export const qnli = pairGenerator('qnli', QNLI, (stock) => {
  const { rng, words, cast, knobs, label, templates } = stock;
  const plan = rng.pick(knobs.plans[templates]);
  const { report, asked } = drawScene(stock, plan);
  const kind = kindOf(stock, report.main, asked);
  const ask: AskForm = { form: questionForm(stock), long: rng.chance(0.15), embedded: false, kind: kind?.word };
  const text = question(report.main, asked, ask);
  const inquiry: Inquiry = { event: report.main, asked, kind, shows: (r) => question(r.main, asked, ask) !== text };
  const possible = plan.attitudes ? [1, 0] as const : effects(plan.wrap, plan.wrapNegated ?? false);
  const missed = missTelling({ inquiry, report, words, cast, rng, effects: possible, negated: plan.negated ?? false });
  if (!missed) return undefined;
  const told: Telling = label === 0 ? { report, effect: 1 } : missed;
  const reworded = rng.chance(knobs.reword) ? { ...told, report: addSynonym(rng, words, { report: told.report, decided: [] }) } : told;
  return [sentence(text, '?'), sentence(tell(stock, plan, reworded))];
});
