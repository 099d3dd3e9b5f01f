/** What one encoder layer is made of, from its input up, as the diagram draws it. */
import type { ModelConfig } from '../../model/config.ts';

export interface LayerBlock {
  readonly kind: 'norm' | 'attention' | 'feed-forward' | 'sum';
  readonly title: string;
  readonly note?: string;
  /** Of a sum: the index of the first block that its residual goes around. */
  readonly around?: number;
}

const NORM: LayerBlock = { kind: 'norm', title: 'LayerNorm' };

/** The blocks of a layer: two parts, each with a residual around it, and LayerNorm behind or before. */
export function layerBlocks(config: ModelConfig): readonly LayerBlock[] {
  const { hidden_size: d, num_attention_heads: h, intermediate_size: f, hidden_act } = config;
  const parts: readonly LayerBlock[] = [
    { kind: 'attention', title: 'Self-attention', note: `${h} head${h === 1 ? '' : 's'} of ${d / h}` },
    { kind: 'feed-forward', title: 'Feed-forward', note: `${d} → ${f} → ${d}, ${hidden_act}` },
  ];
  const pre = config.encoder_ln_mode === 'pre-ln';
  return parts.flatMap((part, i) => {
    const sum: LayerBlock = { kind: 'sum', title: '+', around: 3 * i };
    return pre ? [NORM, part, sum] : [part, sum, NORM];
  });
}

/** Height of one layer's bar so that the stack has at most `most` in all, with the gap between bars. */
export function barSize(layers: number, most: number): { readonly height: number; readonly gap: number } {
  const pitch = Math.min(18, most / layers);
  const gap = pitch >= 10 ? 4 : pitch >= 5 ? 2 : 1;
  return { height: Math.max(1, pitch - gap), gap };
}
