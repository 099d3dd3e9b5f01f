/** Questions about one event: who, what, where, when, or whether. */
import { partsOf, subjectRole, words, type Form } from './realise.ts';
import { isPerson, type Event, type Role } from './scene.ts';

/** What a question asks for; `polar` asks whether. */
export type Asked = Role | 'place' | 'time' | 'polar';

/** How a question is said. */
export interface AskForm {
  readonly form: Form;
  /** "in which place" rather than "where". */
  readonly long: boolean;
  /** Embedded word order, as after "do you know": "where Anna met Tom". */
  readonly embedded: boolean;
}

type Wh = readonly [short: string, long: string];

const WH: Readonly<Record<'person' | 'thing' | 'place' | 'time', Wh>> = {
  person: ['who', 'which person'],
  thing: ['what', 'which thing'],
  place: ['where', 'in which place'],
  time: ['when', 'on which occasion'],
};
const WHOM: Wh = ['whom', 'which person'];

/** The question word, with the preposition that the asked role needs in that voice. */
function whPhrase(event: Event, asked: Exclude<Asked, 'polar'>, ask: AskForm): string {
  const pick = (wh: Wh) => wh[ask.long ? 1 : 0];
  if (asked === 'place' || asked === 'time') return pick(WH[asked]);
  if (asked === 'agent' && ask.form.passive) return `by ${pick(WHOM)}`;
  const phrase = event[asked];
  return pick(isPerson(phrase) ? WH.person : WH.thing);
}

/** The question in words, without capital and question mark. */
export function question(event: Event, asked: Asked, ask: AskForm): string {
  const isSubject = asked === subjectRole(ask.form);
  const { subject, verb, rest } = partsOf(event, { ...ask.form, front: undefined }, asked === 'polar' ? undefined : asked);
  if (asked === 'polar') {
    return ask.embedded ? words('whether', subject, verb.finite, ...rest) : words(verb.auxiliary, subject, verb.rest, ...rest);
  }
  const wh = whPhrase(event, asked, ask);
  if (isSubject) return words(wh, verb.finite, ...rest);
  return ask.embedded ? words(wh, subject, verb.finite, ...rest) : words(wh, verb.auxiliary, subject, verb.rest, ...rest);
}
