import type { ObjectiveTerm } from '../../src/experiment/recipe.ts';
import { bindTerms, objectiveTensors } from '../../src/lab/bound_terms.ts';
import type { ClassifierTraining } from '../../src/lab/classifier_training.ts';
import { shapeOf } from '../../src/lab/teacher_pass.ts';

/** What a test of one stage says; the rest is as in the default recipe. */
export type PlainSetting = Pick<ClassifierTraining, 'config' | 'parameters' | 'examples' | 'options' | 'steps'> & {
  readonly objectives: readonly ObjectiveTerm[];
  /** Logits of a teacher of the same shape. */
  readonly teacherLogits?: Float32Array;
};

/** One stage with these objectives, on padding 0, with the student's dropout. */
export function plainTraining({ objectives, teacherLogits: logits, ...rest }: PlainSetting): ClassifierTraining {
  const { config, options, examples } = rest;
  const rowLabels = Int32Array.from(examples, ({ label }) => label);
  const shared = { student: shapeOf(config), teacher: shapeOf(config), fidelity: 'corrected' as const, rowLabels, seed: options.seed };
  const terms = bindTerms(objectives, shared);
  return {
    ...rest,
    terms,
    trained: objectiveTensors('trained', terms),
    memory: objectiveTensors('memory', terms),
    first: 0,
    padId: 0,
    fidelity: 'corrected',
    dropout: { student: true, teacher: false },
    ...(logits ? { teacher: { config, logits, needsLogits: true, dropout: false } } : {}),
  };
}
