import { parseJsonObject } from '../../formats/text.ts';
import { TOKENIZER_FILES } from '../../hub/file_names.ts';
import { Tokenizer } from '../../tokenizer/tokenizer.ts';
import type { Comparison } from '../comparison.ts';
import type { GoldenFiles } from '../golden_files.ts';
import type { GoldenCase, Plan, Planner, SkippedCase } from '../group.ts';
import { Options } from '../options.ts';

const MAX_BYTES = 256 * 2 ** 20;

/** Group t: token ids, types and padding of single texts and pairs. */
export const tokenizers: Planner = async (group): Promise<Plan> => {
  const where = `${group.files.name}/${group.entry.text('file')}`;
  const cases = new Options(parseJsonObject(await group.bytes(), where, MAX_BYTES), where).objects('cases');
  const names = [...new Set(cases.map((one) => one.text('tokenizer')))];
  const open = new Map<string, Tokenizer | undefined>();
  for (const name of names) open.set(name, await openTokenizer(group.tokenizers, name));
  return { cases: cases.map((one, i) => planned(one, `${one.text('tokenizer')}#${i}`, open.get(one.text('tokenizer')))) };
};

function planned(one: Options, name: string, tokenizer: Tokenizer | undefined): GoldenCase | SkippedCase {
  if (!tokenizer) return { name, why: `no files of the tokenizer ${one.text('tokenizer')}: name the folder that has them with --tokenizers` };
  return { name, run: (comparison) => compare(comparison, tokenizer, one) };
}

async function compare(comparison: Comparison, tokenizer: Tokenizer, one: Options): Promise<void> {
  const [ids, types, mask] = [one.numbers('ids'), one.numbers('type_ids'), one.numbers('attention_mask')];
  const second = one.json['b'] === null ? undefined : one.text('b');
  const length = one.number('max_length');
  const encoding = tokenizer.encode(one.text('a'), second, length);
  const padding = one.flag('padding') ? Math.max(0, length - encoding.ids.length) : 0;
  const padded = (values: readonly number[], value: number) => [...values, ...new Array<number>(padding).fill(value)];
  comparison.same('ids', padded(encoding.ids, tokenizer.special.pad), ids);
  comparison.same('type_ids', padded(encoding.typeIds, 0), types);
  comparison.same('attention_mask', padded(encoding.ids.map(() => 1), 0), mask);
}

async function openTokenizer(files: GoldenFiles | undefined, name: string): Promise<Tokenizer | undefined> {
  const found = new Map<string, Uint8Array>();
  for (const file of TOKENIZER_FILES) {
    const bytes = await files?.read(`${name}/${file}`);
    if (bytes) found.set(file, bytes);
  }
  return found.size > 0 ? Tokenizer.fromFiles(found, name) : undefined;
}
