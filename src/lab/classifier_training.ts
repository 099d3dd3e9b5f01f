import * as tf from '../tensor/tf.ts';
import type { ObjectiveTerm, TrainingArguments } from '../experiment/recipe.ts';
import { objectiveNamed } from '../distill/objectives/index.ts';
import type { ModelOutputs } from '../distill/objective.ts';
import { uploadBatch, type Batch } from '../model/batch.ts';
import type { ModelConfig } from '../model/config.ts';
import { encode, type DropoutSource } from '../model/encoder.ts';
import { classify } from '../model/heads.ts';
import { Taps, type TapName } from '../model/taps.ts';
import type { EncodedExample, LabelledBatch } from '../train/batches.ts';
import { TrainingLoop, type LoopState } from '../train/loop.ts';
import { BatchSequence } from './batch_sequence.ts';

export interface ClassifierTraining {
  readonly config: ModelConfig;
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  readonly examples: readonly EncodedExample[];
  readonly objectives: readonly ObjectiveTerm[];
  readonly options: TrainingArguments;
  readonly steps: number;
  readonly padId: number;
  /** The teacher's logits of every example [n·C], where an objective needs them. */
  readonly teacherLogits?: Float32Array;
}

/** A training loop for sequence classification with any objectives; `saved` continues an earlier one. */
export function classifierLoop(training: ClassifierTraining, saved?: LoopState): TrainingLoop {
  const batches = new BatchSequence(training.examples, training.options, training.padId);
  const wanted = new Set(training.objectives.flatMap(({ name }) => [...objectiveNamed(name).needs.studentTaps]));
  return new TrainingLoop(
    {
      parameters: training.parameters,
      options: training.options,
      steps: training.steps,
      losses: (step) => losses(training, batches.at(step), wanted, { seed: training.options.seed, step }),
    },
    saved,
  );
}

function losses(training: ClassifierTraining, rows: LabelledBatch, taps: ReadonlySet<TapName>, dropout: DropoutSource): Record<string, tf.Scalar> {
  const { parameters, config } = training;
  const batch: Batch = uploadBatch(rows, config);
  const encoded = encode(parameters, config, batch, { dropout, taps });
  const { logits } = classify(parameters, config, encoded.last, batch, dropout);
  const inputs = {
    student: { logits, taps: encoded.taps },
    teacher: teacherOutputs(training, rows),
    labels: tf.tensor1d(rows.labels, 'int32'),
  };
  const terms: Record<string, tf.Scalar> = {};
  for (const { name, weight, parameters: values } of training.objectives) {
    for (const [term, value] of Object.entries(objectiveNamed(name).loss(inputs, values))) {
      const weighted = weight === 1 ? value : tf.mul(value, weight);
      terms[term] = (terms[term] ? tf.add(terms[term], weighted) : weighted) as tf.Scalar;
    }
  }
  return terms;
}

function teacherOutputs({ teacherLogits, config }: ClassifierTraining, { indices }: LabelledBatch): ModelOutputs | undefined {
  if (!teacherLogits) return undefined;
  const classes = config.labels.length;
  const rows = new Float32Array(indices.length * classes);
  indices.forEach((example, row) => rows.set(teacherLogits.subarray(example * classes, (example + 1) * classes), row * classes));
  return { logits: tf.tensor2d(rows, [indices.length, classes]), taps: new Taps(new Set()) };
}
