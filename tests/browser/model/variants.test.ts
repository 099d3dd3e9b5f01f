import { describe, expect, it } from 'vitest';
import { uploadBatch } from '../../../src/model/batch.ts';
import type { Head, ModelConfig } from '../../../src/model/config.ts';
import { encode } from '../../../src/model/encoder.ts';
import { classify, maskedLmLogits } from '../../../src/model/heads.ts';
import type { Parameters } from '../../../src/model/parameters.ts';
import { dispose, randomWeights, upload } from '../../../src/model/weights.ts';
import { openBackend } from '../../../src/tensor/backends/open.ts';
import { WASM_PATHS } from '../../../src/tensor/backends/wasm_paths.ts';
import { crossEntropy } from '../../../src/tensor/kernels/cross_entropy.ts';
import { idIndex } from '../../../src/tensor/kernels/lookup.ts';
import * as tf from '../../../src/tensor/tf.ts';
import { smallBatch, VARIANTS } from '../../model/variants.ts';

/** One of each way in which encoders differ; every pipeline costs the software adapter seconds to compile. */
const CHOSEN = Object.entries(VARIANTS).filter(([name]) => ['bert, tanh-GELU', 'bert, pre-LN without embedding LayerNorm', 'roberta'].includes(name));
const HEADS: readonly Head[] = ['classification', 'masked-lm'];

/** Both losses at once, under one dropout mask. */
function loss(parameters: Parameters, config: ModelConfig): tf.Scalar {
  const batch = uploadBatch(smallBatch(config), config);
  const dropout = { seed: 5, step: 3 };
  const { last } = encode(parameters, config, batch, { dropout, fidelity: 'released' });
  const classes = crossEntropy(classify(parameters, config, last, batch, dropout).logits, tf.tensor1d([2, 0, 1], 'int32'));
  const words = crossEntropy(maskedLmLogits(parameters, config, last, idIndex(Int32Array.of(1, 3, 6, 11), 15)), tf.tensor1d([4, 16, 0, 4], 'int32'));
  return tf.add(tf.mean(classes), tf.mean(words)) as tf.Scalar;
}

/** Loss and every gradient, by name. */
async function numbers(config: ModelConfig): Promise<Map<string, Float32Array>> {
  const parameters = upload(randomWeights(config, HEADS, 11), true);
  const { value, grads } = tf.variableGrads(() => loss(parameters, config), [...parameters.values()]);
  const read = async (tensor: tf.Tensor) => Float32Array.from(await tensor.data());
  const out = new Map([['loss', await read(value)]]);
  for (const [name, variable] of parameters) if (grads[variable.name]) out.set(name, await read(grads[variable.name]!));
  tf.dispose([value, ...Object.values(grads)]);
  dispose(parameters);
  return out;
}

const largest = (values: Float32Array) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

describe('architectures on WebGPU (software adapter)', () => {
  it('gives the loss and the gradients that WASM gives', async () => {
    const fail = (fault: Error) => {
      throw fault;
    };
    await openBackend({ choice: 'wasm', wasmPaths: WASM_PATHS, onFault: fail });
    const expected = new Map<string, Map<string, Float32Array>>();
    for (const [name, config] of CHOSEN) expected.set(name, await numbers(config));
    const report = await openBackend({ choice: 'webgpu', onFault: fail });
    expect(report.backend).toBe('webgpu');
    expect(CHOSEN.length).toBe(3);
    for (const [variant, config] of CHOSEN) {
      const [gpu, wasm] = [await numbers(config), expected.get(variant)!];
      expect([...gpu.keys()]).toEqual([...wasm.keys()]);
      const scale = Math.max(...[...wasm.values()].map(largest));
      for (const [name, values] of wasm) {
        const difference = largest(values.map((value, i) => value - gpu.get(name)![i]!));
        expect(difference / Math.max(largest(values), 1e-2 * scale), `${variant}: ${name}`).toBeLessThan(1e-4);
      }
    }
  }, 180_000);
});
