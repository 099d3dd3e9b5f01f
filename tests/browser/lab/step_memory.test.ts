import { afterEach, beforeAll, expect, it } from 'vitest';
import { DEFAULT_RECIPE } from '../../../src/experiment/presets.ts';
import type { Fault } from '../../../src/fault/fault.ts';
import { bindTerms, objectiveTensors } from '../../../src/lab/bound_terms.ts';
import { classifierLoop } from '../../../src/lab/classifier_training.ts';
import { comparedBy } from '../../../src/lab/objective_memory.ts';
import { optimizerLoad } from '../../../src/lab/optimizer_memory.ts';
import { shapeOf } from '../../../src/lab/teacher_pass.ts';
import type { Head, ModelConfig } from '../../../src/model/config.ts';
import { memoryPlan } from '../../../src/model/memory.ts';
import { dispose, randomWeights, upload } from '../../../src/model/weights.ts';
import { integer, key } from '../../../src/random/counter.ts';
import { openBackend } from '../../../src/tensor/backends/open.ts';
import { bytesOnDevice, deviceLimits } from '../../../src/tensor/limits.ts';
import type { OptimizerName } from '../../../src/train/optimization.ts';

const STUDENT: ModelConfig = {
  model_type: 'bert', vocab_size: 211, hidden_size: 60, num_hidden_layers: 2, num_attention_heads: 5, intermediate_size: 170, hidden_act: 'gelu',
  hidden_dropout_prob: 0.1, attention_probs_dropout_prob: 0.1, max_position_embeddings: 61, type_vocab_size: 2, initializer_range: 0.02,
  layer_norm_eps: 1e-12, pad_token_id: 0, labels: ['no', 'yes'],
};

interface Case {
  readonly terms: readonly string[];
  readonly batch?: number;
  readonly length?: number;
  readonly student?: Partial<ModelConfig>;
  readonly teacher?: Partial<ModelConfig>;
  readonly micros?: number;
  readonly dropout?: boolean;
  /** The logits are looked up, and the teacher is not on the device. */
  readonly kept?: boolean;
  readonly masked?: boolean;
  /** Training rows; four times what an update takes when absent. */
  readonly rows?: number;
  readonly teacherDrops?: boolean;
  readonly optim?: OptimizerName;
}

/** Steps that are made where words are masked, of another number in each batch. */
const MASKED_STEPS = 6;
const PRE_LN: Partial<ModelConfig> = { encoder_ln_mode: 'pre-ln' };
/** RoBERTa's vocabulary on a narrow encoder. */
const ROBERTA: Partial<ModelConfig> = { model_type: 'roberta', vocab_size: 50_265, hidden_size: 24, num_attention_heads: 4, intermediate_size: 96, type_vocab_size: 1, pad_token_id: 1 };
const LARGER: Partial<ModelConfig> = { vocab_size: 1511 };

const CASES: Readonly<Record<string, Case>> = {
  finetuning: { terms: ['ce'] },
  'finetuning in micro-batches': { terms: ['ce'], micros: 3, student: { num_hidden_layers: 3 } },
  kd: { terms: ['kd'] },
  'kd without dropout, one layer': { terms: ['kd'], dropout: false, student: { num_hidden_layers: 1 } },
  'kd, deeper, longer texts': { terms: ['kd'], batch: 5, length: 47, student: { num_hidden_layers: 5 } },
  'kd, inner layers of 4 d, a large vocabulary': { terms: ['kd'], student: { intermediate_size: 240, vocab_size: 3011 }, teacher: { vocab_size: 3011 } },
  'kd of kept logits, a wide teacher': { terms: ['kd'], kept: true, batch: 13, teacher: { hidden_size: 120, intermediate_size: 480 } },
  hidden_mse: { terms: ['hidden_mse'], batch: 11 },
  'hidden_cls and kd': { terms: ['hidden_cls', 'kd'] },
  att_kl: { terms: ['att_kl'], batch: 11, length: 39 },
  att_mse: { terms: ['att_mse'], student: { num_hidden_layers: 4 } },
  minilm: { terms: ['minilm'], batch: 13 },
  minilm_v2: { terms: ['minilm_v2'], student: { num_hidden_layers: 3 } },
  crd: { terms: ['crd'], batch: 11 },
  'crd of many rows': { terms: ['crd'], rows: 5003 },
  pear_col: { terms: ['pear_col'], batch: 11, length: 31 },
  'masked words': { terms: ['masked_lm'], masked: true, batch: 13, length: 40, student: LARGER },
  'pre-LN': { terms: ['ce'], batch: 11, student: { ...PRE_LN, num_hidden_layers: 5 } },
  'pre-LN, kd': { terms: ['kd'], batch: 11, student: PRE_LN, teacher: PRE_LN },
  'pre-LN, masked words': { terms: ['masked_lm'], masked: true, batch: 13, length: 40, student: { ...PRE_LN, ...LARGER } },
  'kd, a teacher with dropout': { terms: ['kd', 'att_mse'], batch: 11, teacherDrops: true },
  'kd in micro-batches': { terms: ['kd'], micros: 4 },
  'finetuning in micro-batches, parameters above all': { terms: ['ce'], micros: 3, batch: 2, length: 16, student: { vocab_size: 3011 } },
  'crd in micro-batches': { terms: ['crd'], batch: 11, rows: 400, micros: 2 },
  'kd, RoBERTa’s vocabulary': { terms: ['kd'], student: ROBERTA, teacher: ROBERTA },
  'masked words of RoBERTa’s vocabulary': { terms: ['masked_lm'], masked: true, batch: 5, length: 40, student: ROBERTA },
  'masked words and next sentences': { terms: ['masked_lm', 'next_sentence'], masked: true, batch: 13, length: 40, student: LARGER },
  'masked words in micro-batches': { terms: ['masked_lm'], masked: true, batch: 13, length: 40, micros: 3, student: { vocab_size: 811 } },
  'masked words of a teacher': { terms: ['masked_lm_distill'], masked: true, batch: 13, length: 40, student: LARGER, teacher: LARGER },
  'hidden layers where words are masked': { terms: ['hidden_mse'], masked: true, batch: 13, length: 40, student: LARGER, teacher: LARGER },
  LAMB: { terms: ['ce'], optim: 'lamb', student: { vocab_size: 5011 } },
  Adafactor: { terms: ['ce'], optim: 'adafactor', student: { vocab_size: 5011 } },
  Adam: { terms: ['ce'], optim: 'adam', student: { vocab_size: 5011 } },
  'gradient descent': { terms: ['ce'], optim: 'sgd', student: { vocab_size: 5011 } },
};

/** Steps of one objective, on rows that fill their batches. */
function opened({ terms: names, batch = 7, length = 24, micros = 1, dropout = true, kept = false, masked = false, teacherDrops = false, rows: count = 4 * batch * micros, optim = 'adamw_torch', ...given }: Case) {
  const [config, teacher] = [{ ...STUDENT, ...given.student }, { ...STUDENT, num_hidden_layers: 4, ...given.teacher }];
  const heads: readonly Head[] = masked ? ['masked-lm', ...(names.includes('next_sentence') ? ['next-sentence' as const] : [])] : ['classification'];
  const rows = Array.from({ length: count }, (_, i) => ({ ids: Array.from({ length }, (_word, j) => 5 + integer(key(3, 'grammar', i), j, config.vocab_size - 5)), typeIds: Array<number>(length).fill(0), label: i % 2 }));
  const list = names.map((name) => ({ name, weight: 1, parameters: {} }));
  const bound = bindTerms(list, { student: shapeOf(config), teacher: shapeOf(teacher), fidelity: 'corrected', seed: 3, rowLabels: Int32Array.from(rows, ({ label }) => label) });
  const taught = bound.some(({ objective }) => objective.needs.teacherLogits || objective.taps !== undefined);
  const [parameters, trained, memory] = [upload(randomWeights(config, heads, 5), true), objectiveTensors('trained', bound), objectiveTensors('memory', bound)];
  const frozen = taught && !kept ? upload(randomWeights(teacher, heads, 6), false) : undefined;
  const stage = { config: teacher, needsLogits: bound.some(({ objective }) => objective.needs.teacherLogits), dropout: teacherDrops, ...(frozen && { parameters: frozen }), ...(kept && { logits: new Float32Array(2 * rows.length) }) };
  const options = { ...DEFAULT_RECIPE.training, per_device_train_batch_size: batch, max_seq_length: length, gradient_accumulation_steps: micros, optim };
  const loop = classifierLoop({
    config, parameters, terms: bound, trained, memory, examples: rows, options, steps: 7, first: 0, padId: 0, fidelity: 'corrected', dropout: { student: dropout, teacher: teacherDrops },
    ...(taught && { teacher: stage }), ...(masked && { masking: { mask: 4, untouchable: new Set([0]), vocabSize: config.vocab_size } }),
  });
  const compared = comparedBy(list, { ...DEFAULT_RECIPE, training: options }, config, teacher, rows.length);
  const plan = memoryPlan({ config, heads, batch, length, micros, steps: masked ? MASKED_STEPS : 1, lengths: 1, optimizer: optimizerLoad(options, config, heads), ...deviceLimits(), ...(taught && { teacher, teacherLeaves: kept, teacherDrops }), ...(compared && { compared }) });
  return {
    loop,
    plan,
    close: () => {
      loop.dispose();
      [parameters, trained, memory, ...(frozen ? [frozen] : [])].forEach(dispose);
    },
  };
}

const faults: Fault[] = [];
beforeAll(async () => {
  await openBackend({ choice: 'webgpu', onFault: (fault) => faults.push(fault) });
});
afterEach(() => expect(faults).toEqual([]));

it.each(Object.entries(CASES))('the estimate of a step is within 15 percent of the buffers on the GPU: %s', async (name, given) => {
  const { loop, plan, close } = opened(given);
  for (let step = 0; step < (given.masked ? MASKED_STEPS : 1); step++) await loop.next();
  expect(loop.execution.notReplayed).toEqual([]);
  const held = bytesOnDevice()!;
  console.info(`${name}: ${(held / 1e6).toFixed(2)} MB held, ${(plan.training / 1e6).toFixed(2)} MB by the estimate, ${(plan.training / held).toFixed(3)}`);
  close();
  expect(Math.abs(plan.training - held) / held).toBeLessThan(0.15);
});
