import type { AdjectiveRow } from './parse.ts';

/** Adjectives that describe without praise or blame; the notation is that of `adjectives_evaluative.ts`. */
export const DESCRIPTIVE: readonly AdjectiveRow[] = [
  { domain: 'size', applies: 'physical', members: 'big=large~small=little huge=enormous=gigantic~tiny=minuscule long heavy~light thick~thin' },
  { domain: 'size', applies: 'animate', members: 'tall~short plump=stout~slim=slender' },
  { domain: 'size', applies: 'place', members: 'wide=broad~narrow vast=immense remote=distant~nearby' },
  { domain: 'colour', applies: 'physical', members: 'red=scarlet blue green yellow brown grey purple pink white black golden turquoise beige' },
  { domain: 'age', applies: 'physical', members: 'new~old=ancient modern' },
  { domain: 'age', applies: 'animate', members: 'young=youthful~elderly=aged' },
  { domain: 'temperature', applies: 'place', members: 'hot=sweltering~cold=chilly warm~cool icy=frosty sunny humid dusty windy rainy' },
  { domain: 'material', applies: 'artefact', members: 'wooden metallic plastic woollen leather ceramic porcelain silken' },
  { domain: 'shape', applies: 'artefact', members: 'round=circular square oval flat triangular curved~straight' },
  { domain: 'mood', applies: 'person', members: 'happy=joyful=contented~sad=unhappy=sorrowful angry=furious nervous=anxious proud weary=exhausted jealous=envious' },
  { domain: 'mood', applies: 'person', members: 'lonely curious=inquisitive bewildered desperate hopeful~hopeless grateful~ungrateful' },
  { domain: 'state', applies: 'animate', members: 'hungry=starving thirsty sick=ailing~healthy strong=muscular~weak sleepy~alert wild~tame injured=wounded blind lame' },
  { domain: 'state', applies: 'person', members: 'rich=wealthy~penniless famous=renowned~unknown=obscure busy drunk~sober bald barefoot' },
  { domain: 'state', applies: 'artefact', members: 'wet=damp~dry clean~dirty broken~intact sharp~blunt smooth~rough soft~rigid shiny rusty' },
  { domain: 'state', applies: 'place', members: 'crowded~deserted lonesome peaceful=tranquil public~private foggy=misty' },
  { domain: 'state', applies: 'idea', members: 'true~false simple~complicated=complex clear=obvious~unclear=vague' },
  { domain: 'price', applies: 'physical', members: 'expensive=costly~cheap=inexpensive rare=scarce~common' },
  { domain: 'speed', applies: 'vehicle', members: 'fast=quick=swift~slow=sluggish electric' },
  { domain: 'sound', applies: 'event', members: 'loud=noisy~quiet=silent brief~lengthy annual weekly' },
  { domain: 'origin', applies: 'anything', members: 'italian french spanish german japanese chinese russian mexican greek turkish irish dutch swedish brazilian indian egyptian' },
  { domain: 'pattern', applies: 'garment', members: 'striped dotted plain tight~loose' },
];
