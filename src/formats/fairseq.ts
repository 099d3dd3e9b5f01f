/** The architecture of a RoBERTa that fairseq trained, from the shapes and the training arguments in its `model.pt`. */
import type { ModelConfig } from '../model/config.ts';
import { readConfig } from './config_json.ts';
import { FormatError } from './format_error.ts';
import { PickleObject, type PickleValue } from './pickle.ts';
import type { JsonObject } from './text.ts';

/** Where fairseq keeps the encoder; older versions called it the decoder. */
const ENCODER = /^(encoder|decoder)\.sentence_encoder\./;
const LAYER = /^layers\.(\d+)\./;
const CLASSIFIER = /^classification_heads\.[^.]+\.out_proj\.weight$/;

/** RoBERTa's features by head at every published size; used where the file does not tell the number of heads. */
const HEAD_WIDTH = 64;

/** fairseq's names of the activation functions; its `gelu` is the exact one. */
const ACTIVATIONS: ReadonlyMap<PickleValue, string> = new Map([['gelu', 'gelu'], ['gelu_fast', 'gelu_new'], ['gelu_accurate', 'gelu_new'], ['relu', 'relu']]);

interface Checkpoint {
  readonly tensors: ReadonlyMap<string, { readonly shape: readonly number[] }>;
  readonly rest: ReadonlyMap<string, PickleValue>;
}

/**
 * The configuration of a fairseq RoBERTa; undefined when the tensors are not of one.
 *
 * Widths, depth and classes come from the shapes, heads, activation and dropout from the training arguments (`args`, or
 * `cfg.model` in newer versions). Throws FormatError TensorMismatch when embeddings are missing, BadConfig for sizes
 * that no model can have.
 */
export function fairseqConfig({ tensors, rest }: Checkpoint, where: string): ModelConfig | undefined {
  const encoder = new Map([...tensors].filter(([name]) => ENCODER.test(name)).map(([name, { shape }]) => [name.replace(ENCODER, ''), shape]));
  if (encoder.size === 0) return undefined;
  const size = (name: string, axis: number): number => {
    const found = encoder.get(name)?.[axis];
    if (found !== undefined) return found;
    throw new FormatError('TensorMismatch', where, `tensor ${name} of a fairseq RoBERTa`, 'none', 'Give a checkpoint that fairseq wrote for a RoBERTa model.');
  };
  const layers = Math.max(-1, ...[...encoder.keys()].map((name) => Number(LAYER.exec(name)?.[1] ?? -1))) + 1;
  const width = size('embed_tokens.weight', 1);
  const classes = [...tensors].find(([name]) => CLASSIFIER.test(name))?.[1].shape[0];
  const json = {
    model_type: 'roberta',
    vocab_size: size('embed_tokens.weight', 0),
    hidden_size: width,
    num_hidden_layers: layers,
    intermediate_size: size('layers.0.fc1.weight', 0),
    max_position_embeddings: size('embed_positions.weight', 0),
    type_vocab_size: 1,
    layer_norm_eps: 1e-5,
    pad_token_id: 1,
    ...fromArguments(argumentsOf(rest), width),
    ...(classes === undefined ? {} : { num_labels: classes }),
  };
  return readConfig(new TextEncoder().encode(JSON.stringify(json)), `${where}, architecture`);
}

function fromArguments(args: ReadonlyMap<PickleValue, PickleValue>, width: number): JsonObject {
  return {
    num_attention_heads: args.get('encoder_attention_heads') ?? Math.max(1, Math.round(width / HEAD_WIDTH)),
    hidden_act: ACTIVATIONS.get(args.get('activation_fn') ?? 'gelu') ?? args.get('activation_fn'),
    hidden_dropout_prob: args.get('dropout') ?? 0.1,
    attention_probs_dropout_prob: args.get('attention_dropout') ?? 0.1,
  };
}

/** The model's training arguments by name; empty where the file has none. */
function argumentsOf(rest: ReadonlyMap<string, PickleValue>): ReadonlyMap<PickleValue, PickleValue> {
  const config = fields(rest.get('cfg'));
  const model = fields(config.get('model'));
  return model.size > 0 ? model : fields(rest.get('args'));
}

/** The fields of a dictionary, or of a Namespace. */
function fields(value: PickleValue | undefined): ReadonlyMap<PickleValue, PickleValue> {
  const content: PickleValue | undefined = value instanceof PickleObject ? value.state : value;
  return content instanceof Map ? content : new Map();
}
