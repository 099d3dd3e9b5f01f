/** The step in stock operations of tfjs, as its documentation would have one write it. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { isDense, STEP, transposed, type Problem, type Size, type Tensors } from '../problem.ts';
import type { Stepper } from '../side.ts';
import { decays } from './decays.ts';

type Named = Readonly<Record<string, tf.Tensor>>;

/** What the step reads beside weights. */
interface Inputs {
  readonly ids: tf.Tensor1D;
  readonly types: tf.Tensor1D;
  /** What is added to scores, [B, 1, 1, T]. */
  readonly penalty: tf.Tensor;
  readonly labels: tf.Tensor;
}

/** Opens one of tfjs's own backends and puts the problem on it. */
export async function open({ size, teacher, student, batch }: Problem, device: 'webgpu' | 'wasm', wasmPaths?: Readonly<Record<string, string>>): Promise<Stepper> {
  await BACKENDS[device](wasmPaths);
  if (!(await tf.setBackend(device))) throw new Error(`tfjs could not start its ${device} backend`);
  await tf.ready();
  const teacherWeights = uploaded(teacher.tensors);
  const weights = Object.fromEntries(Object.entries(uploaded(student.tensors)).map(([name, tensor]) => [name, tf.variable(tensor)]));
  const inputs: Inputs = {
    ids: tf.tensor1d(batch.ids, 'int32'),
    types: tf.tensor1d(batch.typeIds, 'int32'),
    penalty: tf.tidy(() => tf.reshape(tf.mul(tf.sub(tf.tensor1d(batch.mask), 1), 10_000), [size.batch, 1, 1, size.length])),
    labels: tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d(batch.labels, 'int32'), STEP.classes), 'float32')),
  };
  const optimizer = new AdamW(weights);
  return {
    step: async () => {
      const loss = tf.tidy(() => {
        const target = logitsOf(teacherWeights, size, size.teacherLayers, inputs);
        const { value, grads } = tf.variableGrads(() => lossOf(logitsOf(weights, size, size.studentLayers, inputs), target, inputs), Object.values(weights));
        optimizer.update(Object.fromEntries(Object.entries(weights).map(([name, variable]) => [name, grads[variable.name]!])));
        return value;
      });
      const [number = NaN] = await loss.data();
      loss.dispose();
      return number;
    },
  };
}

const BACKENDS = {
  webgpu: async () => void (await import('@tensorflow/tfjs-backend-webgpu')),
  wasm: async (paths?: Readonly<Record<string, string>>) => {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    if (paths) setWasmPaths(paths);
    registerSegmentSum();
  },
};

/** The gradient of a lookup needs this operation, which tfjs's WASM backend lacks. */
function registerSegmentSum(): void {
  tf.registerKernel({
    kernelName: 'UnsortedSegmentSum',
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { x, segmentIds } = inputs as { x: tf.TensorInfo; segmentIds: tf.TensorInfo };
      const { readSync, makeOutput, typedArrayFromHeap } = backend as WasmMemory;
      const [segments, width] = [attrs!['numSegments'] as number, tf.util.sizeFromShape(x.shape.slice(1))];
      const [from, ids] = [readSync.call(backend, x.dataId), readSync.call(backend, segmentIds.dataId)];
      const sums = makeOutput.call(backend, [segments, ...x.shape.slice(1)], 'float32');
      const to = typedArrayFromHeap.call(backend, sums).fill(0);
      ids.forEach((id, row) => {
        for (let j = 0; j < width; j++) to[id * width + j] = to[id * width + j]! + from[row * width + j]!;
      });
      return sums;
    },
  });
}

/** What a kernel written in JavaScript uses of the WASM backend. */
interface WasmMemory {
  readSync(dataId: object): Float32Array | Int32Array;
  makeOutput(shape: number[], dtype: string): tf.TensorInfo;
  typedArrayFromHeap(tensor: tf.TensorInfo): Float32Array;
}

/** Weights of dense layers as [in, out], with which the forward product is plain. */
function uploaded(tensors: Tensors): Named {
  return Object.fromEntries([...tensors].map(([name, values]) => {
    const { data, shape } = isDense(name) ? transposed(values) : values;
    return [name, tf.tensor(data, [...shape])];
  }));
}

function logitsOf(weights: Named, { batch, length, width, heads }: Size, layers: number, { ids, types, penalty }: Inputs): tf.Tensor2D {
  const get = (name: string) => weights[name]!;
  const dense = (x: tf.Tensor, name: string) => tf.add(tf.matMul(x as tf.Tensor2D, get(`${name}.weight`) as tf.Tensor2D), get(`${name}.bias`));
  const norm = (x: tf.Tensor, name: string) => layerNorm(x, get(`${name}.weight`), get(`${name}.bias`));
  const byHead = (x: tf.Tensor) => tf.transpose(tf.reshape(x, [batch, length, heads, width / heads]), [0, 2, 1, 3]);
  const words = tf.gather(get('embeddings.word_embeddings.weight'), ids);
  const segments = tf.gather(get('embeddings.token_type_embeddings.weight'), types);
  const places = tf.tile(get('embeddings.position_embeddings.weight'), [batch, 1]);
  let x = norm(tf.add(tf.add(words, places), segments), 'embeddings.LayerNorm');
  for (let layer = 0; layer < layers; layer++) {
    const name = `encoder.layer.${layer}`;
    const [q, k, v] = ['query', 'key', 'value'].map((part) => byHead(dense(x, `${name}.attention.self.${part}`))) as [tf.Tensor, tf.Tensor, tf.Tensor];
    const scores = tf.add(tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(width / heads)), penalty);
    const context = tf.reshape(tf.transpose(tf.matMul(tf.softmax(scores), v), [0, 2, 1, 3]), [batch * length, width]);
    x = norm(tf.add(x, dense(context, `${name}.attention.output.dense`)), `${name}.attention.output.LayerNorm`);
    x = norm(tf.add(x, dense(gelu(dense(x, `${name}.intermediate.dense`)), `${name}.output.dense`)), `${name}.output.LayerNorm`);
  }
  const first = tf.reshape(tf.slice(tf.reshape(x, [batch, length, width]), [0, 0, 0], [batch, 1, width]), [batch, width]);
  return dense(tf.tanh(dense(first, 'pooler.dense')), 'classifier') as tf.Tensor2D;
}

function layerNorm(x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor): tf.Tensor {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const rstd = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), STEP.layerNormEpsilon));
  return tf.add(tf.mul(tf.mul(centred, rstd), gamma), beta);
}

const gelu = (x: tf.Tensor) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));

/** (1−β)·CE + β·τ²·KL, means over the batch. */
function lossOf(logits: tf.Tensor2D, target: tf.Tensor2D, { labels }: Inputs): tf.Scalar {
  const { temperature, kdWeight } = STEP;
  const hard = tf.neg(tf.mean(tf.sum(tf.mul(labels, tf.logSoftmax(logits)), -1)));
  const logP = tf.logSoftmax(tf.div(target, temperature));
  const soft = tf.mean(tf.sum(tf.mul(tf.exp(logP), tf.sub(logP, tf.logSoftmax(tf.div(logits, temperature)))), -1));
  return tf.add(tf.mul(hard, 1 - kdWeight), tf.mul(soft, kdWeight * temperature ** 2)) as tf.Scalar;
}

/** AdamW with clipping of the whole gradient's norm; biases and LayerNorm do not decay. */
class AdamW {
  readonly #moments: readonly (readonly [name: string, m: tf.Variable, v: tf.Variable])[];
  #updates = 0;

  constructor(readonly weights: Readonly<Record<string, tf.Variable>>) {
    const zeros = ({ shape }: tf.Variable) => tf.variable(tf.zeros(shape), false);
    this.#moments = Object.entries(weights).map(([name, variable]) => [name, zeros(variable), zeros(variable)]);
  }

  update(gradients: Named): void {
    const { beta1, beta2, epsilon, learningRate, weightDecay, maxGradNorm } = STEP;
    this.#updates += 1;
    const [rest1, rest2] = [1 - beta1 ** this.#updates, 1 - beta2 ** this.#updates];
    const norm = tf.sqrt(tf.sum(tf.stack(Object.values(gradients).map((gradient) => tf.sum(tf.square(gradient))))));
    const scale = tf.minimum(tf.div(maxGradNorm, tf.add(norm, 1e-6)), 1);
    for (const [name, m, v] of this.#moments) {
      const gradient = tf.mul(gradients[name]!, scale);
      m.assign(tf.add(tf.mul(m, beta1), tf.mul(gradient, 1 - beta1)));
      v.assign(tf.add(tf.mul(v, beta2), tf.mul(tf.square(gradient), 1 - beta2)));
      const direction = tf.div(tf.div(m, rest1), tf.add(tf.sqrt(tf.div(v, rest2)), epsilon));
      const weight = this.weights[name]!;
      const decay = decays(name) ? weightDecay : 0;
      weight.assign(tf.sub(weight, tf.mul(tf.add(direction, tf.mul(weight, decay)), learningRate)));
    }
  }
}
