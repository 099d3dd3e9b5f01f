/** A student's widths, and what objectives do where they are not its teacher's. */
import { entryNamed, type CatalogueEntry } from './objective_catalogue.ts';
import type { ObjectiveTerm, StudentChoice } from './recipe.ts';

/** Widths of a model. */
export interface ModelWidths {
  readonly hidden_size: number;
  readonly num_attention_heads: number;
  readonly intermediate_size: number;
}

/** The student's widths: those of its recipe; heads and inner width follow its width where they are not given. */
export function studentWidths(student: StudentChoice, { hidden_size: width, num_attention_heads, intermediate_size }: ModelWidths): ModelWidths {
  const hidden_size = student.hidden_size ?? width;
  const scaled = (size: number) => Math.max(1, Math.round((size * hidden_size) / width));
  return { hidden_size, num_attention_heads: student.num_attention_heads ?? scaled(num_attention_heads), intermediate_size: student.intermediate_size ?? scaled(intermediate_size) };
}

/** Heads of a model from scratch: of 16 features where the width allows it, else of the next larger size that divides it. */
export function headsFor(width: number): number {
  let count = Math.max(1, Math.floor(width / 16));
  while (width % count > 0) count--;
  return count;
}

type Sizes = Pick<ModelWidths, 'hidden_size' | 'num_attention_heads'>;

interface Way {
  readonly concerns: (entry: CatalogueEntry) => boolean;
  readonly differ: (student: Sizes, teacher: Sizes) => boolean;
  readonly sentence: (names: string, student: Sizes, teacher: Sizes) => string;
}

const readsAny = (entry: CatalogueEntry, ...taps: CatalogueEntry['reads']): boolean => taps.some((tap) => entry.reads.includes(tap));
const heads = (student: Sizes, teacher: Sizes): string => `The student has ${student.num_attention_heads} heads and its teacher ${teacher.num_attention_heads}`;
const otherHeads = (student: Sizes, teacher: Sizes): boolean => student.num_attention_heads !== teacher.num_attention_heads;

/** How tensors of different sizes are made comparable. */
const WAYS: readonly Way[] = [
  {
    concerns: (entry) => readsAny(entry, 'attentionScores', 'attentionProbabilities'),
    differ: otherHeads,
    sentence: (names, student, teacher) => `${heads(student, teacher)}: for ${names}, attention is averaged over groups of neighbouring heads, since a head of one has no counterpart in the other.`,
  },
  {
    concerns: (entry) => readsAny(entry, 'queries', 'keys', 'values'),
    differ: otherHeads,
    sentence: (names, student, teacher) => `${heads(student, teacher)}: for ${names}, queries, keys or values are cut anew into equally many relation heads, which any two widths with a common divisor have.`,
  },
  {
    concerns: (entry) => entry.projects,
    differ: (student, teacher) => student.hidden_size !== teacher.hidden_size,
    sentence: (names, student, teacher) => `The student’s vectors have ${student.hidden_size} entries and its teacher’s ${teacher.hidden_size}: for ${names}, they pass a projection that is trained with the student.`,
  },
];

/** What is done where the two models differ in heads or width, a sentence for each way with the objectives that it concerns. */
export function widthNotes(terms: readonly Pick<ObjectiveTerm, 'name'>[], student: Sizes, teacher: Sizes): string[] {
  const entries = [...new Set(terms.map(({ name }) => entryNamed(name)))].flatMap((entry) => (entry ? [entry] : []));
  return WAYS.filter(({ differ }) => differ(student, teacher)).flatMap(({ concerns, sentence }) => {
    const names = entries.filter(concerns).map(({ name }) => name);
    return names.length === 0 ? [] : [sentence(names.join(' and '), student, teacher)];
  });
}
