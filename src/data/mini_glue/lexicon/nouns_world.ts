import type { NounRow } from './parse.ts';

/** Works, places, events, ideas and judgements; the notation is that of `nouns_living.ts`. */
export const WORLD: readonly NounRow[] = [
  { category: 'work', root: 'creation' },
  { under: 'creation', members: 'film=movie book opera musical symphony album painting sculpture=statue' },
  { under: 'creation', members: 'exhibition story=tale sitcom sequel song screenplay ballet game' },
  { under: 'film', members: 'comedy thriller western documentary cartoon' },
  { under: 'book', members: 'novel memoir biography anthology' },
  { under: 'song', members: 'ballad lullaby anthem' },

  { category: 'building', root: 'building=structure', locative: 'in' },
  { under: 'building', locative: 'in', members: 'house school hospital museum library hotel=inn restaurant church factory prison=jail' },
  { under: 'building', locative: 'in', members: 'castle theatre cinema stadium shop=store office palace garage barn warehouse pharmacy bakery' },
  { under: 'building', locative: 'at', members: 'station airport' },
  { under: 'house', locative: 'in', members: 'cottage=cabin bungalow villa=mansion' },
  { under: 'building', locative: 'in', members: 'room' },
  { under: 'room', locative: 'in', members: 'kitchen bedroom attic=loft cellar=basement bathroom corridor=hallway' },

  { category: 'landscape', root: 'place=location', locative: 'in' },
  { under: 'place', locative: 'in', members: 'garden park forest valley meadow harbour=port desert village city town swamp=marsh orchard' },
  { under: 'place', locative: 'on', members: 'beach mountain hill street=road bridge island cliff farm path=trail' },
  { under: 'place', locative: 'at', members: 'lake market' },

  { category: 'event', root: 'event=occasion' },
  { under: 'event', members: 'reunion party wedding festival ceremony lecture conference race contest=competition' },
  { under: 'event', members: 'journey=trip holiday=vacation election rehearsal picnic parade trial concert' },

  { category: 'idea', root: 'idea=notion' },
  { under: 'idea', members: 'theory rumour argument decision proposal opinion excuse secret mistake=error problem' },
  { under: 'idea', members: 'solution rule belief memory explanation joke warning answer' },

  { category: 'aspect', root: 'aspect=feature' },
  { under: 'aspect', members: 'plot script cast melody storyline scene character dialogue finale setting' },
  { under: 'aspect', members: 'design menu service atmosphere' },

  { category: 'judgement', root: 'judgement' },
  { under: 'judgement', polarity: 2, members: 'masterpiece triumph marvel miracle' },
  { under: 'judgement', polarity: 1, members: 'gem=jewel joy=pleasure success winner' },
  { under: 'judgement', polarity: -2, members: 'disaster=catastrophe nightmare travesty' },
  { under: 'judgement', polarity: -1, members: 'failure=flop mess=muddle disappointment nuisance' },
];
