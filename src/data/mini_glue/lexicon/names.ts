/** Given names, as many of each gender. */
export const FEMININE_NAMES =
  'alice anna bella carla clara diana ella emma eva fiona grace hannah helen irene jane julia karen laura linda lucy ' +
  'maria martha nancy nina olga paula rachel rosa ruth sarah sophie susan tina vera wendy zoe';
export const MASCULINE_NAMES =
  'adam albert andrew arthur boris bruno carl daniel david edgar felix frank george harold henry hugo ivan jacob james ' +
  'john karl leo lewis louis martin michael oliver oscar paul peter philip robert simon thomas victor walter';
