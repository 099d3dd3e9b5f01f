import { Fault } from '../fault/fault.ts';
import type { Recipe } from '../experiment/recipe.ts';
import { studentWidths, widthNotes, type ModelWidths } from '../experiment/student_shape.ts';
import type { ModelConfig } from '../model/config.ts';
import { initialisationSentence, initialiseStudent, REFERENCE_PARTS, studentConfig, type StudentPart } from '../model/student_init.ts';
import type { Head } from '../model/parameters.ts';
import type { Weights } from '../model/weights.ts';

/** A student before training, and where it comes from as a sentence. */
export interface BegunStudent {
  readonly weights: Weights;
  readonly origin: string;
}

const ALL_PARTS: readonly StudentPart[] = ['embeddings', 'masked-lm', 'classifier'];

/**
 * The recipe's student: layers and parts of its teacher or of another model, all of a checkpoint, or random weights; equal
 * for equal seeds. A classifier that is copied must be the task's. Fault `bad-student-shape` when its heads do not divide
 * its width.
 */
export function beginStudent(recipe: Recipe, teacher: Weights, initFrom?: Weights, heads: readonly Head[] = ['classification']): BegunStudent {
  const { student, training } = recipe;
  const { init, num_hidden_layers } = student;
  const source = initFrom ?? teacher;
  const config = { ...studentShape(recipe, source.config), labels: teacher.config.labels, finetuning_task: teacher.config.finetuning_task };
  const layers = { layers: () => (init.kind === 'layers' ? init.layers : []), checkpoint: () => [...Array(num_hidden_layers).keys()], random: () => [] }[init.kind]();
  const parts = { layers: (init.kind === 'layers' ? init.parts : undefined) ?? REFERENCE_PARTS, checkpoint: ALL_PARTS, random: [] }[init.kind];
  const { weights, provenance } = initialiseStudent(source, config, layers, training.seed, heads, parts);
  return { weights, origin: initialisationSentence(provenance) };
}

/** The student's architecture, from the model that it starts from; Fault `bad-student-shape`. */
export function studentShape(recipe: Recipe, source: ModelConfig): ModelConfig {
  return { ...studentConfig(source, recipe.student.num_hidden_layers, widthOf(recipe, source)), ...recipe.student.architecture };
}

/** The student's widths, where its heads divide them. */
function widthOf({ student }: Recipe, source: ModelConfig): ModelWidths {
  const widths = studentWidths(student, source);
  const { hidden_size, num_attention_heads: heads } = widths;
  if (hidden_size % heads === 0) return widths;
  throw new Fault({ code: 'bad-student-shape', where: 'the student', expected: `a number of heads that divides its width of ${hidden_size}`, got: String(heads), remedy: 'Set its width and its heads so that one divides the other.' });
}

/** What the recipe's objectives do where student and teacher differ in heads or width, as sentences. */
export function shapeNotes(recipe: Recipe, teacher: ModelConfig, initFrom: ModelConfig = teacher): string[] {
  return widthNotes(recipe.stages.flatMap(({ objectives }) => objectives), studentShape(recipe, initFrom), teacher);
}
