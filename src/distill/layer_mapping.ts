import { Fault } from '../fault/fault.ts';
import { evenLayers } from '../model/layers.ts';
import { integer, key, permutation } from '../random/counter.ts';

/** A student layer, the teacher layer that it should resemble, and the weight of the two; layer −1 is the embedding output. */
export interface LayerPair {
  readonly student: number;
  readonly teacher: number;
  readonly weight: number;
}

/** Mappings that a word names. */
export const MAPPING_NAMES = ['skip', 'last', 'uniform', 'uniform_last', 'reversed', 'combine', 'random', 'random_block'] as const;
export type MappingName = (typeof MAPPING_NAMES)[number];

/** Which teacher layers a student's layers meet. `teachers` lists one for each student layer, or one for the last alone. */
export type LayerMapping =
  | { readonly kind: MappingName }
  | { readonly kind: 'teachers'; readonly layers: readonly number[] }
  | { readonly kind: 'pairs'; readonly pairs: readonly LayerPair[] };

/** What a random mapping draws from; `draw` separates two draws of one step. */
export interface MappingDraw {
  readonly seed: number;
  readonly step: number;
  readonly draw: number;
}

type Depths = { readonly student: number; readonly teacher: number };
type Rule = (depths: Depths, draw: MappingDraw) => LayerPair[];

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const pair = (student: number, teacher: number, weight = 1): LayerPair => ({ student, teacher, weight });
const oneToOne = (teachers: readonly number[]): LayerPair[] => teachers.map((teacher, student) => pair(student, teacher));
const blockSize = ({ student, teacher }: Depths): number => Math.floor(teacher / student);
const drawKey = ({ seed, step, draw }: MappingDraw): number => key(seed, 'mapping', step) ^ draw;

const uniform: Rule = ({ student, teacher }) => oneToOne(evenLayers(teacher, student));

const RULES: Record<Exclude<MappingName, 'combine'>, Rule> = {
  skip: (depths) => oneToOne(range(depths.student).map((i) => i * blockSize(depths) + blockSize(depths) - 1)),
  last: ({ student, teacher }) => [pair(student - 1, teacher - 1)],
  uniform,
  uniform_last: (depths, draw) => merged([...uniform(depths, draw), ...range(depths.student).map((i) => pair(i, depths.teacher - depths.student + i))]),
  reversed: (depths, draw) => uniform(depths, draw).map(({ student, teacher }) => pair(depths.student - 1 - student, teacher)),
  random: ({ student, teacher }, draw) => oneToOne([...permutation(drawKey(draw), teacher).slice(0, student)].sort((a, b) => a - b)),
  random_block: (depths, draw) => oneToOne(range(depths.student).map((i) => i * blockSize(depths) + integer(drawKey(draw), i, blockSize(depths)))),
};

/** The two mappings' pairs with half the weight each; a pair that both have counts once with the whole. */
function merged(pairs: readonly LayerPair[]): LayerPair[] {
  const weights = new Map<string, LayerPair>();
  for (const { student, teacher } of pairs) {
    const name = `${student}:${teacher}`;
    weights.set(name, pair(student, teacher, (weights.get(name)?.weight ?? 0) + 0.5));
  }
  return [...weights.values()];
}

/**
 * The layer pairs of a mapping, 0-based; hidden states of a pair are the outputs of its layers.
 *
 *   skip          i ↔ i·k + k − 1 with k = ⌊N/S⌋ (3, 7, 11 of 12 for 3)
 *   last          S − 1 ↔ N − 1
 *   uniform       i ↔ round((i + 1)·N/S) − 1, which always ends with the last layer
 *   uniform_last  i ↔ uniform and i ↔ N − S + i, with half the weight each
 *   reversed      S − 1 − i ↔ uniform
 *   random        S of the N teacher layers in order, drawn anew in each step (reference `attn_rand`)
 *   random_block  i ↔ one of i·k … i·k + k − 1, drawn anew in each step (reference `minilm_random`)
 *
 * `combine` has no pairs: objectives that know it use all states at once. Fault `bad-layer-mapping` for layers that are
 * not there, a student deeper than its teacher, or `combine` where it has no meaning.
 */
export function layerPairs(mapping: LayerMapping, depths: Depths, draw: MappingDraw): readonly LayerPair[] {
  if (mapping.kind === 'combine') throw badMapping('combine', 'a mapping of layer pairs for this objective', 'combine, which only compares all hidden states at once');
  const pairs = mapping.kind === 'pairs' ? mapping.pairs : mapping.kind === 'teachers' ? listed(mapping.layers, depths) : named(mapping.kind, depths, draw);
  for (const { student, teacher } of pairs) {
    if (outside(student, depths.student) || outside(teacher, depths.teacher)) throw beyond(mapping, { student, teacher }, depths);
  }
  return pairs;
}

const outside = (layer: number, depth: number) => !Number.isInteger(layer) || layer < -1 || layer >= depth;

function named(kind: Exclude<MappingName, 'combine'>, depths: Depths, draw: MappingDraw): LayerPair[] {
  if (depths.student <= depths.teacher) return RULES[kind](depths, draw);
  throw badMapping(kind, `a student of at most ${depths.teacher} layers, as many as the teacher has`, `one of ${depths.student}`);
}

function listed(layers: readonly number[], { student }: Depths): LayerPair[] {
  if (layers.length === student) return oneToOne(layers);
  if (layers.length === 1) return [pair(student - 1, layers[0]!)];
  throw badMapping(layers.join(','), `one teacher layer, or one for each of the student's ${student}`, `${layers.length} layers`);
}

function beyond(mapping: LayerMapping, { student, teacher }: Omit<LayerPair, 'weight'>, depths: Depths): Fault {
  const expected = `student layers 0 to ${depths.student - 1} and teacher layers 0 to ${depths.teacher - 1}`;
  return badMapping(formatMapping(mapping), expected, `the pair ${student}:${teacher}`, `Evenly spaced would be ${formatPairs(uniform(depths, { seed: 0, step: 0, draw: 0 }))}.`);
}

const badMapping = (mapping: string, expected: string, got: string, remedy = `Choose one of ${MAPPING_NAMES.join(', ')}, or pairs such as 0:3,1:7,2:11.`) =>
  new Fault({ code: 'bad-layer-mapping', where: `layer mapping ${mapping}`, expected, got, remedy });

const PAIR = /^(\d+|e):(\d+|e)(?:\*(\d*\.?\d+))?$/;
const LAYERS = /^\d+(,\d+)*$/;
const layerNumber = (text: string): number => (text === 'e' ? -1 : Number(text));

/**
 * A mapping from its text: a name (`skip`), teacher layers (`3,7,11`, or `11` for the last student layer alone), or pairs
 * with weights (`0:3,1:7,2:11*0.5`; `e:e` is the pair of embedding outputs).
 *
 * Fault `bad-layer-mapping` for any other text.
 */
export function parseMapping(text: string): LayerMapping {
  const word = text.trim().replaceAll('+', '_').replaceAll('-', '_');
  const kind = MAPPING_NAMES.find((name) => name === word);
  if (kind) return { kind };
  const parts = text.split(',').map((part) => part.trim());
  if (LAYERS.test(parts.join())) return { kind: 'teachers', layers: parts.map(Number) };
  const pairs = parts.map((part) => PAIR.exec(part));
  if (pairs.every((match) => match !== null)) return { kind: 'pairs', pairs: pairs.map(([, s, t, w]) => pair(layerNumber(s!), layerNumber(t!), w === undefined ? 1 : Number(w))) };
  throw badMapping(JSON.stringify(text), 'the name of a mapping, teacher layers, or pairs of layers', JSON.stringify(text));
}

/** The text of a mapping; `parseMapping` reads it back. */
export function formatMapping(mapping: LayerMapping): string {
  if (mapping.kind === 'pairs') return formatPairs(mapping.pairs);
  return mapping.kind === 'teachers' ? mapping.layers.join() : mapping.kind;
}

function formatPairs(pairs: readonly LayerPair[]): string {
  const layer = (index: number) => (index === -1 ? 'e' : String(index));
  return pairs.map(({ student, teacher, weight }) => `${layer(student)}:${layer(teacher)}${weight === 1 ? '' : `*${weight}`}`).join();
}
