/** Which sentences answer a question, and the changes that make a sentence miss it. */
import type { Generator } from '../../../random/generator.ts';
import type { Noun } from '../lexicon/types.ts';
import type { Words } from '../types.ts';
import { isRole, type Asked } from './ask.ts';
import { exchangeWord } from './decide.ts';
import { ROLES, SWAPS } from './edits.ts';
import { attempt } from './pair_generator.ts';
import type { Report } from './report.ts';
import { categoryOf, type Cast, type Event, type Phrase } from './scene.ts';
import type { Effect } from './wraps.ts';

/** What is asked of the main event of a scene. */
export interface Inquiry {
  readonly event: Event;
  readonly asked: Exclude<Asked, 'polar'>;
  /** The kind that the question names ("which musician"). */
  readonly kind?: Noun | undefined;
  /** True when a change to the report shows in the question, i.e. concerns what the question names. */
  shows(report: Report): boolean;
}

/** A scene as the sentence tells it, and what the sentence commits to of its main event. */
export interface Telling {
  readonly report: Report;
  readonly effect: Effect;
}

function samePhrase(a: Phrase | undefined, b: Phrase | undefined): boolean {
  return a?.head.word === b?.head.word && a?.adjective?.word === b?.adjective?.word;
}

/** True when the event fills what is asked, and has everything else that the question names. */
export function fills(event: Event, { event: named, asked }: Inquiry): boolean {
  const others = ROLES.filter((r) => r !== asked).every((r) => samePhrase(event[r], named[r]));
  const place = asked === 'place' ? event.place !== undefined : event.place?.word === named.place?.word;
  const time = asked === 'time' ? event.time !== undefined : event.time === named.time;
  return event.holds && event.verb.word === named.verb.word && others && place && time;
}

interface Miss {
  readonly inquiry: Inquiry;
  readonly report: Report;
  readonly words: Words;
  readonly cast: Cast;
  readonly rng: Generator;
  /** Effects that the sentence's wording can give to the main event. */
  readonly effects: readonly Effect[];
  readonly negated: boolean;
}

/** One way to miss a question; undefined where the scene does not have it. */
type Way = (miss: Miss) => Telling | undefined;

const asserted = (report: Report | undefined): Telling | undefined => report && { report, effect: 1 };

const otherWord: Way = ({ rng, words, cast, report, inquiry }) =>
  asserted(exchangeWord(rng, words, cast, report, false, (r) => inquiry.shows(r))?.report);

/** The same words bound otherwise: to the other party, or across the two clauses. */
const otherBinding: Way = ({ rng, report, inquiry }) => {
  const swapped = SWAPS.flatMap((s) => s.apply(report) ?? [])
    .filter((r) => !fills(r.main, inquiry) && !(r.other && fills(r.other, inquiry)));
  return swapped.length === 0 ? undefined : asserted(rng.pick(swapped));
};

/** The asked adjunct is not given; another kind of adjunct is. */
const missing: Way = ({ cast, report, inquiry }) => {
  if (inquiry.asked !== 'place' && inquiry.asked !== 'time') return undefined;
  const { place: _, time: __, ...bare } = report.main;
  return asserted({ ...report, main: inquiry.asked === 'place' ? { ...bare, time: cast.time() } : { ...bare, place: cast.place() } });
};

const denied: Way = ({ report, negated }) => (negated ? asserted({ ...report, main: { ...report.main, holds: false } }) : undefined);

const notCommitted: Way = ({ rng, report, effects }) => {
  const left = effects.filter((e) => e !== 1);
  return left.length === 0 ? undefined : { report, effect: rng.pick(left) };
};

/** The asked party is of another kind than the question names. */
const otherKind: Way = ({ rng, words, cast, report, inquiry: { asked, kind } }) => {
  const phrase = isRole(asked) ? report.main[asked] : undefined;
  if (!kind || !phrase) return undefined;
  const below = words.hyponyms(kind);
  const isApart = (n: Noun) => n.hypernym !== undefined && cast.isFree(n) && !below.includes(n);
  const head = attempt(() => words.noun(rng, categoryOf(phrase), isApart));
  return head && asserted({ ...report, main: { ...report.main, [asked]: { ...phrase, head } } });
};

const WAYS: readonly Way[] = [otherWord, otherBinding, missing, denied, notCommitted, otherKind];

/** The scene told so that it misses the question; drawn evenly over the ways that the scene has. Undefined if none. */
export function missTelling(miss: Miss): Telling | undefined {
  for (const way of miss.rng.shuffle(WAYS)) {
    const telling = way(miss);
    if (telling) return telling;
  }
  return undefined;
}
