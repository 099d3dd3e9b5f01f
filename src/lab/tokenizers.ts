import { FormatError } from '../formats/format_error.ts';
import type { ModelSource, Recipe } from '../experiment/recipe.ts';
import { sourceName } from '../experiment/recipe_words.ts';
import type { Folder } from '../hub/folder.ts';
import { readTokenizerFiles } from '../hub/model_folder.ts';
import type { ModelConfig } from '../model/config.ts';
import { checkTokenizerFitsModel, Tokenizer } from '../tokenizer/tokenizer.ts';
import { folderOf, keptSamples, type LoadedSource, type Shelf } from './sources.ts';

/** A tokenizer, and what a person calls it. */
export interface NamedTokenizer {
  readonly tokenizer: Tokenizer;
  readonly name: string;
}

/** The recipe's own tokenizer, else the one that came with the model; FormatError MissingFile when there is neither. */
export async function tokenizerFor(recipe: Recipe, loaded: LoadedSource, shelf: Shelf): Promise<NamedTokenizer> {
  const folder = recipe.tokenizer && (await tokenizerFolder(recipe.tokenizer, shelf));
  const files = folder ? await readTokenizerFiles(folder) : loaded.tokenizerFiles;
  const name = folder?.name ?? sourceName(recipe.teacher);
  if (files.size > 0) return { tokenizer: Tokenizer.fromFiles(files, name), name };
  const listed = folder?.list?.().slice(0, 20).join(', ');
  throw new FormatError('MissingFile', name, 'a tokenizer: tokenizer.json, or vocab.txt with tokenizer_config.json', listed === undefined || listed === '' ? 'none of these files' : listed, 'Add the tokenizer files to the folder, or give a tokenizer folder of its own.');
}

/** The folder of a tokenizer; a set of samples keeps the one that it was made with. */
async function tokenizerFolder(source: ModelSource, shelf: Shelf): Promise<Folder | undefined> {
  return source.kind === 'folder' && source.samples !== undefined ? keptSamples(source.samples, source.name, shelf) : folderOf(source, shelf.given.tokenizer, shelf);
}

/** Refuses a tokenizer that is not the model's, and tells when the model has rows that it never names. */
export function checkFit(recipe: Recipe, { tokenizer, name }: NamedTokenizer, config: ModelConfig, shelf: Shelf): void {
  const model = sourceName(recipe.teacher);
  checkTokenizerFitsModel(tokenizer, config, model === name ? `${model} with its tokenizer` : `${model} with the tokenizer ${name}`);
  const spare = config.vocab_size - tokenizer.vocabSize;
  if (spare > 0) shelf.emit({ type: 'note', text: `${model} has embeddings for ${config.vocab_size} tokens, and the tokenizer ${name} knows ${tokenizer.vocabSize} of them.` });
}
