/** Where LayerNorm stands in an encoder layer: behind each residual sum, or before attention and feed-forward. */
export type LayerNormMode = 'post-ln' | 'pre-ln';

/** The heads that an encoder can carry; a model has any number of them. */
export type Head = 'classification' | 'masked-lm' | 'next-sentence';

/**
 * The architecture of one encoder, with the field names of Hugging Face's `config.json`.
 *
 * Only what the computation needs; `formats/config_json.ts` reads and checks the file.
 */
export interface ModelConfig {
  readonly model_type: 'bert' | 'roberta';
  readonly vocab_size: number;
  readonly hidden_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly intermediate_size: number;
  readonly hidden_act: 'gelu' | 'gelu_new' | 'relu';
  readonly hidden_dropout_prob: number;
  readonly attention_probs_dropout_prob: number;
  /** Dropout of the classification head; `hidden_dropout_prob` when absent. */
  readonly classifier_dropout?: number;
  /** Rows of the position table; RoBERTa uses those after the padding's. */
  readonly max_position_embeddings: number;
  readonly type_vocab_size: number;
  readonly initializer_range: number;
  readonly layer_norm_eps: number;
  readonly pad_token_id: number;
  /** A field of the task-agnostic reference; post-ln, which is all that Hugging Face has, when absent. */
  readonly encoder_ln_mode?: LayerNormMode;
  /** False where the embedding output is not normalised: a field of the task-agnostic reference, true when absent. */
  readonly layernorm_embedding?: boolean;
  /** Label words by class id; its length is the number of classes. */
  readonly labels: readonly string[];
  /** Task that the classification head was finetuned on, e.g. `sst-2`; undefined for a base model. */
  readonly finetuning_task?: string;
}

/** Where the reference has a defect: the corrected computation, or exactly what was released. */
export type Fidelity = 'corrected' | 'released';
