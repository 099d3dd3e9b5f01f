/**
 * The lab's SIMD kernels against their plain forms on tfjs's stock WASM operations, in turn in one run.
 *
 *   node --import tsx bench/run.ts wasm_kernels            (every table, some 2 minutes)
 *   node --import tsx bench/run.ts wasm_kernels --quick    (kernels and the smallest step)
 *
 * Times are processor time in milliseconds, the least of some rounds with the median in brackets: on a busy machine the
 * least is nearer to what the code costs. In the table of steps the optimiser runs in its own form on both sides.
 */
import * as tf from '../src/tensor/tf.ts';
import { openBackend } from '../src/tensor/backends/open.ts';
import { indexById } from '../src/tensor/kernels/lookup.ts';
import '../src/tensor/kernels/cross_entropy.ts';
import '../src/tensor/kernels/attention.ts';
import '../src/tensor/kernels/attention_correlation.ts';
import '../src/tensor/kernels/bank_products.ts';
import '../src/tensor/kernels/relation_divergence.ts';
import '../src/tensor/kernels/score_squares.ts';
import { crossEntropy } from '../src/tensor/kernels/cross_entropy.ts';
import { distillationLoss } from '../src/tensor/kernels/distillation_loss.ts';
import { key, normal, integer } from '../src/random/counter.ts';
import { uploadBatch, type TokenBatch } from '../src/model/batch.ts';
import type { ModelConfig } from '../src/model/config.ts';
import { encode } from '../src/model/encoder.ts';
import { classify } from '../src/model/heads.ts';
import { initialValues, parameterSpecs } from '../src/model/parameters.ts';
import { TrainingLoop } from '../src/train/loop.ts';
import { inTurn, kernelForms, type Form, type Times } from './forms.ts';

const random = (shape: number[], index: number): tf.Tensor => {
  const k = key(3, 'init', index);
  return tf.tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => normal(k, i)), shape);
};

const show = ({ least, median }: Times) => `${least.toFixed(2)} (${median.toFixed(2)})`;

function report(name: string, times: Record<Form, Times>, operations?: number): void {
  const speed = (form: Form) => (operations ? `, ${(operations / times[form].least / 1e6).toFixed(1)} GF/s` : '');
  const ratio = (times.plain.least / times.own.least).toFixed(1);
  console.log(`${name.padEnd(46)} plain ${show(times.plain)}${speed('plain')}   own ${show(times.own)}${speed('own')}   × ${ratio}`);
}

/** Runs one kernel in both forms. */
async function compare(use: (form: Form) => void, name: string, label: string, inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap, operations?: number): Promise<void> {
  const once = (form: Form) => () => {
    use(form);
    tf.dispose(tf.engine().runKernel(name, inputs, attrs));
  };
  report(`${name.slice(3)} ${label}`, await inTurn({ plain: once('plain'), own: once('own') }, 15, 3), operations);
  tf.dispose(inputs);
}

async function kernels(use: (form: Form) => void): Promise<void> {
  for (const [n, i, o] of [[1024, 64, 64], [1024, 64, 256], [1024, 256, 64], [512, 128, 512], [512, 384, 1536], [160, 64, 2000]] as const) {
    const [x, w, b, dy] = [random([n, i], 0), random([o, i], 1), random([o], 2), random([n, o], 3)];
    await compare(use, 'LabLinear', `${n} × ${i} → ${o}`, { x, w: w.clone(), b }, {}, 2 * n * i * o);
    await compare(use, 'LabLinearGradient', `${n} × ${i} → ${o}`, { dy, x: random([n, i], 0), w }, {}, 4 * n * i * o);
  }
  for (const [batch, length, heads, d, rate] of [[32, 32, 4, 64, 0], [32, 32, 4, 64, 0.1], [8, 64, 12, 384, 0], [2, 512, 4, 64, 0]] as const) {
    const part = (index: number) => random([batch * length, d], index);
    const attrs = { batch, length, heads, rate, key: 7 };
    const label = `B ${batch} T ${length} H ${heads} d ${d}${rate ? ' dropout' : ''}`;
    await compare(use, 'LabAttention', label, { q: part(0), k: part(1), v: part(2), mask: tf.ones([batch, length]) }, attrs, 4 * batch * length ** 2 * d);
    await compare(use, 'LabAttentionGradient', label, { dy: part(3), q: part(0), k: part(1), v: part(2), mask: tf.ones([batch, length]) }, attrs, 10 * batch * length ** 2 * d);
  }
  const wide = () => random([1024, 256], 5);
  for (const kind of ['gelu', 'gelu_new', 'relu']) {
    await compare(use, 'LabActivation', `${kind} 262144`, { x: wide() }, { kind });
    await compare(use, 'LabActivationGradient', `${kind} 262144`, { dy: wide(), x: wide() }, { kind });
  }
  const narrow = () => random([1024, 64], 6);
  await compare(use, 'LabLayerNorm', '1024 × 64', { x: narrow(), gamma: tf.ones([64]), beta: tf.zeros([64]) }, { eps: 1e-12 });
  await compare(use, 'LabLayerNormGradient', '1024 × 64', { dy: narrow(), x: narrow(), gamma: tf.ones([64]) }, { eps: 1e-12 });
  await compare(use, 'LabDropout', '65536', { x: narrow() }, { rate: 0.1, key: 9 });
  const ids = Int32Array.from({ length: 1024 }, (_, n) => integer(key(4, 'init'), n, 2000));
  const index = indexById(ids, 2000);
  await compare(use, 'LabLookup', '1024 of 2000 × 64', { w: random([2000, 64], 7), ids: tf.tensor1d(ids, 'int32') }, {});
  const own = () => tf.dispose(tf.engine().runKernel('LabLookupGradient', gradient, {}));
  const gradient = { dy: narrow(), ids: tf.tensor1d(ids, 'int32'), order: tf.tensor1d(index.order, 'int32'), start: tf.tensor1d(index.start, 'int32') };
  use('own');
  console.log(`LookupGradient 1024 of 2000 × 64: tfjs has no form; own ${show((await inTurn({ own }, 15, 3)).own)}`);
  const labels = () => tf.tensor1d(ids.subarray(0, 160), 'int32');
  await compare(use, 'LabCrossEntropy', '160 × 2000', { logits: random([160, 2000], 8), labels: labels() }, {});
  await compare(use, 'LabCrossEntropyGradient', '160 × 2000', { dy: tf.ones([160]), logits: random([160, 2000], 8), labels: labels() }, {});
}

/** What objectives compare: scores and relations of two models, and rows of a memory bank. */
async function comparisons(use: (form: Form) => void): Promise<void> {
  const maskOf = (length: number) => tf.ones([32, length]);
  for (const length of [16, 32]) {
    const [rows, scores] = [[32 * length, 64], [32, 4, length, length]];
    const [values, products, size] = [[32, 4, length, 16], 2 * 32 * length ** 2 * 64, `B 32 T ${length} H 4`];
    await compare(use, 'LabAttentionScores', `${size} d 64`, { q: random(rows, 0), k: random(rows, 1), mask: maskOf(length) }, { batch: 32, length, heads: 4 }, products);
    await compare(use, 'LabAttentionScoresGradient', `${size} d 64`, { dy: random(scores, 2), q: random(rows, 0), k: random(rows, 1) }, { batch: 32, length, heads: 4 }, 2 * products);
    await compare(use, 'LabRowDivergence', size, { teacher: random(scores, 0), student: random(scores, 1) }, { floor: 0 });
    await compare(use, 'LabRowDivergenceGradient', size, { dy: random(scores.slice(0, 3), 2), teacher: random(scores, 0), student: random(scores, 1) }, { floor: 0 });
    await compare(use, 'LabScoreSquares', size, { student: random(scores, 0), teacher: random(scores, 1), mask: maskOf(length) }, {});
    await compare(use, 'LabScoreSquaresGradient', size, { dy: random(scores.slice(0, 3), 2), student: random(scores, 0), teacher: random(scores, 1), mask: maskOf(length) }, {});
    const correlated = () => ({ student: random(scores, 0), teacher: random(scores, 1), mask: maskOf(length) });
    const bounds = { threshold: 1e-12, floor: 1e-12, added: 0 };
    await compare(use, 'LabAttentionCorrelation', size, correlated(), bounds);
    await compare(use, 'LabAttentionCorrelationGradient', size, { ...correlated(), dy: tf.ones([4]), numbers: tf.fill([4], 100) }, bounds);
    await compare(use, 'LabRelationDivergence', `${size} d 64`, { student: random(values, 0), teacher: random(values, 1), mask: maskOf(length) }, {}, 2 * products);
    await compare(use, 'LabRelationDivergenceGradient', `${size} d 64`, { dy: random(scores.slice(0, 3), 2), student: random(values, 0), teacher: random(values, 1), mask: maskOf(length) }, {}, 3 * products);
  }
  const rows = tf.tensor2d(Int32Array.from({ length: 32 * 101 }, (_, n) => integer(key(4, 'init'), n, 2500)), [32, 101], 'int32');
  await compare(use, 'LabBankProducts', '32 × 101 of 2500 × 128', { vectors: random([32, 128], 0), bank: random([2500, 128], 1), rows: rows.clone() }, {}, 2 * 32 * 101 * 128);
  await compare(use, 'LabBankProductsGradient', '32 × 101 of 2500 × 128', { dy: random([32, 101], 2), bank: random([2500, 128], 1), rows }, {}, 2 * 32 * 101 * 128);
}

interface Size {
  readonly d: number;
  readonly heads: number;
  readonly ffn: number;
  readonly layers: number;
  /** Layers of the teacher; 0 for finetuning without one. */
  readonly teacher: number;
  readonly batch: number;
  readonly length: number;
  readonly dropout: number;
}

const STEPS: Record<string, Size> = {
  '3 × 64, finetuning': { d: 64, heads: 4, ffn: 256, layers: 3, teacher: 0, batch: 32, length: 32, dropout: 0.1 },
  '12 × 64, finetuning': { d: 64, heads: 4, ffn: 256, layers: 12, teacher: 0, batch: 32, length: 32, dropout: 0.1 },
  '12 × 64 → 3 × 64': { d: 64, heads: 4, ffn: 256, layers: 3, teacher: 12, batch: 32, length: 32, dropout: 0.1 },
  'tiny (4 × 128 → 2)': { d: 128, heads: 4, ffn: 512, layers: 2, teacher: 4, batch: 16, length: 32, dropout: 0 },
  'small (6 × 384 → 3)': { d: 384, heads: 12, ffn: 1536, layers: 3, teacher: 6, batch: 8, length: 64, dropout: 0 },
};

const configOf = (size: Size, layers: number): ModelConfig => ({
  model_type: 'bert', vocab_size: 2000, hidden_size: size.d, num_hidden_layers: layers, num_attention_heads: size.heads,
  intermediate_size: size.ffn, hidden_act: 'gelu', hidden_dropout_prob: size.dropout, attention_probs_dropout_prob: size.dropout,
  max_position_embeddings: 128, type_vocab_size: 2, initializer_range: 0.02, layer_norm_eps: 1e-12, pad_token_id: 0, labels: ['0', '1'],
});

const modelOf = (config: ModelConfig) =>
  new Map(parameterSpecs(config, ['classification']).map((spec) => [spec.name, tf.variable(tf.tensor(initialValues(spec, config, 1), [...spec.shape]))]));

/** One whole training step, repeatable: forward, backward, clipping, AdamW; the losses are read back. */
function loopOf(size: Size): TrainingLoop {
  const [config, teacherConfig] = [configOf(size, size.layers), configOf(size, size.teacher)];
  const parameters = modelOf(config);
  const teacher = size.teacher > 0 ? modelOf(teacherConfig) : undefined;
  const tokens: TokenBatch = {
    size: size.batch,
    length: size.length,
    ids: Int32Array.from({ length: size.batch * size.length }, (_, n) => integer(key(5, 'init'), n, 2000)),
    typeIds: new Int32Array(size.batch * size.length),
    mask: new Float32Array(size.batch * size.length).fill(1),
  };
  const labels = tf.tensor1d(Int32Array.from({ length: size.batch }, (_, n) => n % 2), 'int32');
  const options = { adam_beta1: 0.9, adam_beta2: 0.999, adam_epsilon: 1e-8, weight_decay: 0.01, learning_rate: 1e-4, warmup_ratio: 0, max_grad_norm: 1 };
  const losses = (step: number): Record<string, tf.Scalar> => {
    const batch = uploadBatch(tokens, config);
    const source = { seed: 1, step };
    const logits = classify(parameters, config, encode(parameters, config, batch, { dropout: source }).last, batch, source).logits;
    if (!teacher) return { ce: tf.mean(crossEntropy(logits, labels)) as tf.Scalar };
    const target = classify(teacher, teacherConfig, encode(teacher, teacherConfig, batch).last, batch).logits;
    const [ce, kd] = distillationLoss(target, logits, labels, { temperature: 2, weight: 0.5, mean: true });
    return { ce, kd };
  };
  return new TrainingLoop({ parameters, options, steps: 1e6, losses: (step) => ({ terms: losses(step) }) });
}

async function steps(use: (form: Form) => void, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const loops = { plain: loopOf(STEPS[name]!), own: loopOf(STEPS[name]!) };
    const once = (form: Form) => async () => {
      use(form);
      await loops[form].next();
    };
    report(`step ${name}`, await inTurn({ plain: once('plain'), own: once('own') }, name.startsWith('small') ? 3 : 9));
  }
}

export async function main(options: readonly string[]): Promise<void> {
  await openBackend({ choice: 'wasm', onFault: (fault) => { throw fault; } });
  const use = kernelForms();
  const quick = options.includes('--quick');
  if (!options.includes('--steps')) {
    await kernels(use);
    await comparisons(use);
  }
  await steps(use, Object.keys(STEPS).slice(0, quick ? 1 : undefined));
}
