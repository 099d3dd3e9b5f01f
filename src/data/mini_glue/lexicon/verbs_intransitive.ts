import type { VerbRow } from './parse.ts';

/** Verbs without an object. `=` joins synonyms, `~` antonyms, `/` gives irregular past, participle and -ing form. */
export const INTRANSITIVE: readonly VerbRow[] = [
  { frame: 'intransitive', subject: 'animate', members: 'run/ran/run walk=stroll sleep/slept/slept jump=leap/leapt/leapt swim/swam/swum wait' },
  { frame: 'intransitive', subject: 'animate', members: 'arrive~depart vanish=disappear~appear return escape=flee/fled/fled wander=roam hurry=rush' },
  { frame: 'intransitive', subject: 'animate', members: 'tremble=shiver stumble snore struggle hesitate yawn relax sneeze crawl' },
  { frame: 'intransitive', subject: 'person', members: 'laugh smile=grin~frown cry=weep/wept/wept dance shout=yell~whisper cough giggle=chuckle' },
  { frame: 'intransitive', subject: 'person', members: 'complain=grumble apologise resign retire pray faint kneel/knelt/knelt blush sigh' },
  { frame: 'intransitive', subject: 'animal', members: 'growl graze hibernate' },
  { frame: 'intransitive', subject: 'plant', members: 'bloom=blossom wither sprout' },
  { frame: 'intransitive', subject: 'food', members: 'ripen rot' },
  { frame: 'intransitive', subject: 'vehicle', members: 'skid crash stall' },
  { frame: 'intransitive', subject: 'device', members: 'malfunction overheat' },
  { frame: 'intransitive', subject: 'building', members: 'collapse crumble' },
  { frame: 'intransitive', subject: 'event', members: 'begin/began/begun/beginning=start~end=conclude' },
];
