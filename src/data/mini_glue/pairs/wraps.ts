/** Words around a clause that commit the speaker to it, to its opposite, or to neither. */
import type { Generator } from '../../../random/generator.ts';
import type { Verb } from '../lexicon/types.ts';
import type { Words } from '../types.ts';

/** `that`: "Tom knew that …"; `to`: "Anna managed to …"; `truth`: "It is false that …". */
export type WrapKind = 'that' | 'to' | 'truth';
/** What the wrapped clause is said to be: true, false, or open. */
export type Effect = 1 | -1 | 0;

const TRUTH: Readonly<Record<Effect, readonly string[]>> = {
  1: ['it is true that', 'it is a fact that', 'it is not false that'],
  [-1]: ['it is false that', 'it is not true that'],
  0: ['it is possible that', 'it is not certain that', 'it is likely that'],
};

/** Infinitive verbs whose negation is clear: "did not manage to", but not "did not refuse to". */
const NEGATED_TO: Readonly<Record<Effect, readonly string[]>> = {
  1: ['fail'],
  [-1]: ['manage', 'dare'],
  0: ['want', 'wish', 'intend', 'decide'],
};

function effectOfThat(verb: Verb, negated: boolean): Effect {
  if (verb.factive) return 1;
  return negated ? 0 : verb.veracity ?? 0;
}

/** The effects that a kind of wrap can have. */
export function effects(kind: WrapKind | undefined, negated: boolean): readonly Effect[] {
  if (kind === undefined) return [1];
  return kind === 'that' && negated ? [1, 0] : [1, -1, 0];
}

/** Words of that kind and effect: after a subject for `that` and `to` ("did not know that"), before a clause for `truth`. */
export function wrapText(rng: Generator, words: Words, kind: WrapKind, effect: Effect, negated: boolean): string {
  if (kind === 'truth') return rng.pick(TRUTH[effect]);
  const fits = kind === 'that'
    ? (v: Verb) => effectOfThat(v, negated) === effect
    : (v: Verb) => (negated ? NEGATED_TO[effect].includes(v.word) : v.veracity === effect);
  const verb = words.verb(rng, { frame: kind === 'that' ? 'clausal' : 'infinitive', subject: 'person' }, fits);
  const said = negated ? `did not ${verb.base}` : verb.past;
  return `${said} ${kind}`;
}
