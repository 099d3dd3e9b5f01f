import { uploadBatch, type Batch } from '../../model/batch.ts';
import type { ModelConfig } from '../../model/config.ts';
import type { GoldenTensors } from '../golden_tensors.ts';

/** The batch of the group's inputs: RoBERTa's files have neither types nor a mask. */
export function batchOf(tensors: GoldenTensors, config: ModelConfig, rows?: { readonly from: number; readonly size: number; readonly length: number }): Batch {
  const [size = 0, length = 0] = tensors.shape('inputs/input_ids');
  const { from, ...cut } = rows ?? { from: 0, size, length };
  const pick = (values: Int32Array) => Int32Array.from({ length: cut.size * cut.length }, (_, i) => values[(from + Math.floor(i / cut.length)) * length + (i % cut.length)]!);
  const ids = pick(tensors.integers('inputs/input_ids'));
  const given = (name: string, otherwise: () => Int32Array) => (tensors.has(name) ? pick(tensors.integers(name)) : otherwise());
  const mask = given('inputs/attention_mask', () => ids.map((id) => Number(id !== config.pad_token_id)));
  return uploadBatch({ ...cut, ids, typeIds: given('inputs/token_type_ids', () => new Int32Array(ids.length)), mask: Float32Array.from(mask) }, config);
}
