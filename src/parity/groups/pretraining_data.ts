import { documentsOf, type Documents } from '../../corpus/documents.ts';
import { counterDraws, type Draws } from '../../corpus/draws.ts';
import { instancesOf, truncate, type Instance, type InstanceOptions } from '../../corpus/instances.ts';
import { predict, type Marks } from '../../corpus/predictions.ts';
import { parseJsonObject } from '../../formats/text.ts';
import { buildWordPiece } from '../../tokenizer/build.ts';
import type { SpecialIds } from '../../tokenizer/layout.ts';
import { Tokenizer } from '../../tokenizer/tokenizer.ts';
import type { Comparison } from '../comparison.ts';
import { readGolden } from '../golden_files.ts';
import { ownsCase, type GoldenCase, type Plan, type Planner } from '../group.ts';
import { Options } from '../options.ts';
import { recordedDraws, recordedUniforms } from './recorded_draws.ts';

const MAX_BYTES = 64 * 2 ** 20;

/** Group e_pretraining_data: instances by recorded draws, the truncation alone, the number of predictions, the tokens. */
export const pretrainingData: Planner = async (group): Promise<Plan> => {
  const tensors = await group.tensors();
  const path = group.entry.text('extra_file').split(':')[0] ?? '';
  const where = `${group.files.name}/${path}`;
  const json = new Options(parseJsonObject(await readGolden(group.files, path), where, MAX_BYTES), where);
  const vocab = new Map(json.texts('vocab').map((token, id) => [token, id]));
  const tokenizer = wordPiece(vocab, where);
  const source = documentsOf(tokenized(json.text('text'), tokenizer));
  const runs = group.cases().map(({ name }): GoldenCase => ({
    name,
    owns: ownsCase(name),
    run: (comparison) => compareRun(comparison, name, json.object('runs').object(name), source, tokenizer),
  }));
  return {
    tensors,
    cases: [
      ...runs,
      { name: 'tokens', run: async (comparison) => compareTokens(comparison, json, source, tokenizer) },
      { name: 'truncation', run: async (comparison) => json.objects('truncation').forEach((one) => compareTruncation(comparison, one)) },
      { name: 'num_to_predict', run: async (comparison) => compareCounts(comparison, json.object('num_to_predict_table'), tokenizer.special) },
    ],
  };
};

function wordPiece(vocab: ReadonlyMap<string, number>, where: string): Tokenizer {
  const json = buildWordPiece(vocab, { do_lower_case: true }, where);
  return Tokenizer.fromFiles(new Map([['tokenizer.json', new TextEncoder().encode(JSON.stringify(json))]]), where);
}

/** Sentences a line, empty lines between documents. */
function tokenized(text: string, tokenizer: Tokenizer): number[][][] {
  return text.split(/\n\n+/).map((document) => document.split('\n').map((line) => [...tokenizer.split(line.trim())]));
}

function optionsOf(given: Options): InstanceOptions {
  return {
    maxSeqLength: given.number('max_seq_length'),
    maxPredictions: given.number('max_predictions_per_seq'),
    maskedShare: given.number('masked_lm_prob'),
    shortShare: given.number('short_seq_prob'),
    nextSentence: !given.flag('no_nsp'),
  };
}

async function compareRun(comparison: Comparison, name: string, run: Options, source: Documents, tokenizer: Tokenizer): Promise<void> {
  const options = optionsOf(run.object('options'));
  const { cls, sep, mask } = tokenizer.special;
  const marks: Marks = { cls, sep, mask, replacements: [0, tokenizer.vocabSize - 1] };
  const { draws, left } = recordedDraws(run, 'draws');
  const made = [...instancesOf(source, run.object('options').number('dupe_factor'), marks, options, draws)];
  const instances = Array.from(draws.order(made.length), (at) => made[at]!);
  comparison.number('draws that were not asked for', left(), 0, 0);
  await compareArrays(comparison, `expected/${name}`, instances, options);
  for (const [i, one] of run.objects('instances').entries()) comparison.same(`${one.where}, is_random_next`, [Number(instances[i]?.isRandomNext)], [Number(one.flag('is_random_next'))]);
}

/** The arrays of the reference's file and of its reader, padded with 0. */
async function compareArrays(comparison: Comparison, place: string, instances: readonly Instance[], { maxSeqLength, maxPredictions, nextSentence }: InstanceOptions): Promise<void> {
  const rows = (width: number, of: (one: Instance) => ArrayLike<number>) => instances.flatMap((one) => padded(of(one), width, 0));
  const near = (name: string, values: readonly number[]) => comparison.near(`${place}/${name}`, values, { measure: 'absolute', tolerance: 0 });
  await near('input_ids', rows(maxSeqLength, ({ ids }) => ids));
  await near('input_mask', rows(maxSeqLength, ({ ids }) => ids.map(() => 1)));
  await near('segment_ids', rows(maxSeqLength, ({ ids, second }) => ids.map((_, at) => Number(at >= second))));
  await near('masked_lm_positions', rows(maxPredictions, ({ positions }) => positions));
  await near('masked_lm_ids', rows(maxPredictions, ({ labels }) => labels));
  await near('dataset_masked_lm_labels', rows(maxSeqLength, (one) => labelsByPlace(one, maxSeqLength)));
  if (!nextSentence) return;
  await near('next_sentence_labels', instances.map(({ isRandomNext }) => Number(isRandomNext)));
  // The reference's reader takes the label of another row: the one with the number of the row's predictions.
  await near('dataset_next_sentence_labels_as_published', instances.map(({ positions }) => Number(instances[positions.length]?.isRandomNext)));
}

function padded(values: ArrayLike<number>, width: number, padding: number): number[] {
  return Array.from({ length: width }, (_, i) => values[i] ?? padding);
}

/** [T] the words to predict in their places, −1 elsewhere. */
function labelsByPlace({ positions, labels }: Instance, width: number): number[] {
  const out = new Array<number>(width).fill(-1);
  positions.forEach((at, i) => (out[at] = labels[i]!));
  return out;
}

function compareTokens(comparison: Comparison, json: Options, source: Documents, tokenizer: Tokenizer): void {
  const named = (ids: ArrayLike<number>) => Array.from(ids, (id) => tokenizer.token(id));
  const expected = flatTexts(json.json['tokenized_sentences']);
  const got = named(source.ids);
  comparison.number('tokens of the text that differ', Math.abs(got.length - expected.length) + expected.filter((token, i) => token !== got[i]).length, 0, 0);
  for (const one of json.objects('tokenizer_edge_cases')) comparison.same(one.where, [...tokenizer.split(one.text('text'))], one.numbers('ids'));
}

function flatTexts(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(flatTexts);
  return typeof value === 'string' ? [value] : [];
}

function compareTruncation(comparison: Comparison, one: Options): void {
  const isPair = one.text('kind') === 'pair';
  const tokens = { a: one.texts(isPair ? 'tokens_a' : 'tokens'), b: isPair ? one.texts('tokens_b') : [] };
  const run = (list: readonly string[]) => ({ from: 0, to: list.length });
  const [first, second] = [run(tokens.a), run(tokens.b)];
  const draws: Draws = recordedUniforms(one.numbers('draws'), one.where);
  truncate({ first, second }, one.number('max_num_tokens'), draws);
  const compare = (name: string, list: readonly string[], { from, to }: { from: number; to: number }) =>
    comparison.same(`${one.where}, ${name}`, Array.from({ length: to - from }, (_, i) => from + i), one.texts(name).map((token) => list.indexOf(token)));
  compare(isPair ? 'expected_a' : 'expected', tokens.a, first);
  if (isPair) compare('expected_b', tokens.b, second);
}

/** Predictions of samples of each length, special tokens included, whatever is drawn. */
function compareCounts(comparison: Comparison, table: Options, { cls, sep, mask, unk }: SpecialIds): void {
  const maxPredictions = table.number('max_predictions_per_seq');
  const marks: Marks = { cls, sep, mask, replacements: [unk, unk] };
  const rows = table.lists('rows').map((row) => row.map(Number));
  const got = rows.map(([length = NaN, maskedShare = NaN], i) => {
    const ids = Uint32Array.from({ length }, (_, at) => (at === 0 ? cls : at === length - 1 ? sep : unk));
    return predict(ids, marks, { maskedShare, maxPredictions }, counterDraws(i)).positions.length;
  });
  comparison.same('num_predictions', got, rows.map(([, , count = NaN]) => count));
}
