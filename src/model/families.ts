import type { ModelConfig } from './config.ts';

/** What differs between the families of encoders, as data; everything else is one computation. */
export interface Family {
  /** What people call it. */
  readonly title: string;
  /** Prefix of the encoder's tensors in Hugging Face's files. */
  readonly prefix: string;
  /** Rows at the beginning of the position table that no token of a text uses. */
  readonly reservedPositions: (config: ModelConfig) => number;
  /**
   * Position ids of `ids` [B·T] in rows of `length` tokens; absent where every text counts 0, 1, 2 ….
   */
  readonly positionIds?: (ids: Int32Array, length: number, config: ModelConfig) => Int32Array;
  /** Whether the released code sets the embedding output of padded positions to 0 (D1 of docs/deviations.md). */
  readonly zeroesPadding: boolean;
  readonly classifier: ClassifierParts;
  readonly maskedLm: MaskedLmParts;
  /** The output layer on the pooled first token; absent where the family was never trained for it. */
  readonly nextSentence?: { readonly hidden: string; readonly output: string };
}

/** logits = output(dropout(tanh(hidden(h_[CLS])))). */
export interface ClassifierParts {
  readonly hidden: string;
  readonly output: string;
  /** Whether h_[CLS] passes a dropout of its own. */
  readonly dropsInput: boolean;
}

/** logits = E·norm(act(dense(h))) + bias. */
export interface MaskedLmParts {
  readonly dense: string;
  readonly norm: string;
  readonly bias: string;
  /** The activation where it is always the same; `hidden_act` otherwise. */
  readonly activation?: ModelConfig['hidden_act'];
  /** Whether the released code adds the bias (D16 of docs/deviations.md). */
  readonly releasedBias: boolean;
}

/**
 * The families by `model_type`.
 *
 * Sources: Devlin et al. 2019; Liu et al. 2019; the parameter names are Hugging Face's without the family's prefix.
 */
export const FAMILIES: Readonly<Record<ModelConfig['model_type'], Family>> = {
  bert: {
    title: 'BERT',
    prefix: 'bert.',
    reservedPositions: () => 0,
    zeroesPadding: false,
    classifier: { hidden: 'pooler.dense', output: 'classifier', dropsInput: false },
    maskedLm: { dense: 'cls.predictions.transform.dense', norm: 'cls.predictions.transform.LayerNorm', bias: 'cls.predictions.bias', releasedBias: false },
    nextSentence: { hidden: 'pooler.dense', output: 'cls.seq_relationship' },
  },
  roberta: {
    title: 'RoBERTa',
    prefix: 'roberta.',
    reservedPositions: ({ pad_token_id }) => pad_token_id + 1,
    positionIds: countedPositions,
    zeroesPadding: true,
    classifier: { hidden: 'classifier.dense', output: 'classifier.out_proj', dropsInput: true },
    maskedLm: { dense: 'lm_head.dense', norm: 'lm_head.layer_norm', bias: 'lm_head.bias', activation: 'gelu', releasedBias: true },
  },
};

/** The family of a model. */
export function familyOf({ model_type }: Pick<ModelConfig, 'model_type'>): Family {
  return FAMILIES[model_type];
}

/**
 * RoBERTa's position ids: padding_idx plus the number of real tokens up to and including the token; padding_idx at padding.
 *
 * Source: Hugging Face `create_position_ids_from_input_ids`; fairseq `make_positions`.
 */
function countedPositions(ids: Int32Array, length: number, { pad_token_id }: ModelConfig): Int32Array {
  let real = 0;
  return ids.map((id, i) => {
    if (i % length === 0) real = 0;
    return id === pad_token_id ? pad_token_id : pad_token_id + ++real;
  });
}

/** The longest text in tokens that a model has positions for. */
export function usablePositions(config: ModelConfig): number {
  return config.max_position_embeddings - familyOf(config).reservedPositions(config);
}
