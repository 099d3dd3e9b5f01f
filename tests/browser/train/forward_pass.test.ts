import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { countWebGPU } from '../../../bench/steps/counters.ts';
import type { ObjectiveTerm } from '../../../src/experiment/recipe.ts';
import type { Fault } from '../../../src/fault/fault.ts';
import { bindTerms, tapsOfSteps } from '../../../src/lab/bound_terms.ts';
import { trainingStage } from '../../../src/lab/classifier_stage.ts';
import { tapList, type KeptTaps } from '../../../src/lab/kept_taps.ts';
import { scoreText } from '../../../src/lab/masked_lm.ts';
import { shapeOf, type StageTeacher } from '../../../src/lab/teacher_pass.ts';
import { readRows } from '../../../src/lab/teacher_rows.ts';
import type { Head } from '../../../src/model/parameters.ts';
import { dispose, randomWeights, upload } from '../../../src/model/weights.ts';
import { openBackend } from '../../../src/tensor/backends/open.ts';
import * as tf from '../../../src/tensor/tf.ts';
import { logitsOf, type LiveModel } from '../../../src/train/evaluate.ts';
import { ForwardPass } from '../../../src/train/forward_pass.ts';
import { smallRecipe, smallSession, smallTokenizer, WORDS } from '../../lab/small_session.ts';
import { CONFIG, ROWS } from '../../train/small_job.ts';

const CONFIG_OF_WORDS = { ...CONFIG, vocab_size: WORDS.length + 1 };
/** Two batches of different lengths, and one that is shorter. */
const EXAMPLES = Array.from({ length: 137 }, (_, i) => ROWS[i % ROWS.length]!);
const OPTIONS = { padId: 0, maxLength: 16 };
const PATIENCE = 180_000;

const words = (values: ArrayBufferView) => [...new Uint32Array(values.buffer, values.byteOffset, values.byteLength / 4)];

/** The same weights for a pass that is replayed and one that is not. */
function both(heads: readonly Head[]): { plan: LiveModel & { forward: ForwardPass }; tape: LiveModel; dispose(): void } {
  const parameters = upload(randomWeights(CONFIG_OF_WORDS, heads, 7), true);
  const [plan, tape] = [new ForwardPass(), new ForwardPass('tape')];
  const of = (forward: ForwardPass) => ({ config: CONFIG_OF_WORDS, parameters, forward });
  return {
    plan: of(plan),
    tape: of(tape),
    dispose: () => {
      [plan, tape].forEach((forward) => forward.dispose());
      dispose(parameters);
    },
  };
}

describe('forward passes that are replayed (software adapter)', () => {
  const faults: Fault[] = [];
  const counters = countWebGPU();
  beforeAll(async () => {
    await openBackend({ choice: 'webgpu', onFault: (fault) => faults.push(fault) });
  });
  afterEach(() => expect(faults).toEqual([]));

  it('give the logits of single operations, one submit a batch, before and after the weights changed', async () => {
    const { plan, tape, dispose: free } = both(['classification']);
    for (const evaluation of [1, 2, 3]) {
      const before = { ...counters };
      const logits = await logitsOf(plan, EXAMPLES, OPTIONS);
      const replayed = { dispatches: counters.dispatches - before.dispatches, submits: counters.submits - before.submits };
      const direct = await logitsOf(tape, EXAMPLES, OPTIONS);
      const single = { dispatches: counters.dispatches - before.dispatches - replayed.dispatches, submits: counters.submits - before.submits - replayed.submits };
      console.info(`evaluation ${evaluation}: ${JSON.stringify({ replayed, single })}`);
      expect(words(logits)).toEqual(words(direct));
      expect(new Set(logits).size).toBeGreaterThan(40);
      // The weights that are new in the second one take a submit of their own.
      expect(replayed.submits).toBe(evaluation === 2 ? 4 : 3);
      const bias = plan.parameters.get('classifier.bias') as tf.Variable;
      if (evaluation === 1) tf.tidy(() => bias.assign(tf.tensor1d([5, 0.5])));
    }
    const checked = new ForwardPass('check');
    expect(words(await logitsOf({ ...plan, forward: checked }, EXAMPLES, OPTIONS))).toEqual(words(await logitsOf(tape, EXAMPLES, OPTIONS)));
    checked.dispose();
    expect(plan.forward.planner!.refusals).toEqual([]);
    expect(plan.forward.planner!.report.plans.reduce((sum, { runs }) => sum + runs, 0)).toBeGreaterThan(3);
    free();
  }, PATIENCE);

  it('run one operation at a time where that is asked for, without a pass that is kept', async () => {
    const { plan: { config, parameters }, dispose: free } = both(['classification']);
    const submitsBy = async (execution?: 'tape') => {
      const { submits } = counters;
      await logitsOf({ config, parameters, ...(execution && { execution }) }, EXAMPLES, OPTIONS);
      return counters.submits - submits;
    };
    // Weights are uploaded in the first one.
    await submitsBy();
    expect(await submitsBy()).toBeLessThan(await submitsBy('tape'));
    free();
  }, PATIENCE);

  it('score masked words and pairs as single operations do', async () => {
    const { plan, tape, dispose: free } = both(['masked-lm', 'next-sentence']);
    const scoring = { tokenizer: smallTokenizer(), maxLength: 16, pairs: true, onProgress: () => Promise.resolve() };
    const [first, again, direct] = [await scoreText(plan, EXAMPLES, scoring), await scoreText(plan, EXAMPLES, scoring), await scoreText(tape, EXAMPLES, scoring)];
    expect(first).toEqual(direct);
    expect(again).toEqual(direct);
    expect(first.loss).toBeGreaterThan(1);
    expect(plan.forward.planner!.refusals).toEqual([]);
    free();
  }, PATIENCE);

  it('read of a teacher what single operations do, each tap in one read', async () => {
    const config = { ...CONFIG, num_hidden_layers: 2 };
    const parameters = upload(randomWeights(config, ['classification'], 6), false);
    const live: StageTeacher = { config, parameters, needsLogits: true, dropout: false };
    const terms = bindTerms(['att_mse', 'hidden_cls', 'minilm'].map((name) => ({ name, weight: 1, parameters: {} })), { student: shapeOf({ ...config, num_hidden_layers: 1 }), teacher: shapeOf(config), fidelity: 'corrected', seed: 3 });
    const taps = tapsOfSteps(terms, 'teacher', 0, 4);
    const among = { examples: EXAMPLES, padId: 0, maxLength: 16, fidelity: 'corrected', progress: () => () => Promise.resolve() } as const;
    const asked = { rows: [...EXAMPLES.keys()], logits: true, taps };
    const [plan, tape] = [await readRows(among, live, asked), await readRows({ ...among, execution: 'tape' }, live, asked)];
    expect(words(plan.logits!)).toEqual(words(tape.logits!));
    const rows = { indices: [0, 50, 100], length: 16 };
    const bitsOf = (kept: KeptTaps) => Promise.all(tapList(taps).map(async (tap) => words(await kept.tensor(tap, rows).data())));
    expect(await bitsOf(plan.kept!)).toEqual(await bitsOf(tape.kept!));
    expect(tapList(taps).length).toBeGreaterThan(3);
    dispose(parameters);
  }, PATIENCE);

  it('give the loss of a stage, teacher and memories included, as single operations do', async () => {
    const { start, data, ...session } = smallSession();
    const parameters = upload(start, true);
    const terms: ObjectiveTerm[] = [{ name: 'kd', weight: 1, parameters: {} }, { name: 'crd', weight: 1, parameters: { nce_k: 5, crd_feat_dim: 7 } }];
    const lossBy = async (execution: 'plan' | 'tape') => {
      const recipe = smallRecipe();
      const options = { ...recipe.training, execution };
      const stage = await trainingStage('classes', terms, options).open({
        config: start.config, parameters, recipe, session: { start, data, ...session }, examples: data.train, options, steps: 7, first: 0, hours: () => 0, watchesLoss: true, teacher: start,
        progress: () => () => Promise.resolve(), compiling: () => () => undefined, note: () => undefined,
      });
      const first = await stage.lossOn!(data.dev);
      const { submits } = counters;
      const second = await stage.lossOn!(data.dev);
      stage.dispose();
      return { losses: [first, second], submits: counters.submits - submits };
    };
    const [plan, tape] = [await lossBy('plan'), await lossBy('tape')];
    expect(plan.losses).toEqual(tape.losses);
    expect(plan.losses[0]).toBe(plan.losses[1]);
    expect(plan.losses[0]).toBeGreaterThan(0.1);
    expect(plan.submits).toBe(Math.ceil(data.dev.length / 5));
    expect(tape.submits).toBeGreaterThan(plan.submits);
    dispose(parameters);
  }, PATIENCE);

  it('hold as many tensors and bytes after ten evaluations as after two, and nothing in the end', async () => {
    const left: object[] = [];
    for (let model = 0; model < 3; model++) {
      const { plan, dispose: free } = both(['classification']);
      const held = () => ({ tensors: tf.memory().numTensors, bytes: counters.bytes, plans: plan.forward.planner!.report.bytes });
      for (let i = 0; i < 2; i++) await logitsOf(plan, EXAMPLES, OPTIONS);
      const before = held();
      for (let i = 2; i < 10; i++) await logitsOf(plan, EXAMPLES, OPTIONS);
      expect(held()).toEqual(before);
      free();
      left.push({ tensors: tf.memory().numTensors, bytes: counters.bytes });
    }
    expect(left[2]).toEqual(left[1]);
  }, PATIENCE);
});
