import type { NounRow } from './parse.ts';

/** People, animals and plants: [hypernym, members]. `=` joins synonyms, `/` an irregular plural. */
export const LIVING: readonly NounRow[] = [
  { category: 'person', root: 'person/people' },
  { under: 'person', members: 'worker artist musician scientist athlete relative official merchant criminal child/children' },
  { under: 'person', members: 'doctor=physician lawyer=attorney teacher=instructor student=pupil neighbour friend=companion' },
  { under: 'person', members: 'stranger tourist customer=client guest=visitor soldier sailor pilot detective librarian' },
  { under: 'worker', members: 'nurse plumber electrician carpenter gardener driver waiter cleaner firefighter mechanic farmer miner' },
  { under: 'artist', members: 'painter sculptor poet novelist=author actor dancer photographer' },
  { under: 'musician', members: 'violinist pianist drummer singer=vocalist guitarist trumpeter composer' },
  { under: 'scientist', members: 'chemist biologist physicist astronomer geologist' },
  { under: 'athlete', members: 'runner swimmer boxer wrestler gymnast cyclist' },
  { under: 'relative', gender: 'masculine', members: 'uncle nephew grandfather brother husband' },
  { under: 'relative', gender: 'feminine', members: 'aunt niece grandmother sister wife/wives' },
  { under: 'official', members: 'mayor judge minister ambassador senator inspector' },
  { under: 'merchant', members: 'baker butcher florist grocer jeweller tailor' },
  { under: 'criminal', members: 'thief/thieves=robber smuggler pirate forger' },
  { under: 'child', gender: 'masculine', members: 'boy' },
  { under: 'child', gender: 'feminine', members: 'girl' },
  { under: 'child', members: 'toddler teenager' },

  { category: 'animal', root: 'animal=creature' },
  { under: 'animal', members: 'dog=hound cat bird insect reptile rodent horse' },
  { under: 'animal', members: 'wolf/wolves fox bear lion tiger monkey elephant camel giraffe rabbit=bunny donkey mule' },
  { under: 'animal', members: 'cow goat pig frog toad' },
  { under: 'dog', members: 'spaniel terrier poodle beagle collie labrador puppy' },
  { under: 'cat', members: 'kitten tabby' },
  { under: 'bird', members: 'sparrow robin eagle owl crow raven heron parrot penguin pigeon dove' },
  { under: 'insect', members: 'beetle ant wasp moth butterfly cricket' },
  { under: 'reptile', members: 'lizard snake=serpent tortoise turtle crocodile' },
  { under: 'rodent', members: 'mouse/mice rat squirrel hamster beaver' },
  { under: 'horse', members: 'stallion mare foal pony' },

  { category: 'plant', root: 'plant' },
  { under: 'plant', members: 'flower tree bush=shrub fern cactus vine' },
  { under: 'flower', members: 'rose tulip daisy lily orchid sunflower' },
  { under: 'tree', members: 'oak pine maple birch willow' },
];
