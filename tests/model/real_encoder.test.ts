import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPath } from '../../scripts/disk_folder.ts';
import { readModelFolder } from '../../src/hub/model_folder.ts';
import { uploadBatch } from '../../src/model/batch.ts';
import { encode } from '../../src/model/encoder.ts';
import { fromFile } from '../../src/model/names.ts';
import { upload } from '../../src/model/weights.ts';
import * as tf from '../../src/tensor/tf.ts';
import { Tokenizer } from '../../src/tokenizer/tokenizer.ts';
import { Golden } from '../golden_file.ts';
import { open } from '../tensor/backends.ts';

/** A folder that `tests/golden/transformers/hidden_states.py MODEL FOLDER` wrote. */
const EXPECTED = process.env['REAL_ENCODER'] ?? '';
const WITHOUT = EXPECTED === '' ? ' (skipped: REAL_ENCODER names no folder of hidden_states.py)' : '';

interface Written {
  readonly model: string;
  readonly sentences: readonly (readonly [string, string | null])[];
}

/** max|x − y| / max|y|, which is asked to be below 1e-5. */
const TOLERANCE = 1e-5;

describe('a real encoder', () => {
  beforeAll(() => open('wasm'));
  afterAll(() => tf.disposeVariables());

  it.skipIf(!existsSync(join(EXPECTED, 'sentences.json')))(`gives the token ids and hidden states of transformers${WITHOUT}`, async () => {
    const { model, sentences } = JSON.parse(readFileSync(join(EXPECTED, 'sentences.json'), 'utf8')) as Written;
    const golden = new Golden(join(EXPECTED, 'expected.safetensors'));
    const loaded = await readModelFolder(openPath(model));
    const { weights, report } = fromFile(loaded.config, loaded.tensors);
    expect(report.missing).toEqual([]);
    const tokenizer = Tokenizer.fromFiles(loaded.tokenizerFiles, model);
    const parameters = upload(weights, false);
    let worst = 0;
    sentences.forEach(([first, second], i) => {
      const { ids, typeIds } = tokenizer.encode(first, second ?? undefined, 128);
      expect([...ids]).toEqual([...golden.integers(`${i}/ids`)]);
      const batch = uploadBatch({ size: 1, length: ids.length, ids: Int32Array.from(ids), typeIds: Int32Array.from(typeIds), mask: new Float32Array(ids.length).fill(1) }, weights.config);
      const { taps } = encode(parameters, weights.config, batch, { taps: { hiddenStates: 'all' } });
      const states = taps.get('hiddenStates');
      expect(states).toHaveLength(golden.under(`${i}/hidden_states.`).length);
      states.forEach((state, layer) => {
        const expected = golden.floats(`${i}/hidden_states.${layer}`);
        const got = state.dataSync() as Float32Array;
        const largest = expected.reduce((most, y) => Math.max(most, Math.abs(y)), 0);
        worst = expected.reduce((most, y, at) => Math.max(most, Math.abs(got[at]! - y) / largest), worst);
      });
    });
    console.info(`largest relative difference of a hidden state: ${worst.toExponential(1)}`);
    expect(worst).toBeLessThan(TOLERANCE);
  });
});
