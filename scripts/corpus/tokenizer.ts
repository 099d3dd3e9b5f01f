/** The tokenizer that a line of `generate_samples` means. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FormatError } from '../../src/formats/format_error.ts';
import { TOKENIZER_FILES } from '../../src/hub/file_names.ts';
import { Tokenizer } from '../../src/tokenizer/tokenizer.ts';
import type { Context } from '../command_line/command.ts';
import { UsageError } from '../command_line/option.ts';
import { bundledModels, MODELS } from '../commands/sources.ts';
import { fetched, isElsewhere } from '../models/elsewhere.ts';

export interface TokenizerChoice {
  readonly name: string;
  readonly vocab?: string | undefined;
  readonly lowerCase: boolean;
}

/** UsageError or FormatError when there is no such tokenizer, or its vocabulary lacks a special token such as [MASK]. */
export async function openTokenizer({ name, vocab, lowerCase }: TokenizerChoice, context: Context): Promise<Tokenizer> {
  if (vocab !== undefined) return fromVocabulary(name, vocab, lowerCase);
  const folder = await folderOf(name, context);
  return Tokenizer.fromFiles(filesOf(folder, TOKENIZER_FILES), folder);
}

async function folderOf(name: string, context: Context): Promise<string> {
  if (existsSync(name)) return name;
  if (bundledModels().includes(name)) return join(MODELS, name);
  // The Hub knows the first models by one word.
  if (isElsewhere(name) || /^[\w.-]+$/.test(name)) return fetched(name, 'tokenizer', context);
  throw new UsageError('--model_name', 'a folder, a bundled model, or a name of the Hub', `"${name}"`);
}

function fromVocabulary(name: string, vocab: string, lowerCase: boolean): Tokenizer {
  if (!existsSync(vocab)) throw new FormatError('MissingFile', vocab, 'a vocabulary', 'no such file', 'Check --vocab_file.');
  const isBytePair = vocab.endsWith('.json');
  if (/roberta/i.test(name) !== isBytePair) throw new UsageError('--vocab_file', /roberta/i.test(name) ? 'vocab.json of a RoBERTa' : 'vocab.txt of a BERT', `"${vocab}" beside --model_name ${name}`);
  if (isBytePair) return Tokenizer.fromFiles(new Map([['vocab.json', bytesOf(vocab)], ...filesOf(dirname(vocab), ['merges.txt'])]), vocab);
  const settings = new TextEncoder().encode(JSON.stringify({ do_lower_case: lowerCase }));
  return Tokenizer.fromFiles(new Map([['vocab.txt', bytesOf(vocab)], ['tokenizer_config.json', settings]]), vocab);
}

function filesOf(folder: string, names: readonly string[]): Map<string, Uint8Array> {
  return new Map(names.filter((name) => existsSync(join(folder, name))).map((name) => [name, bytesOf(join(folder, name))]));
}

const bytesOf = (path: string): Uint8Array => new Uint8Array(readFileSync(path));
