import { evenLayers } from '../../experiment/presets.ts';

/** Which layers of the teacher a student starts from: the usual choices, and how they follow a change of depth. */

export interface LayerChoice {
  readonly name: string;
  readonly title: string;
  readonly layers: (student: number, teacher: number) => number[];
}

/** Choices of the paper, 0-based; `spread` ends at the teacher's last layer: 12 → 3 gives 3, 7, 11. */
export const LAYER_CHOICES: readonly LayerChoice[] = [
  { name: 'spread', title: 'Spread', layers: (s, t) => evenLayers(t, s).map((layer) => Math.max(0, layer)) },
  { name: 'first', title: 'First', layers: (s, t) => Array.from({ length: s }, (_, j) => Math.min(j, t - 1)) },
  { name: 'last', title: 'Last', layers: (s, t) => Array.from({ length: s }, (_, j) => Math.max(0, t - s + j)) },
];

/** The usual choice that these layers are, if they are one. */
export function choiceOf(layers: readonly number[], teacher: number): LayerChoice | undefined {
  return LAYER_CHOICES.find((choice) => choice.layers(layers.length, teacher).every((layer, j) => layer === layers[j]));
}

/** The layers for another depth of student or teacher: the same kind of choice, or else the spread one. */
export function adapted(layers: readonly number[], student: number, teacher: number, teacherBefore = teacher): number[] {
  const choice = layers.length > 0 ? choiceOf(layers, teacherBefore) : undefined;
  return (choice ?? LAYER_CHOICES[0]!).layers(student, teacher);
}
