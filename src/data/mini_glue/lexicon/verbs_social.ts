import type { VerbRow } from './parse.ts';

/** Transitive verbs between people and animals, and verbs of feeling; the notation is that of `verbs_intransitive.ts`. */
export const SOCIAL: readonly VerbRow[] = [
  { frame: 'transitive', subject: 'animate', object: 'animate', members: 'chase=pursue follow frighten=scare watch=observe notice=spot kick approach' },
  { frame: 'transitive', subject: 'animate', object: 'animate', members: 'attack~defend=protect ignore hear/heard/heard lead/led/led' },
  { frame: 'transitive', subject: 'person', object: 'animate', members: 'feed/fed/fed rescue=save photograph sketch calm=soothe hug=embrace push~pull' },
  { frame: 'transitive', subject: 'person', object: 'animate', members: 'find/found/found=discover~lose/lost/lost recognise tease cure=heal examine=inspect guard' },
  { frame: 'transitive', subject: 'person', object: 'person', members: 'help=assist~hinder greet=welcome visit meet/met/met thank invite hire=employ~dismiss' },
  { frame: 'transitive', subject: 'person', object: 'person', members: 'arrest~release marry forgive/forgave/forgiven deceive encourage~discourage accompany' },
  { frame: 'transitive', subject: 'person', object: 'person', members: 'obey~disobey interview=question scold applaud elect' },
  { frame: 'transitive', subject: 'person', object: 'anything', polarity: 1, members: 'praise admire=respect like enjoy appreciate' },
  { frame: 'transitive', subject: 'person', object: 'anything', polarity: 2, members: 'love=adore treasure=cherish' },
  { frame: 'transitive', subject: 'person', object: 'anything', polarity: -1, members: 'criticise dislike' },
  { frame: 'transitive', subject: 'person', object: 'anything', polarity: -2, members: 'hate=loathe=detest despise' },
  { frame: 'transitive', subject: 'reviewed', object: 'person', polarity: 1, members: 'please=gratify amuse=entertain impress intrigue' },
  { frame: 'transitive', subject: 'reviewed', object: 'person', polarity: 2, members: 'delight=charm fascinate=captivate thrill=electrify inspire dazzle enchant' },
  { frame: 'transitive', subject: 'reviewed', object: 'person', polarity: -1, members: 'bore=fatigue annoy=irritate dismay confuse=puzzle' },
  { frame: 'transitive', subject: 'reviewed', object: 'person', polarity: -2, members: 'repel/repelled/repelled/repelling=nauseate offend depress infuriate horrify=shock' },
];
