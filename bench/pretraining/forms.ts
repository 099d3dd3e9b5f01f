/** Forward, backward and nothing else of a step on masked texts, in the lab's form and in plain ones; all give the same loss. */
import type { ModelOutputs } from '../../src/distill/objective.ts';
import { batchLosses, teacherOf, type ClassifierTraining } from '../../src/lab/classifier_training.ts';
import { uploadRows, type RowTensors } from '../../src/lab/row_tensors.ts';
import { shapeOf } from '../../src/lab/teacher_pass.ts';
import { uploadBatch } from '../../src/model/batch.ts';
import { encode } from '../../src/model/encoder.ts';
import { maskedLmLogits } from '../../src/model/heads.ts';
import * as tf from '../../src/tensor/tf.ts';
import { crossEntropy } from '../../src/tensor/kernels/cross_entropy.ts';
import { idIndex, lookup, type IdIndex } from '../../src/tensor/kernels/lookup.ts';
import { linearByTable } from '../../src/tensor/kernels/split_lookup.ts';
import type { Scene } from './scene.ts';

/** One form: differentiates once, frees what it made, and gives the loss. */
export type Form = () => Promise<number>;

/** A table of forms of one part of a step, the lab's own first. */
export interface Part {
  readonly title: string;
  readonly forms: Readonly<Record<string, Form>>;
}

/** Forward and backward, with what is prepared outside of the tape. */
async function differentiated(variables: readonly tf.Variable[], loss: (prepared: readonly tf.Tensor[]) => tf.Scalar, prepare: () => tf.Tensor[] = () => []): Promise<number> {
  const value = tf.tidy(() => {
    const prepared = prepare();
    return tf.variableGrads(() => loss(prepared), [...variables]).value;
  });
  const [number] = await value.data();
  value.dispose();
  return number!;
}

const every = ({ rows }: Scene): IdIndex => idIndex(Int32Array.from({ length: rows.size * rows.length }, (_, i) => i), rows.size * rows.length);
const chosen = ({ rows }: Scene): IdIndex => idIndex(rows.masked.positions, rows.size * rows.length);

/** Mean loss of the masked words, from logits at them or at every token. */
function wordLoss(scene: Scene, logits: tf.Tensor2D, atAll: boolean): tf.Scalar {
  const words = tf.tensor1d(scene.rows.masked.words, 'int32');
  return tf.mean(crossEntropy(atAll ? (lookup(logits, chosen(scene)) as tf.Tensor2D) : logits, words)) as tf.Scalar;
}

/** A step of masked words: their head at masked positions, or at every one. */
export function headForms(scene: Scene): Part {
  const { config, parameters } = scene.training([]);
  const form = (atAll: boolean): Form => () => differentiated([...parameters.values()], () => {
    const { last } = encode(parameters, config, uploadBatch(scene.rows, config));
    return wordLoss(scene, maskedLmLogits(parameters, config, last, atAll ? every(scene) : chosen(scene)), atAll);
  });
  return { title: 'step of masked words, head at', forms: { 'masked positions': form(false), 'all positions': form(true) } };
}

/** The decoder alone, behind the head's other layers: [M, V] or [B·T, V]. */
export function decoderForms(scene: Scene): Part {
  const { width, vocabulary } = scene.sizes;
  const { size, length } = scene.rows;
  const hidden = tf.variable(tf.randomNormal([size * length, width], 0, 1, 'float32', 3));
  const [table, bias] = [tf.variable(tf.randomNormal([vocabulary, width], 0, 0.02, 'float32', 5)), tf.variable(tf.zeros([vocabulary]))];
  const form = (atAll: boolean): Form => () => differentiated([hidden, table, bias], () =>
    wordLoss(scene, linearByTable(atAll ? hidden : lookup(hidden, chosen(scene)), [table], bias) as tf.Tensor2D, atAll));
  return { title: 'decoder, its gradient and the loss, logits', forms: { '[M, V]': form(false), '[B·T, V]': form(true) } };
}

/** A step by the attention of some teacher layers: the teacher as deep as they need and without tape, or whole, without and with it. */
export function teacherForms(scene: Scene, mapping: string): Part {
  const training = scene.training([{ name: 'att_kl', weight: 1, parameters: {}, mapping }]);
  const variables = [...training.parameters.values()];
  const lossOf = (rows: RowTensors, teacher: ModelOutputs | undefined) => tf.addN(Object.values(batchLosses(training, rows, 0, teacher).terms)) as tf.Scalar;
  const uploaded = () => uploadRows(training, scene.rows, 0);
  const own: Form = () => {
    let rows: RowTensors | undefined;
    let pass: ReturnType<typeof teacherOf>;
    return differentiated(variables, (prepared) => lossOf(rows!, pass?.read(prepared)), () => (pass = teacherOf(training, (rows = uploaded()), 0))?.tensors ?? []);
  };
  const whole: Form = () => {
    let teacher: ModelOutputs | undefined;
    return differentiated(variables, () => lossOf(uploaded(), teacher), () => {
      teacher = wholeTeacher(scene, training);
      return [];
    });
  };
  const onTape: Form = () => differentiated(variables, () => lossOf(uploaded(), wholeTeacher(scene, training)));
  return { title: `step by attention, layers ${mapping} of the teacher, which runs`, forms: { 'as far as they need': own, 'whole, without tape': whole, 'whole, on the tape': onTape } };
}

/** Every layer of the teacher with its attention, and its head at masked positions. */
function wholeTeacher(scene: Scene, training: ClassifierTraining): ModelOutputs {
  const { teacher: { config, parameters }, rows } = scene;
  const { last, taps } = encode(parameters, config, uploadBatch(rows, config), { taps: new Set(['attentionScores'] as const), fidelity: training.fidelity });
  return { ...shapeOf(config), taps, maskedLm: maskedLmLogits(parameters, config, last, chosen(scene)) };
}
