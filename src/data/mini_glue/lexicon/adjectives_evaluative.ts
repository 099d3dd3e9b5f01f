import type { AdjectiveRow } from './parse.ts';

/** Adjectives that praise or blame. `=` joins synonyms, `~` sets antonyms side by side. */
export const EVALUATIVE: readonly AdjectiveRow[] = [
  { domain: 'quality', applies: 'anything', polarity: 2, members: 'superb=splendid wonderful=marvellous excellent=outstanding brilliant=stunning magnificent=glorious' },
  { domain: 'quality', applies: 'anything', polarity: 2, members: 'fantastic=terrific flawless=faultless~flawed amazing=incredible exquisite sublime exceptional spectacular' },
  { domain: 'quality', applies: 'anything', polarity: 1, members: 'good=fine~bad nice=pleasant~unpleasant decent=respectable enjoyable lovely impressive=admirable~unimpressive' },
  { domain: 'quality', applies: 'anything', polarity: 1, members: 'delightful promising worthy~unworthy appealing=attractive~unappealing rewarding~unrewarding' },
  { domain: 'quality', applies: 'anything', polarity: -2, members: 'terrible=awful=dreadful horrible=ghastly atrocious=abysmal hideous=repulsive disastrous=catastrophic pathetic' },
  { domain: 'quality', applies: 'anything', polarity: -2, members: 'worthless~valuable intolerable=unbearable~bearable miserable=wretched deplorable appalling' },
  { domain: 'quality', applies: 'anything', polarity: -1, members: 'poor mediocre=unremarkable~remarkable inferior~superior lousy disappointing=unsatisfactory' },
  { domain: 'quality', applies: 'anything', polarity: -1, members: 'inadequate~adequate ordinary~extraordinary dismal dubious' },
  { domain: 'interest', applies: 'readable', polarity: 2, members: 'gripping=riveting exciting~unexciting hilarious unforgettable~forgettable ingenious=masterful profound' },
  { domain: 'interest', applies: 'readable', polarity: 1, members: 'interesting=engaging~uninteresting original=inventive~unoriginal lively=vibrant~lifeless clever=witty~witless' },
  { domain: 'interest', applies: 'readable', polarity: 1, members: 'funny~unfunny touching thoughtful=insightful~thoughtless memorable elegant=graceful~clumsy refined~sloppy' },
  { domain: 'interest', applies: 'readable', polarity: -1, members: 'dull=tedious=monotonous predictable~unpredictable shallow=superficial silly tiresome=wearisome pointless=meaningless' },
  { domain: 'interest', applies: 'readable', polarity: -1, members: 'incoherent~coherent feeble implausible~plausible repetitive dreary=drab' },
  { domain: 'interest', applies: 'readable', polarity: -2, members: 'unwatchable laughable=ridiculous idiotic insufferable' },
  { domain: 'character', applies: 'person', polarity: 1, members: 'kind=gentle~unkind generous~selfish=greedy honest~dishonest brave=courageous~cowardly loyal=faithful~disloyal' },
  { domain: 'character', applies: 'person', polarity: 1, members: 'polite=courteous~rude=impolite wise~foolish patient~impatient friendly~hostile=unfriendly humble=modest~arrogant' },
  { domain: 'character', applies: 'person', polarity: 1, members: 'diligent=industrious~lazy=idle cheerful~gloomy talented=gifted~incompetent trustworthy' },
  { domain: 'character', applies: 'person', polarity: -1, members: 'cruel=vicious stubborn=obstinate vain reckless deceitful' },
  { domain: 'taste', applies: 'food', polarity: 2, members: 'delicious=scrumptious~disgusting=revolting divine' },
  { domain: 'taste', applies: 'food', polarity: 1, members: 'tasty=flavoursome~bland=tasteless juicy crisp~soggy appetising nourishing' },
  { domain: 'taste', applies: 'food', polarity: -1, members: 'stale mouldy greasy rancid burnt' },
  { domain: 'comfort', applies: 'artefact', polarity: 1, members: 'reliable=dependable~unreliable useful=handy~useless sturdy=robust~flimsy durable~fragile' },
  { domain: 'comfort', applies: 'building', polarity: 1, members: 'comfortable=cosy~uncomfortable spacious=roomy~cramped tidy=neat~messy=untidy safe=secure~dangerous=unsafe' },
  { domain: 'comfort', applies: 'building', polarity: -1, members: 'shabby=dingy filthy=squalid~spotless draughty' },
];
