import type { Generator } from '../../../random/generator.ts';
import { isRole, question, type Asked, type AskForm } from './ask.ts';
import { addSynonym, decisions, exchangeParty, exchangeWord, type Told } from './decide.ts';
import { PARAPHRASE_TEMPLATES, QQP, QQP_TEMPLATES, type QueryKnobs, type QuestionTemplates } from './difficulty.ts';
import { SWAPS, swapParties, type Swap } from './edits.ts';
import { pairGenerator, type Draft } from './pair_generator.ts';
import { clause, phraseText, sentence, type Form } from './realise.ts';
import { makeReport, type Link, type Report } from './report.ts';
import type { Event } from './scene.ts';

/** A question about the main event of a report; the other event is a clause of time or reason. */
interface Query {
  readonly report: Report;
  readonly asked: Asked;
}

interface QueryForm {
  readonly ask: AskForm;
  readonly other: Form;
  /** Words before an embedded question. */
  readonly opening: string;
  /** The clause of time or reason comes first. */
  readonly otherFirst: boolean;
}

function queryText({ report, asked }: Query, { ask, other, opening, otherFirst }: QueryForm): string {
  const main = question(report.main, asked, ask);
  const whole = opening === '' ? main : `${opening} ${main}`;
  if (!report.other) return sentence(whole, '?');
  const subordinate = `${report.link} ${clause(report.other, other)}`;
  return sentence(otherFirst && opening === '' ? `${subordinate}, ${whole}` : `${whole} ${subordinate}`, '?');
}

/** What can be asked of an event. */
function askable(event: Event): readonly Asked[] {
  const adjunct: readonly Asked[] = event.place ? ['time'] : event.time ? ['place'] : ['place', 'time'];
  return ['agent', 'patient', ...(event.recipient ? ['recipient' as const] : []), ...adjunct, 'polar'];
}

const OPPOSITE: Readonly<Partial<Record<Link, Link>>> = { before: 'after', after: 'before', because: 'although', although: 'because' };

/** The asked party keeps its gap: "who thanked Tom" → "who did Tom thank". */
function swapMain({ report, asked }: Query): Query | undefined {
  const main = swapParties(report.main);
  const person = report.main.recipient ? 'recipient' : 'patient';
  const moved: Asked = asked === 'agent' ? person : asked === person ? 'agent' : asked;
  return main && { report: { ...report, main }, asked: moved };
}

const ON_REPORT: readonly Swap[] = SWAPS.filter((s) => s.name !== 'main parties' && s.name !== 'order');

/** A query, with the words whose exchange decided. */
interface ToldQuery extends Told {
  readonly query: Query;
}

function keepAsked(query: Query, told: Told | undefined): ToldQuery | undefined {
  return told && { ...told, query: { ...query, report: told.report } };
}

/** A question that is another one but speaks of nobody new (`same` false), or the query itself. */
function exchangeBinding(rng: Generator, query: Query, form: QueryForm, same: boolean): ToldQuery | undefined {
  const text = queryText(query, form);
  const { asked, report } = query;
  const hidden = isRole(asked) ? report.main[asked] : undefined;
  const chosen = rng.shuffle(rebound(query)).find((other) => {
    const said = queryText(other, form);
    return said !== text && !(hidden && said.toLowerCase().includes(phraseText(hidden).toLowerCase()));
  });
  if (!chosen) return undefined;
  const told = same ? query : chosen;
  return { query: told, report: told.report, by: 'binding', decided: [] };
}

/** Every other question with the same words but for the question word or the conjunction. */
function rebound(query: Query): Query[] {
  const { report, asked } = query;
  const link = OPPOSITE[report.link];
  const adjunct: Asked | undefined = asked === 'place' ? 'time' : asked === 'time' ? 'place' : undefined;
  return [
    swapMain(query) ?? [],
    report.other && link ? { report: { ...report, link }, asked } : [],
    adjunct && !report.main[adjunct === 'place' ? 'place' : 'time'] ? { report, asked: adjunct } : [],
    ON_REPORT.flatMap((s) => s.apply(report) ?? []).map((r) => ({ report: r, asked })),
  ].flat(2);
}

function firstForm(rng: Generator, { openings }: QuestionTemplates, indirect: number, isFirst: boolean): QueryForm {
  const embedded = rng.chance(indirect);
  const opening = embedded ? rng.pick(openings) : '';
  const form = (): Form => ({ passive: rng.chance(0.4), to: rng.chance(0.5), status: 0 });
  return { ask: { form: form(), long: rng.chance(0.2), embedded }, other: form(), opening, otherFirst: isFirst && rng.chance(0.3) };
}

/** The changes of form that keep a question's meaning. */
const CHANGES: readonly ((rng: Generator, form: QueryForm, openings: readonly string[]) => QueryForm)[] = [
  (_, f) => ({ ...f, ask: { ...f.ask, form: { ...f.ask.form, passive: !f.ask.form.passive } } }),
  (_, f) => ({ ...f, other: { ...f.other, passive: !f.other.passive } }),
  (_, f) => ({ ...f, ask: { ...f.ask, form: { ...f.ask.form, to: !f.ask.form.to } } }),
  (_, f) => ({ ...f, ask: { ...f.ask, long: !f.ask.long } }),
  (_, f) => ({ ...f, otherFirst: !f.otherFirst }),
  (rng, f, openings) => ({ ...f, opening: f.opening ? '' : rng.pick(openings), ask: { ...f.ask, embedded: !f.ask.embedded } }),
];

function secondForm(rng: Generator, query: Query, first: QueryForm, openings: readonly string[], count: number): QueryForm {
  let form = first;
  for (const change of rng.shuffle(CHANGES)) {
    const next = change(rng, form, openings);
    if (count > 0 && queryText(query, next) !== queryText(query, form)) { form = next; count -= 1; }
  }
  return form;
}

function makeQuery({ rng, words, cast, knobs, templates }: Draft<QueryKnobs>): Query {
  const { kinds } = PARAPHRASE_TEMPLATES[templates];
  const report = makeReport(rng, words, cast, { ...knobs, kinds, links: QQP_TEMPLATES[templates].links });
  return { report, asked: rng.pick(askable(report.main)) };
}

function decide({ rng, words, cast, knobs, label }: Draft<QueryKnobs>, query: Query, form: QueryForm, text: string): ToldQuery | undefined {
  const same = label === 1;
  const shows = (report: Report) => queryText({ ...query, report }, form) !== text;
  return decisions(rng, knobs.decides, {
    party: () => keepAsked(query, exchangeParty(rng, cast, query.report, same, shows)),
    word: () => keepAsked(query, exchangeWord(rng, words, cast, query.report, same, shows)),
    binding: () => exchangeBinding(rng, query, form, same),
  });
}

/**
 * Two questions that ask the same in another voice, order or wording (1), or that differ in one word or in what is
 * asked of whom (0).
 */
export const qqp = pairGenerator('qqp', QQP, (draft) => {
  const { rng, words, knobs, templates } = draft;
  const { openings } = QQP_TEMPLATES[templates];
  const query = makeQuery(draft);
  const first = firstForm(rng, QQP_TEMPLATES[templates], knobs.indirect, knobs.events === 2);
  const text = queryText(query, first);
  const told = decide(draft, query, first, text);
  if (!told) return undefined;
  const second = secondForm(rng, query, first, openings, knobs.changes === 0 && told.by !== 'word' ? 1 : knobs.changes);
  const said = rng.chance(knobs.extraSynonym) ? { ...told.query, report: addSynonym(rng, words, told) } : told.query;
  return [text, queryText(said, second)];
});
