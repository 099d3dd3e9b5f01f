import type { ModelConfig } from '../../model/config.ts';
import { encode } from '../../model/encoder.ts';
import { classify, maskedLmLogits } from '../../model/heads.ts';
import type { Parameters } from '../../model/parameters.ts';
import { crossEntropy } from '../../tensor/kernels/cross_entropy.ts';
import { idIndex, type IdIndex } from '../../tensor/kernels/lookup.ts';
import * as tf from '../../tensor/tf.ts';
import type { GoldenTensors } from '../golden_tensors.ts';
import { batchOf } from './batch.ts';

/** A model and the inputs of its group. */
export interface Subject {
  readonly parameters: Map<string, tf.Variable>;
  readonly config: ModelConfig;
  readonly tensors: GoldenTensors;
}

/** What one head gives: tensors by their name in the file, and the loss of each example or position, [N]. */
export type HeadCase = (subject: Subject) => HeadResult;
type HeadResult = { readonly loss?: tf.Tensor } & Readonly<Record<string, tf.Tensor>>;

/** Where the model has to predict a token, as rows of [B·T, d], and which one. */
function maskedTokens({ tensors, config }: Subject): { positions: IdIndex; labels: tf.Tensor1D } {
  const bert = tensors.has('inputs/masked_lm_labels');
  const marks = tensors.integers(bert ? 'inputs/masked_lm_labels' : 'inputs/lm_masked_positions');
  const chosen = [...marks.keys()].filter((i) => (bert ? marks[i]! >= 0 : marks[i] !== 0));
  const labels = bert ? chosen.map((i) => marks[i]!) : tensors.integers('inputs/lm_labels_at_masked_positions');
  const rows = batchOf(tensors, config);
  return { positions: idIndex(Int32Array.from(chosen), rows.size * rows.length), labels: tf.tensor1d(labels, 'int32') };
}

/** A masked-LM head: `head` is released when the decoder's bias is left out, `body` when a pre-LN output is not normalised. */
function maskedLm(body: 'released' | 'corrected', head: 'released' | 'corrected'): HeadCase {
  return (subject) => {
    const { parameters, config, tensors } = subject;
    const { last } = encode(parameters, config, batchOf(tensors, config), { fidelity: body });
    const { positions, labels } = maskedTokens(subject);
    const logits = maskedLmLogits(parameters, config, last, positions, head);
    return { logits_masked_positions: logits, loss: crossEntropy(logits, labels) };
  };
}

const classification: HeadCase = ({ parameters, config, tensors }) => {
  const batch = batchOf(tensors, config);
  const { last } = encode(parameters, config, batch, { fidelity: 'released' });
  const { pooled, logits } = classify(parameters, config, last, batch);
  const loss = crossEntropy(logits, tf.tensor1d(tensors.integers('inputs/class_labels'), 'int32'));
  return { logits, loss, ...(tensors.has('expected/classification/pooled_output') ? { pooled_output: pooled } : {}) };
};

/** One output, with an output layer of its own. */
const regression: HeadCase = ({ parameters, config, tensors }) => {
  const head = (part: string): [string, tf.Tensor] => [`classifier.${part}`, tensors.tensor(`inputs/regression_head.${part}`)];
  const own: Parameters = new Map<string, tf.Tensor>([...parameters, head('weight'), head('bias')]);
  const batch = batchOf(tensors, config);
  const { last } = encode(parameters, config, batch, { fidelity: 'released' });
  const { logits } = classify(own, config, last, batch);
  return { logits, loss: tf.squaredDifference(tf.reshape(logits, [batch.size]), tensors.tensor('inputs/regression_labels')) };
};

/** The first example alone, cut to its length. */
const singleUnpadded: HeadCase = ({ parameters, config, tensors }) => {
  const [, length = 0] = tensors.shape('inputs/input_ids');
  const first = tensors.integers('inputs/input_ids').subarray(0, length);
  const batch = batchOf(tensors, config, { from: 0, size: 1, length: first.filter((id) => id !== config.pad_token_id).length });
  const { last } = encode(parameters, config, batch, { fidelity: 'released' });
  return { last_hidden_state: last, logits: classify(parameters, config, last, batch).logits };
};

/** The cases of an encoder's group by name. */
export const HEAD_CASES: Readonly<Record<string, HeadCase>> = {
  classification,
  regression,
  mlm: maskedLm('released', 'released'),
  mlm_final_ln: maskedLm('corrected', 'released'),
  mlm_dense_head: maskedLm('corrected', 'corrected'),
  lm: maskedLm('released', 'released'),
  single_unpadded: singleUnpadded,
};
