import type { NounRow } from './parse.ts';

/** Objects that people make, eat, wear, use and read; the notation is that of `nouns_living.ts`. */
export const THINGS: readonly NounRow[] = [
  { category: 'food', root: 'food' },
  { under: 'food', members: 'fruit vegetable pastry dish sandwich sausage' },
  { under: 'fruit', members: 'apple pear plum peach cherry melon lemon banana mango grape' },
  { under: 'vegetable', members: 'carrot onion potato/potatoes tomato/tomatoes cabbage turnip radish/radishes cucumber pumpkin' },
  { under: 'pastry', members: 'cake pie croissant muffin scone biscuit=cookie pancake' },
  { under: 'dish', members: 'stew omelette casserole salad curry pizza burger' },

  { category: 'garment', root: 'garment' },
  { under: 'garment', members: 'shirt coat hat shoe dress=gown skirt sweater=jumper scarf/scarves jacket blazer glove mitten' },
  { under: 'garment', members: 'sock belt cloak=cape apron uniform' },
  { under: 'hat', members: 'cap beret bonnet helmet' },
  { under: 'shoe', members: 'boot sandal slipper' },

  { category: 'instrument', root: 'instrument' },
  { under: 'instrument', members: 'violin=fiddle cello guitar piano flute trumpet drum harp clarinet trombone banjo' },

  { category: 'tool', root: 'tool=implement' },
  { under: 'tool', members: 'hammer chisel shovel=spade wrench=spanner rake axe screwdriver ladder needle' },

  { category: 'vehicle', root: 'vehicle' },
  { under: 'vehicle', members: 'car=automobile boat bicycle=bike truck=lorry bus/buses tram taxi=cab wagon=cart tractor scooter van' },
  { under: 'boat', members: 'canoe yacht ferry raft' },
  { under: 'car', members: 'limousine convertible' },

  { category: 'furniture', root: 'furnishing' },
  { under: 'furnishing', members: 'chair sofa=couch table desk wardrobe=closet bookcase cupboard=cabinet bed mirror shelf/shelves' },
  { under: 'chair', members: 'armchair stool rocker' },

  { category: 'container', root: 'container' },
  { under: 'container', members: 'box bag basket bottle=flask jar bucket=pail cup=mug bowl barrel=cask crate vase' },
  { under: 'bag', members: 'handbag backpack=rucksack suitcase wallet' },

  { category: 'device', root: 'device=gadget' },
  { under: 'device', members: 'phone=telephone camera computer radio printer clock keyboard oven=stove kettle heater lamp=lantern' },
  { under: 'computer', members: 'laptop tablet' },

  { category: 'text', root: 'document' },
  { under: 'document', members: 'letter report contract essay article map diary=journal recipe newspaper magazine dictionary' },
  { under: 'document', members: 'leaflet=brochure petition invoice=bill postcard catalogue manual=handbook' },
];
