/** Hugging Face's `config.json` of BERT and RoBERTa ↔ `ModelConfig`; every number is bounded before it is used. */
import type { ModelConfig } from '../model/config.ts';
import { FormatError } from './format_error.ts';
import { isJsonObject, parseJsonObject, showValue, type JsonObject } from './text.ts';

const MAX_BYTES = 2 ** 20;
const MAX_LABELS = 10_000;

type ModelType = ModelConfig['model_type'];

/** Activations by the names in use; the fast and the tanh forms are one function. */
const ACTIVATIONS: ReadonlyMap<unknown, ModelConfig['hidden_act']> = new Map([
  ['gelu', 'gelu'], ['gelu_python', 'gelu'],
  ['gelu_new', 'gelu_new'], ['gelu_fast', 'gelu_new'], ['gelu_pytorch_tanh', 'gelu_new'], ['gelu_accurate', 'gelu_new'],
  ['relu', 'relu'],
]);

/** Collects every field that is wrong, so that one error can list them all. */
class Fields {
  readonly #expected: string[] = [];
  readonly #got: string[] = [];

  constructor(readonly json: JsonObject) {}

  /** The value of a field; null and absent are the same to Hugging Face's reader. */
  value(name: string): unknown {
    return Object.hasOwn(this.json, name) ? (this.json[name] ?? undefined) : undefined;
  }

  bad(name: string, expected: string): void {
    this.#expected.push(`${name}: ${expected}`);
    this.#got.push(`${name}: ${showValue(this.value(name))}`);
  }

  integer(name: string, otherwise: number, min: number, max: number): number {
    const value = this.value(name) ?? otherwise;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value;
    this.bad(name, `an integer from ${min} to ${max}`);
    return min;
  }

  /** A number in [min, max). */
  real(name: string, otherwise: number, min: number, max: number): number {
    const value = this.value(name) ?? otherwise;
    if (typeof value === 'number' && value >= min && value < max) return value;
    this.bad(name, `a number from ${min}, below ${max}`);
    return min;
  }

  /** A switch of the architecture that must have its usual value. */
  only(name: string, usual: unknown): void {
    if ((this.value(name) ?? usual) !== usual) this.bad(name, showValue(usual));
  }

  finish(where: string): void {
    if (this.#expected.length === 0) return;
    const remedy = 'Use the config.json of a BERT or RoBERTa encoder as `save_pretrained` writes it.';
    throw new FormatError('BadConfig', where, this.#expected.join('; '), this.#got.join('; '), remedy);
  }
}

/**
 * Reads `config.json`; fields that are absent take the defaults of Hugging Face's BertConfig and RobertaConfig.
 *
 * `labels` come from id2label, else LABEL_0 … by num_labels (2 when absent). Throws FormatError NotJson, or BadConfig
 * that lists every bad field at once.
 */
export function readConfig(bytes: Uint8Array, where: string): ModelConfig {
  const fields = new Fields(parseJsonObject(bytes, where, MAX_BYTES));
  const model_type = readModelType(fields);
  const sizes = readSizes(fields, model_type);
  const hidden_act = ACTIVATIONS.get(fields.value('hidden_act') ?? 'gelu');
  if (!hidden_act) fields.bad('hidden_act', `one of ${[...ACTIVATIONS.keys()].join(', ')}`);
  const rates = {
    hidden_dropout_prob: fields.real('hidden_dropout_prob', 0.1, 0, 1),
    attention_probs_dropout_prob: fields.real('attention_probs_dropout_prob', 0.1, 0, 1),
    initializer_range: fields.real('initializer_range', 0.02, 0, 10),
    layer_norm_eps: fields.real('layer_norm_eps', 1e-12, 0, 0.1),
  };
  fields.only('position_embedding_type', 'absolute');
  fields.only('is_decoder', false);
  fields.only('add_cross_attention', false);
  const labels = readLabels(fields);
  const finetuning_task = fields.value('finetuning_task');
  if (finetuning_task !== undefined && typeof finetuning_task !== 'string') fields.bad('finetuning_task', 'text');
  fields.finish(where);
  const base = { model_type, ...sizes, hidden_act: hidden_act ?? 'gelu', ...rates, labels };
  return typeof finetuning_task === 'string' ? { ...base, finetuning_task } : base;
}

function readModelType(fields: Fields): ModelType {
  const type = fields.value('model_type') ?? typeOfArchitecture(fields.value('architectures'));
  if (type === 'bert' || type === 'roberta') return type;
  fields.bad('model_type', '"bert" or "roberta"');
  return 'bert';
}

/** Early checkpoints have no model_type; the class name in `architectures` tells it. */
function typeOfArchitecture(architectures: unknown): ModelType | undefined {
  const name: unknown = Array.isArray(architectures) ? architectures[0] : undefined;
  if (typeof name !== 'string') return undefined;
  return name.startsWith('Roberta') ? 'roberta' : name.startsWith('Bert') ? 'bert' : undefined;
}

function readSizes(fields: Fields, model_type: ModelType) {
  const vocab_size = fields.integer('vocab_size', model_type === 'roberta' ? 50265 : 30522, 1, 300_000);
  const hidden_size = fields.integer('hidden_size', 768, 1, 4096);
  const num_attention_heads = fields.integer('num_attention_heads', 12, 1, 256);
  if (hidden_size % num_attention_heads !== 0) fields.bad('num_attention_heads', `a divisor of hidden_size (${hidden_size})`);
  return {
    vocab_size,
    hidden_size,
    num_hidden_layers: fields.integer('num_hidden_layers', 12, 1, 48),
    num_attention_heads,
    intermediate_size: fields.integer('intermediate_size', 3072, 1, 16_384),
    max_position_embeddings: fields.integer('max_position_embeddings', 512, 1, 16_384),
    type_vocab_size: fields.integer('type_vocab_size', 2, 1, 16),
    pad_token_id: fields.integer('pad_token_id', model_type === 'roberta' ? 1 : 0, 0, vocab_size - 1),
  };
}

function readLabels(fields: Fields): readonly string[] {
  const named = fields.value('id2label');
  if (named === undefined) return defaultLabels(fields.integer('num_labels', 2, 1, MAX_LABELS));
  const count = isJsonObject(named) ? Object.keys(named).length : 0;
  const labels = Array.from({ length: Math.min(count, MAX_LABELS) }, (_, i) => isJsonObject(named) && named[String(i)]);
  const isText = (label: unknown): label is string => typeof label === 'string';
  if (count < 1 || count > MAX_LABELS || !labels.every(isText)) {
    fields.bad('id2label', `an object of label words under "0", "1", … (at most ${MAX_LABELS})`);
    return [];
  }
  if ((fields.value('num_labels') ?? count) !== count) fields.bad('num_labels', `${count}, as id2label has`);
  return labels;
}

function defaultLabels(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `LABEL_${i}`);
}

/** Class that `transformers` opens the folder with. */
export type Architecture =
  | 'BertModel' | 'BertForSequenceClassification' | 'BertForMaskedLM' | 'BertForPreTraining'
  | 'RobertaModel' | 'RobertaForSequenceClassification' | 'RobertaForMaskedLM';

/** Token ids that RoBERTa's configuration carries beside the padding. */
const EXTRA: Readonly<Record<ModelType, JsonObject>> = { bert: {}, roberta: { bos_token_id: 0, eos_token_id: 2 } };

/** `config.json` as `save_pretrained` writes it: keys in alphabetical order, two blanks of indent, a line feed at the end. */
export function writeConfig(config: ModelConfig, architecture: Architecture): string {
  const { labels, ...rest } = config;
  const json: Record<string, unknown> = {
    ...EXTRA[config.model_type],
    ...rest,
    architectures: [architecture],
    classifier_dropout: null,
    position_embedding_type: 'absolute',
  };
  if (labels.length > 0) {
    json.id2label = Object.fromEntries(labels.map((label, id) => [String(id), label]));
    json.label2id = Object.fromEntries(labels.map((label, id) => [label, id]));
  }
  const sorted = Object.fromEntries(Object.entries(json).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify(sorted, null, 2)}\n`;
}
