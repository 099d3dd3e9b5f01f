/** The step in jax-js: teacher, loss, gradient, clipping and AdamW under one `jit`. */
import { defaultDevice, init, jit, lax, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax';
import { isDense, STEP, transposed, type Problem, type Size, type Tensors } from '../problem.ts';
import type { Stepper } from '../side.ts';
import { decays } from './decays.ts';

// jax-js counts references: a function consumes its arguments, and `.ref` keeps one for later.
type Named = Record<string, np.Array>;
type Inputs = { ids: np.Array; types: np.Array; penalty: np.Array; labels: np.Array };
type State = { weights: Named; m: Named; v: Named };

/** Opens jax-js on a device and puts the problem on it. */
export async function open({ size, teacher, student, batch }: Problem, device: 'webgpu' | 'wasm'): Promise<Stepper> {
  if (!(await init(device)).includes(device)) throw new Error(`jax-js could not start its ${device} device`);
  defaultDevice(device);
  const { batch: rows, length } = size;
  const inputs: Inputs = {
    ids: np.array(batch.ids, { shape: [rows * length] }),
    types: np.array(batch.typeIds, { shape: [rows * length] }),
    penalty: np.array(batch.mask.map((one) => (one - 1) * 10_000), { shape: [rows, 1, 1, length] }),
    labels: np.array(Float32Array.from({ length: rows * STEP.classes }, (_, i) => Number(batch.labels[Math.floor(i / STEP.classes)] === i % STEP.classes)), { shape: [rows, STEP.classes] }),
  };
  const teacherWeights = uploaded(teacher.tensors);
  let state: State = { weights: uploaded(student.tensors), m: zerosLike(student.tensors), v: zerosLike(student.tensors) };
  const step = jit((now: State, constants: { teacher: Named; inputs: Inputs }, corrections: np.Array) => wholeStep(size, now, constants, corrections));
  let updates = 0;
  return {
    step: async () => {
      updates += 1;
      const corrections = np.array(new Float32Array([1 - STEP.beta1 ** updates, 1 - STEP.beta2 ** updates]), { shape: [2] });
      const { loss, ...next } = step(state, { teacher: tree.ref(teacherWeights), inputs: tree.ref(inputs) }, corrections);
      state = next;
      const [number = NaN] = await loss.data();
      return Number(number);
    },
  };
}

function uploaded(tensors: Tensors): Named {
  return Object.fromEntries([...tensors].map(([name, values]) => {
    const { data, shape } = isDense(name) ? transposed(values) : values;
    return [name, np.array(data, { shape: [...shape] })];
  }));
}

function zerosLike(tensors: Tensors): Named {
  return Object.fromEntries([...tensors].map(([name, values]) => [name, np.zeros([...(isDense(name) ? [...values.shape].reverse() : values.shape)])]));
}

function wholeStep(size: Size, { weights, m, v }: State, { teacher, inputs }: { teacher: Named; inputs: Inputs }, corrections: np.Array): State & { loss: np.Array } {
  const target = logitsOf(teacher, size, size.teacherLayers, tree.ref(inputs));
  const lossAt = (given: Named) => lossOf(logitsOf(given, size, size.studentLayers, tree.ref(inputs)), target.ref, inputs.labels.ref);
  const [loss, gradients] = valueAndGrad(lossAt)(tree.ref(weights));
  tree.dispose(inputs);
  target.dispose();
  return { loss, ...updated({ weights, m, v }, gradients, corrections) };
}

/** Uses every weight once, and so consumes them all. */
function logitsOf(weights: Named, { batch, length, width, heads }: Size, layers: number, { ids, types, penalty, labels }: Inputs): np.Array {
  labels.dispose();
  const get = (name: string) => weights[name]!;
  const dense = (x: np.Array, name: string) => np.matmul(x, get(`${name}.weight`)).add(get(`${name}.bias`));
  const norm = (x: np.Array, name: string) => layerNorm(x, get(`${name}.weight`), get(`${name}.bias`));
  const byHead = (x: np.Array) => x.reshape([batch, length, heads, width / heads]).transpose([0, 2, 1, 3]);
  const words = np.take(get('embeddings.word_embeddings.weight'), ids, 0);
  const segments = np.take(get('embeddings.token_type_embeddings.weight'), types, 0);
  const places = np.tile(get('embeddings.position_embeddings.weight'), [batch, 1]);
  let x = norm(words.add(segments).add(places), 'embeddings.LayerNorm');
  for (let layer = 0; layer < layers; layer++) {
    const name = `encoder.layer.${layer}`;
    const [q, k, v] = ['query', 'key', 'value'].map((part) => byHead(dense(x.ref, `${name}.attention.self.${part}`))) as [np.Array, np.Array, np.Array];
    const scores = np.matmul(q, k.transpose([0, 1, 3, 2])).mul(1 / Math.sqrt(width / heads)).add(penalty.ref);
    const context = np.matmul(nn.softmax(scores, -1), v).transpose([0, 2, 1, 3]).reshape([batch * length, width]);
    x = norm(x.add(dense(context, `${name}.attention.output.dense`)), `${name}.attention.output.LayerNorm`);
    x = norm(x.ref.add(dense(gelu(dense(x, `${name}.intermediate.dense`)), `${name}.output.dense`)), `${name}.output.LayerNorm`);
  }
  penalty.dispose();
  const first = x.reshape([batch, length, width]).slice([], 0);
  return dense(np.tanh(dense(first, 'pooler.dense')), 'classifier');
}

function layerNorm(x: np.Array, gamma: np.Array, beta: np.Array): np.Array {
  const centred = x.ref.sub(x.mean(-1, { keepdims: true }));
  const variance = np.square(centred.ref).mean(-1, { keepdims: true });
  return centred.div(np.sqrt(variance.add(STEP.layerNormEpsilon))).mul(gamma).add(beta);
}

const gelu = (x: np.Array) => x.ref.mul(0.5).mul(lax.erf(x.mul(Math.SQRT1_2)).add(1));

/** (1−β)·CE + β·τ²·KL, means over the batch. */
function lossOf(logits: np.Array, target: np.Array, labels: np.Array): np.Array {
  const { temperature, kdWeight } = STEP;
  const hard = labels.mul(nn.logSoftmax(logits.ref, -1)).sum(-1).mean().neg();
  const logP = nn.logSoftmax(target.div(temperature), -1);
  const soft = np.exp(logP.ref).mul(logP.sub(nn.logSoftmax(logits.div(temperature), -1))).sum(-1).mean();
  return hard.mul(1 - kdWeight).add(soft.mul(kdWeight * temperature ** 2));
}

/** AdamW with clipping of the whole gradient's norm. */
function updated({ weights, m, v }: State, gradients: Named, corrections: np.Array): State {
  const { beta1, beta2, epsilon, learningRate, weightDecay, maxGradNorm } = STEP;
  const squares = Object.values(gradients).map((gradient) => np.square(gradient.ref).sum());
  const norm = np.sqrt(squares.reduce((sum, square) => sum.add(square)));
  const scale = np.minimum(np.reciprocal(norm.add(1e-6)).mul(maxGradNorm), 1);
  const [rest1, rest2] = [corrections.ref.slice(0), corrections.slice(1)];
  const next: State = { weights: {}, m: {}, v: {} };
  for (const [name, weight] of Object.entries(weights)) {
    const gradient = gradients[name]!.mul(scale.ref);
    const first = m[name]!.mul(beta1).add(gradient.ref.mul(1 - beta1));
    const second = v[name]!.mul(beta2).add(np.square(gradient).mul(1 - beta2));
    const direction = first.ref.div(rest1.ref).div(np.sqrt(second.ref.div(rest2.ref)).add(epsilon));
    const decay = decays(name) ? weightDecay : 0;
    next.weights[name] = weight.ref.sub(direction.add(weight.mul(decay)).mul(learningRate));
    next.m[name] = first;
    next.v[name] = second;
  }
  for (const used of [scale, rest1, rest2]) used.dispose();
  return next;
}
