import { beforeAll, describe, expect, it } from 'vitest';
import { contrast, contrastTensor } from '../../src/distill/contrast.ts';
import type { ObjectiveInputs } from '../../src/distill/objective.ts';
import { crd } from '../../src/distill/objectives/crd.ts';
import { Taps } from '../../src/model/taps.ts';
import { changed } from '../../src/tensor/kernels/bank_rows.ts';
import * as tf from '../../src/tensor/tf.ts';
import { Golden, relativeError } from '../golden_file.ts';
import { NODE_BACKENDS, open } from '../tensor/backends.ts';

const golden = new Golden('tests/golden/b_crd.safetensors');
const [WIDTH, NEGATIVES] = [16, 6];
const TRAINED = ['embed_s.weight', 'embed_s.bias', 'embed_t.weight', 'embed_t.bias'];

const given = (name: string) => tf.tensor(golden.floats(`inputs/${name}`), [...golden.shape(`inputs/${name}`)]);

/** First tokens of hidden states: the slices of the concatenated vectors. */
function model(features: tf.Tensor): ObjectiveInputs['student'] {
  const states = features.shape[1]! / WIDTH;
  const firstTokens = Array.from({ length: states }, (_, i) => tf.slice(features, [0, i * WIDTH], [-1, WIDTH]));
  return { layers: states - 1, heads: 1, hidden_size: WIDTH, taps: Taps.of({ firstTokens }) };
}

function inputsAt(step: number, student: tf.Tensor, trained: readonly tf.Tensor[], memory: ReadonlyMap<string, tf.Tensor>): ObjectiveInputs {
  const examples = golden.integers(`inputs/step${step}.sample_ids`);
  return {
    student: model(student),
    teacher: model(given(`step${step}.teacher.cls_concat`)),
    labels: tf.tensor1d(golden.integers(`inputs/step${step}.labels`), 'int32'),
    mask: tf.ones([examples.length, 1]),
    mapping: { kind: 'combine' },
    fidelity: 'released',
    parameters: { nce_k: NEGATIVES, crd_feat_dim: WIDTH },
    seed: 1,
    step,
    examples,
    rowLabels: golden.integers('inputs/dataset_labels'),
    contrast: contrastTensor(golden.integers(`inputs/step${step}.contrast_idx`), examples.length),
    trained: new Map(TRAINED.map((name, i) => [name, trained[i]!])),
    memory,
  };
}

const memoryBefore = (): Map<string, tf.Tensor> => new Map([['memory_v1', given('memory_v1')], ['memory_v2', given('memory_v2')], ['normalisers', tf.zeros([2])]]);

describe.each(NODE_BACKENDS)('crd against the original memory and criterion, on %s', (backend) => {
  beforeAll(() => open(backend));

  it('gives the losses, gradients and banks of three steps', () => {
    const memory = memoryBefore();
    for (const step of [0, 1, 2]) {
      const expected = `expected/step${step}.`;
      const near = (got: tf.Tensor, name: string, tolerance = 2e-5) => expect(relativeError(got.dataSync(), golden.floats(name), 0), name).toBeLessThan(tolerance);
      const after = new Map<string, tf.Tensor>();
      const student = given(`step${step}.student.cls_concat`);
      const trained = TRAINED.map(given);
      const terms = (x: tf.Tensor, weights: readonly tf.Tensor[], remember?: NonNullable<ObjectiveInputs['remember']>) => crd.loss({ ...inputsAt(step, x, weights, memory), ...(remember ? { remember } : {}) });
      const { crd_student, crd_teacher } = terms(student, trained, (name, change) => void after.set(name, changed(memory.get(name)!, change)));
      near(tf.mul(crd_student!, 2), `${expected}s_loss`);
      near(tf.mul(crd_teacher!, 2), `${expected}t_loss`);
      near(tf.add(crd_student!, crd_teacher!), `${expected}loss`);
      const gradients = tf.grads((x: tf.Tensor, ...weights: tf.Tensor[]) => Object.values(terms(x, weights)).reduce((a, b) => tf.add(a, b)))([student, ...trained]);
      ['student.cls_concat', ...TRAINED].forEach((name, i) => near(gradients[i]!, `grad/step${step}.${name}`, 2e-4));
      for (const side of ['v1', 'v2']) near(after.get(`memory_${side}`)!, `${expected}memory_${side}_after`, 1e-6);
      near(tf.slice(after.get('normalisers')!, [0], [1]), `${expected}Z_v1`);
      near(tf.slice(after.get('normalisers')!, [1], [1]), `${expected}Z_v2`);
      for (const [name, value] of after) memory.set(name, value);
    }
  });

  it('gives the embeddings and scores of the first step', () => {
    const [trained, memory] = [new Map(TRAINED.map((name) => [name, given(name)])), memoryBefore()];
    const got = contrast({
      student: given('step0.student.cls_concat') as tf.Tensor2D,
      teacher: given('step0.teacher.cls_concat') as tf.Tensor2D,
      trained: (name) => trained.get(name)!,
      memory: (name) => memory.get(name)!,
      contrast: contrastTensor(golden.integers('inputs/step0.contrast_idx'), golden.integers('inputs/step0.sample_ids').length),
      temperature: 0.07,
      momentum: 0.5,
    });
    const near = (value: tf.Tensor, name: string) => expect(relativeError(value.dataSync(), golden.floats(`expected/step0.${name}`), 0), name).toBeLessThan(2e-5);
    near(got.studentEmbedding, 'v1_student_embedding');
    near(got.teacherEmbedding, 'v2_teacher_embedding');
    near(got.studentScores, 'out_v1');
    near(got.teacherScores, 'out_v2');
  });
});
