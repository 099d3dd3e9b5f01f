/** `predict`: what a model answers to texts, or to a whole split of a task, under Node, without a browser. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from '../../src/fault/fault.ts';
import { FormatError } from '../../src/formats/format_error.ts';
import { isJsonObject, parseJsonObject, showValue } from '../../src/formats/text.ts';
import { textTable } from '../../src/experiment/text_table.ts';
import { command, type Context, type Outcome } from '../command_line/command.ts';
import { choice, integer, text, UsageError, type Values } from '../command_line/option.ts';
import { localPath } from '../models/elsewhere.ts';
import { withBundle } from '../node_bundle.ts';
import { predictSplitWork, SPLIT_OPTIONS } from './predict_options.ts';
import type { main, PredictJob, Predicted, Question } from '../predict_entry.ts';

const OPTIONS = {
  model: text('MODEL', 'the model: bundled by name, a folder with config.json, weights and tokenizer files, a zip archive of one, org/name[@revision] on the Hub, or an address'),
  text: text('TEXT', 'the text to classify'),
  text_pair: text('TEXT', 'the second text, for tasks on pairs'),
  input: text('FILE', 'many texts, one JSON object a line: {"text": …, "text_pair": …}'),
  ...SPLIT_OPTIONS,
  max_seq_length: integer(3, 16_384, 'longer texts are cut to this many tokens', '128, or the positions of the model'),
  backend: choice(['wasm', 'cpu'], 'what computes', 'wasm'),
} as const;

export const predict = command({
  name: 'predict',
  summary: 'Classify texts, or a split of a task, by a model: labels, probabilities, scores and the file that GLUE takes.',
  options: OPTIONS,
  plan: (values) => {
    const model = values.model;
    if (model === undefined) throw new UsageError('--model', 'a model folder', 'nothing');
    if (values.split !== undefined || values.task !== undefined) return splitWork(values, model);
    refuse(SPLIT_ALONE, values, '--split beside it');
    const questions = questionsFrom(values);
    return async (context) => {
      const job: PredictJob = { model: await localPath(model, context), questions, backend: values.backend ?? 'wasm', maxLength: values.max_seq_length ?? 128 };
      const result = await withBundle<{ main: typeof main }, Awaited<ReturnType<typeof main>>>(join(import.meta.dirname, '..', 'predict_entry.ts'), (bundle) => bundle.main(job));
      if ('code' in result) throw new Fault(result);
      const answers = questions.map((question, i) => answer(question, result, i));
      const { labels } = result;
      const json = values.input === undefined ? { ok: true, model, labels, ...answers[0] } : { ok: true, model, labels, predictions: answers };
      return { json, text: asText(labels, answers) };
    };
  },
});

/** Options that belong to a split alone. */
const SPLIT_ALONE = Object.keys(SPLIT_OPTIONS) as (keyof typeof SPLIT_OPTIONS)[];

/** UsageError for the first of these options that was given. */
function refuse(names: readonly (keyof typeof OPTIONS)[], values: Values<typeof OPTIONS>, expected: string): void {
  const name = names.find((one) => values[one] !== undefined);
  if (name !== undefined) throw new UsageError(`--${name}`, expected, 'none');
}

function splitWork(values: Values<typeof OPTIONS>, model: string): (context: Context) => Promise<Outcome> {
  for (const name of ['text', 'text_pair', 'input'] as const) if (values[name] !== undefined) throw new UsageError(`--${name}`, 'texts, or a --split, not both', 'both');
  return predictSplitWork({ ...values, model });
}

function questionsFrom(values: Values<typeof OPTIONS>): readonly Question[] {
  const { text: one, text_pair, input } = values;
  if ((one === undefined) === (input === undefined)) throw new UsageError('command line', 'either --text or --input', one === undefined ? 'neither' : 'both');
  if (input === undefined) return [{ text: one!, ...(text_pair === undefined ? {} : { text_pair }) }];
  if (text_pair !== undefined) throw new UsageError('--text_pair', '--text beside it', '--input');
  if (!existsSync(input)) throw new UsageError('--input', 'a file', `"${input}", which does not exist`);
  return readQuestions(readFileSync(input), input);
}

/** The questions of a JSON Lines file; blank lines are passed over. FormatError with the line of the first that is none. */
export function readQuestions(bytes: Uint8Array, where: string): Question[] {
  const lines = new TextDecoder().decode(bytes).split('\n').map((line, i) => ({ line, place: `${where}, line ${i + 1}` }));
  const questions = lines.filter(({ line }) => line.trim() !== '').map(({ line, place }) => questionOf(line, place));
  if (questions.length === 0) throw new FormatError('EmptyFile', where, 'one JSON object a line', 'an empty file', 'Write {"text": "…"} in each line.');
  return questions;
}

function questionOf(line: string, where: string): Question {
  const { text: first, text_pair } = parseJsonObject(new TextEncoder().encode(line), where, 2 ** 20);
  const pairIsText = text_pair === undefined || text_pair === null || typeof text_pair === 'string';
  if (typeof first === 'string' && pairIsText) return { text: first, ...(typeof text_pair === 'string' ? { text_pair } : {}) };
  throw new FormatError('BadRow', where, 'an object with "text", and for pairs "text_pair"', showValue(isJsonObject(first) ? first : (first ?? text_pair)), 'Write {"text": "…", "text_pair": "…"}.');
}

interface Answer extends Question {
  /** The word of the largest logit; absent for a regression model, whose one number is in `logits`. */
  readonly label?: string;
  readonly logits: readonly number[];
  readonly probabilities?: readonly number[];
}

function answer(question: Question, { labels, logits }: Predicted, index: number): Answer {
  const row = logits[index] ?? [];
  if (labels.length < 2) return { ...question, logits: row };
  return { ...question, label: labels[row.indexOf(Math.max(...row))] ?? '', logits: row, probabilities: softmax(row) };
}

function softmax(logits: readonly number[]): number[] {
  const top = Math.max(...logits);
  const powers = logits.map((z) => Math.exp(z - top));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

function asText(labels: readonly string[], answers: readonly Answer[]): string {
  return answers.map(({ text: first, text_pair, label, logits, probabilities }) => {
    const rows = logits.map((logit, i) => [labels[i] ?? 'value', logit.toFixed(4), probabilities?.[i]?.toFixed(4) ?? '–']);
    return [first, ...(text_pair === undefined ? [] : [text_pair]), ...(label === undefined ? [] : [`→ ${label}`]), '', textTable([['label', 'logit', 'probability'], ...rows]), ''].join('\n');
  }).join('\n');
}
