import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Recipe, Stage } from '../../../src/experiment/recipe.ts';
import type { Fault } from '../../../src/fault/fault.ts';
import type { Head } from '../../../src/model/config.ts';
import { randomWeights } from '../../../src/model/weights.ts';
import { integer, key } from '../../../src/random/counter.ts';
import { openBackend } from '../../../src/tensor/backends/open.ts';
import type { EncodedExample } from '../../../src/train/batches.ts';
import { smallRecipe, smallSession } from '../../lab/small_session.ts';
import { traced } from '../../lab/traced_run.ts';

const LENGTH = 32;
const PATIENCE = 180_000;
const VOCABULARY = 2011;

function rows(count: number, stream: number): EncodedExample[] {
  return Array.from({ length: count }, (_, i) => ({
    ids: Array.from({ length: LENGTH }, (_word, j) => 5 + integer(key(3, 'grammar', 100 * stream + i), j, VOCABULARY - 5)), typeIds: Array<number>(LENGTH).fill(0), label: i % 2, depth: i % 4,
  }));
}

/** Scored rows fill their batches of 64, which are larger than those of the training. */
function sessionWith(heads: readonly Head[]) {
  const { start, ...rest } = smallSession();
  const config = { ...start.config, vocab_size: VOCABULARY, hidden_size: 60, num_attention_heads: 5, intermediate_size: 240, max_position_embeddings: 61 };
  return { ...rest, teacherUntrained: false, start: randomWeights(config, heads, 1), data: { train: rows(120, 1), tuning: rows(64, 2), dev: rows(67, 3) } };
}

const TRAINING = { ...smallRecipe().training, max_steps: 5, eval_steps: 3, per_device_train_batch_size: 7, max_seq_length: LENGTH };
const recipe = (kind: Recipe['kind'], stages: readonly Stage[], changes: Partial<Recipe['training']> = {}): Recipe => ({ ...smallRecipe(), kind, baselines: false, stages, training: { ...TRAINING, ...changes } });
const stage = (names: readonly string[], start: Stage['start'] = 'last'): Stage => ({ name: names.join('+'), objectives: names.map((name) => ({ name, weight: 1, parameters: {} })), training: {}, start });

const faults: Fault[] = [];
beforeEach(async () => {
  await openBackend({ choice: 'webgpu', onFault: (fault) => faults.push(fault) });
});
afterEach(() => expect(faults).toEqual([]));

async function memoryNotes(of: Recipe, heads: readonly Head[]): Promise<string[]> {
  const { events } = await traced({ recipe: of, session: sessionWith(heads) });
  return events.flatMap((event) => (event.type === 'note' && event.text.startsWith('Memory of the steps') ? [event.text] : []));
}

it.each<[string, Recipe, readonly Head[]]>([
  ['two stages, the second from the best weights', recipe('distill', [stage(['att_mse']), stage(['kd'], 'best')]), ['classification']],
  ['pretraining on masked words and next sentences', recipe('pretrain', [stage(['masked_lm', 'next_sentence'])]), ['masked-lm', 'next-sentence']],
  ['distillation on masked words', recipe('distill-text', [stage(['masked_lm_distill'])]), ['masked-lm']],
])('a run tells estimate and measurement, scoring included, within 15 percent: %s', async (_name, of, heads) => {
  const notes = await memoryNotes(of, heads);
  console.info(notes.join('\n'));
  expect(notes).toHaveLength(Math.max(1, of.stages.length));
  for (const note of notes) {
    const [steps, held, whole, most] = [...note.matchAll(/([\d.]+) MB/g)].map(([, number]) => Number(number)) as [number, number, number, number];
    expect(Math.abs(steps - held) / held).toBeLessThan(0.15);
    expect(Math.abs(whole - most) / most).toBeLessThan(0.15);
    expect(most).toBeGreaterThan(1.2 * held);
  }
}, PATIENCE);

it('a run whose steps are not replayed says that there is no estimate', async () => {
  const notes = await memoryNotes(recipe('pretrain', [], { execution: 'tape', max_steps: 2, per_device_train_batch_size: 3, eval_steps: 0 }), ['masked-lm']);
  expect(notes).toEqual([expect.stringMatching(/^Memory of the steps: at most [\d.]+ MB in the buffers of the GPU\. They ran one operation at a time, for which there is no estimate/)]);
}, PATIENCE);
