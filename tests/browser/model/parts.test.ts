import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../../../src/fault/fault.ts';
import { shapeOf } from '../../../src/lab/teacher_pass.ts';
import { bindTerms } from '../../../src/lab/bound_terms.ts';
import { download, randomWeights, upload } from '../../../src/model/weights.ts';
import { openBackend } from '../../../src/tensor/backends/open.ts';
import { differences, given, LIMIT } from '../../model/split_model.ts';
import { VARIANTS } from '../../model/variants.ts';
import { CONFIG, OPTIONS as OPTIMIZATION } from '../../train/small_job.ts';
import { KD, microDistillation, UNUSED } from '../tensor/micro_distillation.ts';

describe('a model whose word embeddings are in parts (software adapter)', () => {
  const faults: Fault[] = [];
  beforeAll(async () => {
    await openBackend({ choice: 'webgpu', onFault: (fault) => faults.push(fault) });
  });
  afterEach(() => expect(faults).toEqual([]));

  it('gives what the whole one gives', async () => {
    const [whole, parts] = [await given(VARIANTS['bert']!, Infinity), await given(VARIANTS['bert']!, LIMIT)];
    expect([whole.parts, parts.parts]).toEqual([1, 4]);
    const found = differences(whole.tensors, parts.tensors);
    expect(found.get('embeddings')).toBe(0);
    for (const [name, difference] of found) expect([name, difference < (name.startsWith('gradient') ? 1e-5 : 1e-6)]).toEqual([name, true]);
  }, 120_000);

  it('is trained by replayed steps to the bits of the whole one', async () => {
    const [student, teacher] = [{ ...CONFIG, num_hidden_layers: 1 }, { ...CONFIG, num_hidden_layers: 2 }];
    const after: Awaited<ReturnType<typeof download>>[] = [];
    for (const limit of [Infinity, 4 * 15 * 5]) {
      const parameters = upload(randomWeights(student, ['classification'], 5), true, limit);
      const frozen = upload(randomWeights(teacher, ['classification'], 6), false, limit);
      const terms = bindTerms(KD, { student: shapeOf(student), teacher: shapeOf(teacher), fidelity: 'corrected', seed: 3 });
      const { loop, dispose } = microDistillation(KD, { parameters, terms, options: { ...UNUSED, ...OPTIMIZATION, max_grad_norm: 0 }, teacher: { config: teacher, parameters: frozen, needsLogits: true, dropout: false } });
      for (let step = 0; step < 5; step++) await loop.next();
      expect(loop.execution.notReplayed).toEqual([]);
      after.push(await download(parameters));
      dispose();
      [...parameters.values(), ...frozen.values()].forEach((variable) => variable.dispose());
    }
    for (const [name, difference] of differences(after[0]!, after[1]!)) expect([name, difference]).toEqual([name, 0]);
  }, 120_000);
});
