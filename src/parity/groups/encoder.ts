import type { ModelConfig } from '../../model/config.ts';
import { encode } from '../../model/encoder.ts';
import { ourName } from '../../model/names.ts';
import { TAP_NAMES, type TapName } from '../../model/taps.ts';
import { upload } from '../../model/weights.ts';
import * as tf from '../../tensor/tf.ts';
import { readCheckpoint } from '../checkpoint.ts';
import type { Comparison } from '../comparison.ts';
import type { GoldenTensors } from '../golden_tensors.ts';
import { ownsCase, type GoldenCase, type Group, type Plan, type Planner } from '../group.ts';
import { batchOf } from './batch.ts';
import { HEAD_CASES, type HeadCase } from './encoder_heads.ts';

/** Name of a layer's tensor in the file → the tap that is it. */
const TAPPED: readonly (readonly [string, TapName])[] = [
  ['attention_scores', 'attentionScores'],
  ['attention_probs', 'attentionProbabilities'],
  ['query', 'queries'],
  ['key', 'keys'],
  ['value', 'values'],
];

/** Names that a traced pass gives to tensors outside of the layers → those of the file. */
const TRACED: Readonly<Record<string, string>> = {
  embedding_layernorm: 'embedding_layernorm_before_pad_zeroing',
  embedding_positions: 'embedding_positions_term',
};

/** Groups a: every internal tensor of one encoder, then each head with its loss and gradients. */
export const encoder: Planner = async (group): Promise<Plan> => {
  const tensors = await group.tensors();
  const weights = await readCheckpoint(group.files, group.name);
  const internals: GoldenCase = {
    name: 'internals',
    owns: (name) => /^expected\/[^/]+$/.test(name),
    run: (comparison) => compareInternals(comparison, upload(weights, false), weights.config, tensors),
  };
  const heads = Object.entries(HEAD_CASES).filter(([name]) => tensors.names(`expected/${name}/`).length > 0);
  const cases = heads.map(([name, head]): GoldenCase => ({
    name,
    owns: ownsCase(name),
    run: (comparison) => compareHead(comparison, group, name, head, { parameters: upload(weights, true), config: weights.config, tensors }),
  }));
  return { tensors, cases: [internals, ...cases] };
};

async function compareInternals(comparison: Comparison, parameters: Map<string, tf.Variable>, config: ModelConfig, tensors: GoldenTensors): Promise<void> {
  const inner = new Map<string, tf.Tensor>();
  const trace = (name: string, tensor: tf.Tensor) => void inner.set(TRACED[name] ?? name.replace(/^encoder\./, ''), tensor);
  const { taps } = encode(parameters, config, batchOf(tensors, config), { taps: new Set(TAP_NAMES), fidelity: 'released', trace });
  const hidden = taps.get('hiddenStates');
  await comparison.near('expected/embedding_output', hidden[0]!);
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    await comparison.nearIfThere(`expected/layer.${layer}.hidden_state`, () => hidden[layer + 1]!);
    for (const [name, tap] of TAPPED) await comparison.nearIfThere(`expected/layer.${layer}.${name}`, () => taps.at(tap, layer));
  }
  for (const [name, tensor] of inner) await comparison.nearIfThere(`expected/${name}`, () => tensor);
}

async function compareHead(comparison: Comparison, group: Group, name: string, head: HeadCase, model: Parameters<HeadCase>[0]): Promise<void> {
  const { loss, ...outputs } = head(model);
  for (const [output, tensor] of Object.entries(outputs)) await comparison.near(`expected/${name}/${output}`, tensor);
  const recorded = model.tensors.names(`grad/${name}/`);
  if (!loss) return;
  const summed = model.tensors.has(`expected/${name}/loss_sum`);
  const total = (perExample: tf.Tensor) => (summed ? tf.sum(perExample) : tf.mean(perExample)) as tf.Scalar;
  await comparison.near(`expected/${name}/${summed ? 'loss_sum' : 'loss'}`, total(loss));
  if (recorded.length === 0) return;
  const { grads } = tf.variableGrads(() => total(head(model).loss!), [...model.parameters.values()]);
  const without = group.entry.object('no_gradient');
  const names = [...recorded.map((full) => full.slice(`grad/${name}/`.length)), ...(without.has(name) ? without.texts(name) : [])];
  for (const fileName of names) {
    const variable = model.parameters.get(ourName(fileName));
    await comparison.gradient(`grad/${name}/${fileName}`, variable && grads[variable.name]);
  }
}
