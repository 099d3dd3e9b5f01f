import type { VerbRow } from './parse.ts';

/** Transitive verbs that people do to things, and ditransitives; the notation is that of `verbs_intransitive.ts`. */
export const ON_THINGS: readonly VerbRow[] = [
  { frame: 'transitive', subject: 'person', object: 'physical', members: 'buy/bought/bought=purchase~sell/sold/sold hide/hid/hidden=conceal carry steal/stole/stolen move' },
  { frame: 'transitive', subject: 'person', object: 'portable', members: 'lift=raise~lower drop throw/threw/thrown=toss~catch/caught/caught wrap~unwrap/unwrapped/unwrapped/unwrapping borrow' },
  { frame: 'transitive', subject: 'person', object: 'physical', members: 'collect=gather weigh measure deliver import~export' },
  { frame: 'transitive', subject: 'person', object: 'artefact', members: 'repair=fix=mend~damage polish own=possess invent assemble~dismantle scrub' },
  { frame: 'transitive', subject: 'person', object: 'artefact', members: 'choose/chose/chosen=select~reject rent replace abandon decorate' },
  { frame: 'transitive', subject: 'person', object: 'food', members: 'eat/ate/eaten=devour cook taste swallow chew slice=chop peel fry roast' },
  { frame: 'transitive', subject: 'person', object: 'garment', members: 'wear/wore/worn sew/sewed/sewn=stitch knit/knitted/knitted iron' },
  { frame: 'transitive', subject: 'person', object: 'instrument', members: 'play practise' },
  { frame: 'transitive', subject: 'person', object: 'vehicle', members: 'drive/drove/driven=steer' },
  { frame: 'transitive', subject: 'person', object: 'readable', members: 'read/read/read write/wrote/written publish translate copy edit quote review' },
  { frame: 'transitive', subject: 'person', object: 'readable', members: 'memorise illustrate recommend summarise revise delete=erase' },
  { frame: 'transitive', subject: 'person', object: 'plant', members: 'water prune=trim harvest' },
  { frame: 'transitive', subject: 'person', object: 'container', members: 'fill~empty' },
  { frame: 'transitive', subject: 'person', object: 'building', members: 'construct=erect~destroy=demolish renovate=restore' },
  { frame: 'transitive', subject: 'person', object: 'place', members: 'enter~leave/left/left explore reach cross' },
  { frame: 'transitive', subject: 'person', object: 'event', members: 'attend~miss organise=arrange cancel/cancelled/cancelled/cancelling postpone=delay' },
  { frame: 'transitive', subject: 'person', object: 'idea', members: 'accept=approve explain=clarify discuss=debate understand/understood/understood~misunderstand/misunderstood/misunderstood' },
  { frame: 'transitive', subject: 'person', object: 'idea', members: 'support~oppose mention conceive' },
  { frame: 'ditransitive', subject: 'person', object: 'portable', members: 'give/gave/given=hand send/sent/sent=mail lend/lent/lent show/showed/shown offer bring/brought/brought award=grant pass' },
];

/** Verbs that take a clause or an infinitive; `veracity` and `factive` as in `types.ts`. */
export const COMPLEMENT: readonly VerbRow[] = [
  { frame: 'clausal', subject: 'person', veracity: 1, factive: true, members: 'know/knew/known realise regret/regretted/regretted/regretting learn forget/forgot/forgotten/forgetting remember=recall' },
  { frame: 'clausal', subject: 'person', veracity: 1, members: 'prove confirm' },
  { frame: 'clausal', subject: 'person', veracity: 0, members: 'believe=think/thought/thought claim=assert say/said/said hope suspect assume=suppose guess' },
  { frame: 'clausal', subject: 'person', veracity: 0, members: 'deny doubt' },
  { frame: 'clausal', subject: 'person', veracity: -1, members: 'pretend' },
  { frame: 'infinitive', subject: 'person', veracity: 1, members: 'manage dare' },
  { frame: 'infinitive', subject: 'person', veracity: -1, members: 'fail refuse=decline neglect' },
  { frame: 'infinitive', subject: 'person', veracity: 0, members: 'try=attempt want=wish decide intend' },
];
