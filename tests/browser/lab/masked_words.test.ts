import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ObjectiveTerm } from '../../../src/experiment/recipe.ts';
import type { Fault } from '../../../src/fault/fault.ts';
import { bindTerms, objectiveTensors } from '../../../src/lab/bound_terms.ts';
import { batchLosses, classifierLoop, teacherOf, type ClassifierTraining } from '../../../src/lab/classifier_training.ts';
import { maskedBatch } from '../../../src/lab/masked_batch.ts';
import { scoreText } from '../../../src/lab/masked_lm.ts';
import { uploadRows, type RowTensors } from '../../../src/lab/row_tensors.ts';
import { shapeOf } from '../../../src/lab/teacher_pass.ts';
import type { ModelConfig } from '../../../src/model/config.ts';
import { paddedCount } from '../../../src/model/masked_places.ts';
import { dispose, randomWeights, upload } from '../../../src/model/weights.ts';
import { openBackend } from '../../../src/tensor/backends/open.ts';
import { idIndex } from '../../../src/tensor/kernels/lookup.ts';
import * as tf from '../../../src/tensor/tf.ts';
import { collate } from '../../../src/train/batches.ts';
import type { StepEvent } from '../../../src/train/loop.ts';
import { smallTokenizer, WORDS } from '../../lab/small_session.ts';
import { relativeL2 } from '../../tensor/wasm_harness.ts';
import { bitsOf, CONFIG, example, OPTIONS } from '../../train/small_job.ts';
import { UNUSED } from '../tensor/micro_distillation.ts';

const STUDENT: ModelConfig = { ...CONFIG, vocab_size: 67, num_hidden_layers: 1 };
const TEACHER: ModelConfig = { ...STUDENT, num_hidden_layers: 2 };
const HEADS = ['masked-lm', 'next-sentence'] as const;
/** Texts of one length, with room for padding in the loss of next sentences. */
const ROWS = Array.from({ length: 89 }, (_, i) => example(Array.from({ length: 16 }, (_word, j) => 5 + ((7 * i + 11 * j + ((i * j) % 5)) % 61)), i % 2));
const MASKING = { mask: 4, untouchable: new Set([0, 2, 3]), vocabSize: 67 };
const BATCH = 19;
const PATIENCE = 180_000;

const term = (name: string, weight = 1): ObjectiveTerm => ({ name, weight, parameters: name === 'masked_lm_distill' ? { temperature: 2, kd_weight: 0.7 } : {} });
const WORDS_ALONE = [term('masked_lm')];
const ALL = [term('masked_lm', 0.5), term('masked_lm_distill'), term('next_sentence', 0.3), term('hidden_mse', 0.25)];

/** A training on masked words, the teacher in every step where it is asked for anything. */
function training(terms: readonly ObjectiveTerm[], changes: Partial<ClassifierTraining> = {}) {
  const [parameters, teacher] = [upload(randomWeights(STUDENT, HEADS, 5), true), upload(randomWeights(TEACHER, HEADS, 6), false)];
  const bound = bindTerms(terms, { student: shapeOf(STUDENT), teacher: shapeOf(TEACHER), fidelity: changes.fidelity ?? 'corrected', seed: 3 });
  const [trained, memory] = [objectiveTensors('trained', bound), objectiveTensors('memory', bound)];
  const whole: ClassifierTraining = {
    config: STUDENT, parameters, terms: bound, trained, memory, examples: ROWS, options: { ...UNUSED, ...OPTIONS, per_device_train_batch_size: BATCH }, steps: 300, first: 0, padId: 0,
    fidelity: 'corrected', dropout: { student: true, teacher: false }, masking: MASKING,
    teacher: { config: TEACHER, parameters: teacher, needsLogits: bound.some(({ objective }) => objective.needs.teacherLogits), dropout: false }, ...changes,
  };
  return { whole, parameters, close: () => [parameters, teacher, trained, memory].forEach(dispose) };
}

/** Some steps, and the bits of the parameters behind them. */
async function trainedFor(steps: number, terms: readonly ObjectiveTerm[], changes: Partial<ClassifierTraining> = {}) {
  const { whole, parameters, close } = training(terms, changes);
  const loop = classifierLoop(whole);
  const events: StepEvent[] = [];
  for (let step = 0; step < steps; step++) events.push(await loop.next());
  const bits: Record<string, number[]> = {};
  for (const [name, parameter] of parameters) bits[name] = bitsOf({ data: Float32Array.from(await parameter.data()) });
  const { execution } = loop;
  loop.dispose();
  close();
  return { events, bits, execution };
}

/** Terms and gradients of one batch, as one vector each. */
async function lossAndGradients(whole: ClassifierTraining, uploadedRows: () => RowTensors): Promise<readonly [terms: Float32Array, gradients: Float32Array]> {
  const variables = [...whole.parameters.values()];
  const [terms, gradients] = tf.tidy(() => {
    const rows = uploadedRows();
    const pass = teacherOf(whole, rows, 0);
    let scalars: tf.Scalar[] = [];
    const { grads } = tf.variableGrads(() => tf.addN((scalars = Object.values(batchLosses(whole, rows, 0, pass?.read(pass.tensors)).terms).map((scalar) => tf.keep(scalar)))) as tf.Scalar, variables);
    const joined = tf.concat(variables.flatMap(({ name }) => (grads[name] ? [tf.reshape(grads[name], [-1])] : [])));
    const stacked = tf.stack(scalars);
    tf.dispose(scalars);
    return [stacked, joined] as const;
  });
  const read = [Float32Array.from(await terms.data()), Float32Array.from(await gradients.data())] as const;
  tf.dispose([terms, gradients]);
  return read;
}

/** The same batch with its words alone. */
function withoutPadding(whole: ClassifierTraining, rows: ReturnType<typeof collate>): RowTensors {
  const { masked: _padded, ...rest } = uploadRows(whole, rows, 0);
  const { positions, words } = maskedBatch(rows, MASKING, whole.options, 0, whole.fidelity);
  const masked = { positions: idIndex(positions, rows.size * rows.length), words: tf.tensor1d(words, 'int32'), count: words.length };
  return { ...rest, masked, teacher: { ...rest.teacher, positions: masked.positions } };
}

describe('masked words with padding (software adapter)', () => {
  const faults: Fault[] = [];
  beforeAll(async () => {
    await openBackend({ choice: 'webgpu', onFault: (fault) => faults.push(fault) });
  });
  afterEach(() => expect(faults).toEqual([]));

  it('are trained on by few plans, with the bits of single operations', async () => {
    const [plan, tape] = [await trainedFor(23, WORDS_ALONE), await trainedFor(23, WORDS_ALONE, { execution: 'tape' })];
    const counts = Array.from({ length: 23 }, (_, number) => maskedBatch(collate(ROWS, Array.from({ length: BATCH }, (_row, i) => i), 0, 16), MASKING, { seed: 3 }, number, 'corrected').words.length);
    expect(new Set(counts).size).toBeGreaterThan(9);
    expect(plan.execution.notReplayed).toEqual([]);
    expect(plan.execution.plans.reduce((sum, { runs }) => sum + runs, 0)).toBe(23);
    expect(plan.execution.plans.length).toBeLessThan(6);
    expect(plan.events).toEqual(tape.events);
    expect(plan.bits).toEqual(tape.bits);
  }, PATIENCE);

  it('keep that with a teacher, next sentences and several batches an update', async () => {
    const options = { ...UNUSED, ...OPTIONS, per_device_train_batch_size: BATCH, gradient_accumulation_steps: 2 };
    const [plan, tape] = [await trainedFor(9, ALL, { options }), await trainedFor(9, ALL, { options, execution: 'tape' })];
    expect(plan.execution.notReplayed).toEqual([]);
    // A first and a later batch of each padded number of words, and the update.
    expect(plan.execution.plans.length).toBeLessThanOrEqual(7);
    expect(plan.events).toEqual(tape.events);
    expect(plan.bits).toEqual(tape.bits);
  }, PATIENCE);

  it.each([['corrected', WORDS_ALONE], ['corrected', ALL], ['released', ALL]] as const)('have the %s losses and gradients of words without it: %#', async (fidelity, terms) => {
    const { whole, close } = training(terms, { fidelity });
    const rows = collate(ROWS, Array.from({ length: BATCH }, (_, i) => 3 * i), 0, 16);
    const { words } = maskedBatch(rows, MASKING, whole.options, 0, fidelity);
    expect(paddedCount(words.length)).toBeGreaterThan(words.length);
    const [padded, alone] = [await lossAndGradients(whole, () => uploadRows(whole, rows, 0)), await lossAndGradients(whole, () => withoutPadding(whole, rows))];
    expect(padded[0]).toHaveLength(terms === ALL ? 4 : 1);
    [0, 1].forEach((i) => expect(relativeL2(padded[i]!, alone[i]!)).toBeLessThan(1e-6));
    close();
  }, PATIENCE);

  it('count alone in scores and in updates of several batches, as where there is no padding', async () => {
    const config = { ...STUDENT, vocab_size: WORDS.length + 1 };
    const options = { ...UNUSED, ...OPTIONS, learning_rate: 0, per_device_train_batch_size: BATCH, gradient_accumulation_steps: 3 };
    const measured = async () => {
      const parameters = upload(randomWeights(config, HEADS, 7), true);
      const examples = ROWS.map(({ ids, label }) => example(Array.from(ids, (id) => 5 + (id % (WORDS.length - 5))), label));
      const scores = await scoreText({ config, parameters }, examples, { tokenizer: smallTokenizer(), maxLength: 16, pairs: true, onProgress: () => Promise.resolve() });
      dispose(parameters);
      return { scores, events: (await trainedFor(2, ALL, { options })).events };
    };
    const padded = await measured();
    await openBackend({ choice: 'cpu', onFault: (fault) => faults.push(fault) });
    const alone = await measured();
    expect(padded.scores.examples).toBe(alone.scores.examples);
    expect(padded.scores.metrics['accuracy']).toBe(alone.scores.metrics['accuracy']);
    expect(padded.scores.metrics['accuracy']).toBeGreaterThan(0);
    expect(padded.scores.loss / alone.scores.loss).toBeCloseTo(1, 5);
    padded.events.forEach(({ loss, grad_norm }, step) => {
      expect(loss / alone.events[step]!.loss).toBeCloseTo(1, 5);
      expect(grad_norm / alone.events[step]!.grad_norm).toBeCloseTo(1, 4);
    });
  }, PATIENCE);
});
