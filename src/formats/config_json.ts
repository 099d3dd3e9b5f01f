/** Hugging Face's `config.json` of BERT and RoBERTa ↔ `ModelConfig`; every number is bounded before it is used. */
import type { Head, LayerNormMode, ModelConfig } from '../model/config.ts';
import { Fields } from './config_fields.ts';
import { isJsonObject, parseJsonObject, type JsonObject } from './text.ts';

const MAX_BYTES = 2 ** 20;
const MAX_LABELS = 10_000;

type ModelType = ModelConfig['model_type'];

/** Activations by the names in use; the fast and the tanh forms are one function. */
const ACTIVATIONS: ReadonlyMap<unknown, ModelConfig['hidden_act']> = new Map([
  ['gelu', 'gelu'], ['gelu_python', 'gelu'],
  ['gelu_new', 'gelu_new'], ['gelu_fast', 'gelu_new'], ['gelu_pytorch_tanh', 'gelu_new'], ['gelu_accurate', 'gelu_new'],
  ['relu', 'relu'],
]);

const LN_MODES: ReadonlyMap<unknown, LayerNormMode> = new Map([['post-ln', 'post-ln'], ['pre-ln', 'pre-ln']]);
const SWITCH: ReadonlyMap<unknown, boolean> = new Map([[true, true], [false, false]]);
/** The two implementations of one LayerNorm that the task-agnostic reference can name; its RMS norm is another function. */
const NORM_TYPES: ReadonlyMap<unknown, 'layer norm'> = new Map([['pytorch', 'layer norm'], ['apex', 'layer norm']]);
/** Kinds of labels whose loss and probabilities are a softmax over classes, or one number. */
const PROBLEMS: ReadonlyMap<unknown, 'single'> = new Map([['single_label_classification', 'single'], ['regression', 'single']]);

/**
 * Reads `config.json`; fields that are absent take the defaults of Hugging Face's BertConfig and RobertaConfig.
 *
 * `labels` come from id2label, else LABEL_0 … by num_labels (2 when absent). Throws FormatError NotJson, or BadConfig
 * that lists every bad or unsupported field at once.
 */
export function readConfig(bytes: Uint8Array, where: string): ModelConfig {
  const fields = new Fields(parseJsonObject(bytes, where, MAX_BYTES));
  const model_type = readModelType(fields);
  const config = {
    model_type,
    ...readSizes(fields, model_type),
    hidden_act: fields.oneOf('hidden_act', ACTIVATIONS, 'gelu'),
    hidden_dropout_prob: fields.real('hidden_dropout_prob', 0.1, 0, 1),
    attention_probs_dropout_prob: fields.real('attention_probs_dropout_prob', 0.1, 0, 1),
    initializer_range: fields.real('initializer_range', 0.02, 0, 10),
    layer_norm_eps: fields.real('layer_norm_eps', 1e-12, 0, 0.1),
    labels: readLabels(fields),
    ...readOptional(fields),
  };
  checkUnsupported(fields);
  fields.finish(where);
  return config;
}

type Optional = Pick<ModelConfig, 'classifier_dropout' | 'encoder_ln_mode' | 'layernorm_embedding' | 'finetuning_task'>;

/** Fields that most files lack; each is left out where it has its usual value. */
function readOptional(fields: Fields): Optional {
  const finetuning_task = fields.value('finetuning_task');
  if (finetuning_task !== undefined && typeof finetuning_task !== 'string') fields.bad('finetuning_task', 'text');
  const dropout = fields.value('classifier_dropout') === undefined ? undefined : fields.real('classifier_dropout', 0, 0, 1);
  return {
    ...(dropout !== undefined && { classifier_dropout: dropout }),
    ...(fields.oneOf('encoder_ln_mode', LN_MODES, 'post-ln') === 'pre-ln' && { encoder_ln_mode: 'pre-ln' as const }),
    ...(!fields.oneOf('layernorm_embedding', SWITCH, true) && { layernorm_embedding: false }),
    ...(typeof finetuning_task === 'string' && { finetuning_task }),
  };
}

/** Parts of an architecture that would change the numbers and are not computed here. */
function checkUnsupported(fields: Fields): void {
  fields.only('position_embedding_type', 'absolute');
  fields.only('is_decoder', false);
  fields.only('add_cross_attention', false);
  fields.only('is_encoder_decoder', false);
  fields.oneOf('layer_norm_type', NORM_TYPES, 'layer norm');
  fields.oneOf('problem_type', PROBLEMS, 'single');
  fields.absent('pruned_heads');
  fields.absent('quantization_config');
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
  const pad_token_id = fields.integer('pad_token_id', model_type === 'roberta' ? 1 : 0, 0, vocab_size - 1);
  return {
    vocab_size,
    hidden_size,
    num_hidden_layers: fields.integer('num_hidden_layers', 12, 1, 48),
    num_attention_heads,
    intermediate_size: fields.integer('intermediate_size', 3072, 1, 16_384),
    // RoBERTa's positions begin after the padding's.
    max_position_embeddings: fields.integer('max_position_embeddings', 512, model_type === 'roberta' ? pad_token_id + 2 : 1, 16_384),
    type_vocab_size: fields.integer('type_vocab_size', 2, 1, 16),
    pad_token_id,
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
  | 'BertModel' | 'BertForSequenceClassification' | 'BertForMaskedLM' | 'BertForNextSentencePrediction' | 'BertForPreTraining'
  | 'RobertaModel' | 'RobertaForSequenceClassification' | 'RobertaForMaskedLM';

/** The classes of one model type, those with the fewest heads last. */
type Classes = readonly (readonly [Architecture, readonly Head[]])[];

const CLASSES: Readonly<Record<ModelType, Classes>> = {
  bert: [
    ['BertForSequenceClassification', ['classification']],
    ['BertForPreTraining', ['masked-lm', 'next-sentence']],
    ['BertForMaskedLM', ['masked-lm']],
    ['BertForNextSentencePrediction', ['next-sentence']],
    ['BertModel', []],
  ],
  roberta: [
    ['RobertaForSequenceClassification', ['classification']],
    ['RobertaForMaskedLM', ['masked-lm']],
    ['RobertaModel', []],
  ],
};

/** The class that opens a model with these heads; that of the first in the table which the model can fill. */
export function architectureOf({ model_type }: Pick<ModelConfig, 'model_type'>, heads: readonly Head[]): Architecture {
  return CLASSES[model_type].find(([, needed]) => needed.every((head) => heads.includes(head)))![0];
}

/** Whether `transformers` computes the same: it knows neither pre-LN nor embeddings without LayerNorm, and would open them as if they were BERT. */
export function opensInTransformers({ encoder_ln_mode = 'post-ln', layernorm_embedding = true }: ModelConfig): boolean {
  return encoder_ln_mode === 'post-ln' && layernorm_embedding;
}

/** Token ids that RoBERTa's configuration carries beside the padding. */
const EXTRA: Readonly<Record<ModelType, JsonObject>> = { bert: {}, roberta: { bos_token_id: 0, eos_token_id: 2 } };

/** `config.json` as `save_pretrained` writes it: keys in alphabetical order, two blanks of indent, a line feed at the end. */
export function writeConfig(config: ModelConfig, architecture: Architecture): string {
  const { labels, ...rest } = config;
  const json: Record<string, unknown> = {
    ...EXTRA[config.model_type],
    ...rest,
    architectures: [architecture],
    classifier_dropout: config.classifier_dropout ?? null,
    position_embedding_type: 'absolute',
  };
  if (labels.length > 0) {
    json.id2label = Object.fromEntries(labels.map((label, id) => [String(id), label]));
    json.label2id = Object.fromEntries(labels.map((label, id) => [label, id]));
  }
  const sorted = Object.fromEntries(Object.entries(json).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify(sorted, null, 2)}\n`;
}
