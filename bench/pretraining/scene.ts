/** Models and a batch of masked texts, made up by seed. */
import { DEFAULT_RECIPE } from '../../src/experiment/presets.ts';
import type { ObjectiveTerm } from '../../src/experiment/recipe.ts';
import { bindTerms, objectiveTensors } from '../../src/lab/bound_terms.ts';
import type { ClassifierTraining } from '../../src/lab/classifier_training.ts';
import { MASK_PROBABILITY } from '../../src/lab/masked_batch.ts';
import { scratchConfig } from '../../src/lab/sources.ts';
import { shapeOf, type StageTeacher } from '../../src/lab/teacher_pass.ts';
import type { ModelConfig } from '../../src/model/config.ts';
import { randomWeights, upload } from '../../src/model/weights.ts';
import { integer, key, uniform } from '../../src/random/counter.ts';
import type { LabelledBatch } from '../../src/train/batches.ts';

/** Sizes of a teacher, of its student, and of a batch. */
export interface Sizes {
  readonly width: number;
  readonly vocabulary: number;
  readonly teacher: number;
  readonly student: number;
  readonly batch: number;
  readonly length: number;
}

/** The bundled model with the batch of the default recipe, and a small model with the vocabulary of BERT. */
export const SIZES: Readonly<Record<'mini-bert' | 'small', Sizes>> = {
  'mini-bert': { width: 64, vocabulary: 2200, teacher: 12, student: 3, batch: 32, length: 64 },
  small: { width: 128, vocabulary: 30_522, teacher: 6, student: 3, batch: 16, length: 64 },
};

/** What every form of a step is made of. */
export interface Scene {
  readonly sizes: Sizes;
  readonly rows: LabelledBatch & Required<Pick<LabelledBatch, 'masked'>>;
  readonly teacher: StageTeacher & Required<Pick<StageTeacher, 'parameters'>>;
  /** A training of a new student by these terms, on the batch, without dropout; beside the teacher where they look at it. */
  training(terms: readonly ObjectiveTerm[]): ClassifierTraining;
}

/** Opens a scene on the present backend. */
export function openScene(sizes: Sizes): Scene {
  const config = (layers: number): ModelConfig => ({ ...scratchConfig(layers, sizes.width), vocab_size: sizes.vocabulary });
  const [teacherConfig, studentConfig] = [config(sizes.teacher), config(sizes.student)];
  const teacher = { config: teacherConfig, parameters: upload(randomWeights(teacherConfig, ['masked-lm'], 3), false), needsLogits: false, dropout: false };
  const rows = maskedRows(sizes);
  return { sizes, rows, teacher, training: (list) => trainingOf(studentConfig, teacher, rows, list) };
}

function trainingOf(config: ModelConfig, teacher: StageTeacher, rows: LabelledBatch, list: readonly ObjectiveTerm[]): ClassifierTraining {
  const options = DEFAULT_RECIPE.training;
  const terms = bindTerms(list, { student: shapeOf(config), teacher: shapeOf(teacher.config), fidelity: 'corrected', seed: options.seed });
  const looks = terms.some(({ objective }) => objective.taps !== undefined);
  return {
    config, terms, options, teacher: looks ? teacher : undefined,
    parameters: upload(randomWeights(config, ['masked-lm'], 5), true),
    trained: objectiveTensors('trained', terms),
    memory: objectiveTensors('memory', terms),
    examples: [],
    steps: 1e6,
    first: 0,
    padId: 0,
    masking: { mask: 4, untouchable: new Set([0, 2, 3]), vocabSize: config.vocab_size },
    fidelity: 'corrected',
    dropout: { student: false, teacher: false },
    batchAt: () => rows,
  };
}

/** Whole texts of random words, of which 15 % are masked. */
function maskedRows({ batch, length, vocabulary }: Sizes): Scene['rows'] {
  const [words, masks, tokens] = [key(7, 'grammar'), key(7, 'mask'), batch * length];
  const ids = Int32Array.from({ length: tokens }, (_, i) => 5 + integer(words, i, vocabulary - 5));
  const positions = Int32Array.from([...ids.keys()].filter((i) => uniform(masks, i) < MASK_PROBABILITY));
  const masked = { positions, words: Int32Array.from(positions, (at) => ids[at]!) };
  for (const at of positions) ids[at] = 4;
  const mask = new Float32Array(tokens).fill(1);
  return { size: batch, length, ids, typeIds: new Int32Array(tokens), mask, labels: new Float32Array(batch), indices: [...Array(batch).keys()], masked };
}
