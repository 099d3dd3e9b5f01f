/** What the page says of a model, as sentences; texts of a file appear in them as they are, but for characters that hide. */
import type { Head, ModelConfig } from '../../model/config.ts';
import type { FitReport, InspectedModel, MaybeStats } from '../../worker/inspector_protocol.ts';
import { significant, wholeNumber } from '../state/numbers.ts';

/** Characters of a name that are shown. */
const LONGEST = 160;
/** Names of one kind that a report lists. */
const LISTED = 2000;

/** A text of a file without the characters that steer or turn what stands around them. */
export function printable(text: string): string {
  const plain = text.replace(/[\p{Cc}\p{Cf}]/gu, '\uFFFD');
  return plain.length > LONGEST ? `${plain.slice(0, LONGEST)}…` : plain;
}

/** A shape as Python prints it. */
export function shapeWords(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

const labelWords = (labels: readonly string[]): string => {
  if (labels.length <= 1) return 'one number';
  const names = labels.slice(0, 6).map(printable).join(', ');
  return `${labels.length} labels (${names}${labels.length > 6 ? ', …' : ''})`;
};

const HEADS: Readonly<Record<Head, (config: ModelConfig) => string>> = {
  classification: ({ labels, model_type }) => `${model_type === 'bert' ? 'a pooler and ' : 'a dense layer and '}a classifier of ${labelWords(labels)}`,
  'masked-lm': ({ vocab_size }) => `a masked-LM head over ${wholeNumber(vocab_size)} tokens, whose decoder is the word embedding again`,
  'next-sentence': () => 'a next-sentence head',
};

/** An architecture in words: what the diagram draws. */
export function architectureWords(config: ModelConfig, heads: readonly Head[]): string[] {
  const { num_hidden_layers: layers, hidden_size: d, num_attention_heads: h, intermediate_size: f, vocab_size, max_position_embeddings, type_vocab_size: types } = config;
  const pre = config.encoder_ln_mode === 'pre-ln';
  return [
    `Embeddings of ${wholeNumber(vocab_size)} tokens, ${wholeNumber(max_position_embeddings)} positions and ${types} token type${types === 1 ? '' : 's'}, ${d} wide${config.layernorm_embedding === false ? ', without LayerNorm' : ', with LayerNorm'}.`,
    `${layers} layer${layers === 1 ? '' : 's'}, each with ${h} attention head${h === 1 ? '' : 's'} of ${d / h} and a feed-forward part ${d} → ${f} → ${d} (${config.hidden_act}); LayerNorm ${pre ? 'before each of the two, and once at the end' : 'behind each of the two'}.`,
    heads.length === 0 ? 'No head: an encoder alone.' : `On top: ${heads.map((head) => HEADS[head](config)).join('; ')}.`,
  ];
}

/** A part of the report: one sentence, and the tensors that it is about. */
export interface ReportPart {
  readonly sentence: string;
  readonly names: readonly string[];
  /** Whether the model cannot be used because of it. */
  readonly bad: boolean;
}

const tensors = (n: number): string => (n === 1 ? 'One tensor' : `${wholeNumber(n)} tensors`);

function part(names: readonly string[], bad: boolean, sentence: string): ReportPart[] {
  const rest = names.length - LISTED;
  return names.length === 0 ? [] : [{ sentence, bad, names: [...names.slice(0, LISTED), ...(rest > 0 ? [`and ${wholeNumber(rest)} more`] : [])] }];
}

/** What does not fit between file and configuration, and what follows from it; one good sentence where everything fits. */
export function reportParts({ missing, unexpected, misshaped, heads }: FitReport): ReportPart[] {
  const shapes = misshaped.map(({ name, expected, got }) => `${printable(name)} is ${shapeWords(got)} instead of ${shapeWords(expected)}`);
  const head: ReportPart[] = heads.includes('classification') ? [] : [{ sentence: 'There is no classification head: for a task it begins at random, and is trained first.', names: [], bad: false }];
  const parts = [
    ...part(missing.map(printable), true, `${tensors(missing.length)} that the configuration describes ${missing.length === 1 ? 'is' : 'are'} missing.`),
    ...part(shapes, true, `${tensors(misshaped.length)} ${misshaped.length === 1 ? 'has' : 'have'} another shape than the configuration describes.`),
    ...part(unexpected.map(printable), false, `${tensors(unexpected.length)} that no part of the architecture uses ${unexpected.length === 1 ? 'is' : 'are'} left out.`),
  ];
  const whole: ReportPart[] = parts.length === 0 ? [{ sentence: 'Every tensor that the configuration describes is there, and no other.', names: [], bad: false }] : [];
  return [...whole, ...parts, ...head];
}

/** Dtypes that can be trained with; buffers of integers may lie beside them. */
const FLOATS = new Set(['F32', 'F16', 'BF16']);
const BUFFER = /(^|\.)embeddings\.(position_ids|token_type_ids)$/;

/** Why a model cannot be a teacher, as sentences; none where it can, as far as it was looked at. */
export function obstacles({ config, configFault, fit, tensors: lines }: InspectedModel, stats: readonly (MaybeStats | undefined)[]): string[] {
  const other = lines.filter(({ name, dtype }) => !FLOATS.has(dtype) && !BUFFER.test(name));
  const broken = lines.filter((_, i) => (stats[i]?.nonFinite ?? 0) > 0);
  return [
    ...(configFault ? ['Its config.json describes no BERT or RoBERTa that the lab computes.'] : []),
    ...(!config && !configFault ? ['It has no config.json that says how many heads and layers there are.'] : []),
    ...(fit && fit.missing.length + fit.misshaped.length > 0 ? ['Tensors are missing or of another shape.'] : []),
    ...(other.length > 0 ? [`${tensors(other.length)} ${other.length === 1 ? 'is' : 'are'} of a dtype that cannot be trained with (${[...new Set(other.map(({ dtype }) => dtype))].join(', ')}).`] : []),
    ...(broken.length > 0 ? [`${tensors(broken.length)} ${broken.length === 1 ? 'holds' : 'hold'} values that are not finite.`] : []),
  ];
}

/** A histogram in words: its range, and where most values lie. */
export function histogramWords({ min, max, histogram }: NonNullable<MaybeStats>): string {
  const all = histogram.reduce((a, b) => a + b, 0);
  if (all === 0) return 'no finite values';
  const most = histogram.indexOf(Math.max(...histogram));
  const width = (max - min) / histogram.length;
  if (width === 0) return `all finite values are ${significant(min)}`;
  const share = Math.round((100 * (histogram[most] ?? 0)) / all);
  return `from ${significant(min)} to ${significant(max)}; ${share} % lie between ${significant(min + most * width)} and ${significant(min + (most + 1) * width)}`;
}
