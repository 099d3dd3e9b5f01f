import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { readConfig } from '../../src/formats/config_json.ts';
import { readSafetensors, toFloat32 } from '../../src/formats/safetensors.ts';
import { uploadBatch, type Batch, type TokenBatch } from '../../src/model/batch.ts';
import type { Fidelity, ModelConfig } from '../../src/model/config.ts';
import { encode } from '../../src/model/encoder.ts';
import { fromFile, ourName, type NameReport } from '../../src/model/names.ts';
import type { Parameters } from '../../src/model/parameters.ts';
import { TAP_NAMES, type TapName } from '../../src/model/taps.ts';
import { upload, type Weights } from '../../src/model/weights.ts';
import * as tf from '../../src/tensor/tf.ts';
import { Golden, relativeError } from '../golden_file.ts';

const FORWARD = 2e-5;
const GRADIENT = 2e-4;

/** What the original code calls the taps of a layer. */
const TAPS: Readonly<Record<Exclude<TapName, 'hiddenStates' | 'firstTokens'>, string>> = {
  attentionScores: 'attention_scores', attentionProbabilities: 'attention_probs', queries: 'query', keys: 'key', values: 'value',
};

/** A checkpoint of the original code with what it computed, as `tests/golden/<name>/` and `<name>.safetensors` hold it. */
export class GoldenModel {
  readonly golden: Golden;
  readonly config: ModelConfig;
  readonly weights: Weights;
  readonly report: NameReport;

  constructor(name: string) {
    const folder = `tests/golden/${name}`;
    this.golden = new Golden(`${folder}.safetensors`);
    this.config = readConfig(new Uint8Array(readFileSync(`${folder}/config.json`)), `${folder}/config.json`);
    const file = readSafetensors(new Uint8Array(readFileSync(`${folder}/model.safetensors`)), folder);
    const tensors = new Map([...file.tensors].map(([tensor, t]) => [tensor, { shape: t.shape, data: toFloat32(t, tensor) }]));
    ({ weights: this.weights, report: this.report } = fromFile(this.config, tensors));
  }

  parameters(trainable = false): Map<string, tf.Variable> {
    return upload(this.weights, trainable);
  }

  batch({ size, length }: Pick<TokenBatch, 'size' | 'length'>): Batch {
    const ids = this.golden.integers('inputs/input_ids');
    const given = (name: string) => (this.golden.under(name).length > 0 ? this.golden.integers(name) : undefined);
    const mask = given('inputs/attention_mask') ?? ids.map((id) => Number(id !== this.config.pad_token_id));
    const typeIds = given('inputs/token_type_ids') ?? new Int32Array(ids.length);
    return uploadBatch({ size, length, ids, typeIds, mask: Float32Array.from(mask) }, this.config);
  }

  /** Holds a value to the original's. */
  near(name: string, got: tf.Tensor, tolerance = FORWARD): void {
    const group = name.startsWith('expected/layer.') || name.split('/').length === 2 ? 'expected/' : name.slice(0, name.lastIndexOf('/') + 1);
    expect(relativeError(got.dataSync() as Float32Array, this.golden.floats(name), this.golden.scale(group)), name).toBeLessThan(tolerance);
  }

  /** Holds every tensor inside of the encoder to the original's; gives how many there were. */
  compareInternals(parameters: Parameters, batch: Batch, fidelity: Fidelity): number {
    const traced = new Map<string, tf.Tensor>();
    const options = { taps: new Set(TAP_NAMES), fidelity, trace: (name: string, tensor: tf.Tensor) => traced.set(name.replace('encoder.', ''), tensor) };
    const { taps } = encode(parameters, this.config, batch, options);
    this.near('expected/embedding_output', taps.at('hiddenStates', 0));
    const named = this.golden.under('expected/layer.');
    for (const name of named) {
      const [, index, part] = /^expected\/layer\.(\d+)\.(.+)$/.exec(name)!;
      const tap = TAP_NAMES.find((tapName) => tapName !== 'hiddenStates' && tapName !== 'firstTokens' && TAPS[tapName] === part);
      const tensor = part === 'hidden_state' ? taps.at('hiddenStates', Number(index) + 1) : tap ? taps.at(tap, Number(index)) : traced.get(`layer.${index}.${part}`);
      expect(tensor, name).toBeDefined();
      this.near(name, tensor!);
    }
    return named.length;
  }

  /** Holds a loss and its gradients to the original's; gives the names of the gradients that were compared. */
  compareGradients(name: string, lossName: string, loss: (parameters: Map<string, tf.Variable>) => tf.Tensor): string[] {
    const parameters = this.parameters(true);
    const { value, grads } = tf.variableGrads(() => loss(parameters) as tf.Scalar, [...parameters.values()]);
    this.near(`expected/${name}/${lossName}`, value);
    const prefix = `grad/${name}/`;
    const compared = this.golden.under(prefix);
    for (const full of compared) {
      const variable = parameters.get(ourName(full.slice(prefix.length)))!;
      expect(relativeError(grads[variable.name]!.dataSync() as Float32Array, this.golden.floats(full), this.golden.scale(prefix)), full).toBeLessThan(GRADIENT);
    }
    return compared.map((full) => full.slice(prefix.length));
  }
}
