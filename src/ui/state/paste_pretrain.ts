/** A pasted line of `pretrain`: a run that the form has no fields for, ready to begin. */
import { pastedLine, shellWords } from '../../experiment/shell_words.ts';
import { readOptions } from '../../experiment/option_reader.ts';
import { DEFAULT_RECIPE } from '../../experiment/presets.ts';
import type { ModelSource, Recipe } from '../../experiment/recipe.ts';
import { sourceName } from '../../experiment/recipe_words.ts';
import { corpusOf, maskedWordsRecipe, PRETRAIN_OPTIONS, SHAPE, textDistillationRecipe, type PretrainValues } from '../../experiment/text_recipe.ts';
import { given, trainingOf } from '../../experiment/training_values.ts';
import { layersOf, teacherNamed, type PageSources, type PastedRuns } from './paste.ts';

/** Options that only a terminal has a use for, or whose folders a page cannot open. */
const TERMINAL_ONLY = ['output_dir', 'port', 'install-browser', 'data', 'train_file', 'validation_file'] as const;

/** Whether a pasted text is a line of `pretrain`. */
export function isPretrainLine(line: string): boolean {
  return !line.trimStart().startsWith('{') && pastedLine(shellWords(line)).command === 'pretrain';
}

/**
 * The run of a line of `pretrain`, on the samples that the form has, or on the generated corpus. UsageError for what cannot be understood.
 *
 * Models that the page cannot get by name are those given under "Your own files".
 */
export function readPastedPretrain(line: string, page: PageSources): PastedRuns {
  const values = readOptions(PRETRAIN_OPTIONS, pastedLine(shellWords(line)).options);
  const notes: string[] = [];
  const model = modelOf(values.teacher ?? values.model ?? SHAPE, page, notes);
  const initFrom = values.init_from === undefined ? undefined : modelOf(values.init_from, page, notes);
  const layers = layersOf(model, page);
  const read = values.teacher === undefined
    ? { recipe: maskedWordsRecipe(values, layers), notes: [] }
    : textDistillationRecipe(values, { teacherLayers: layers, ...(initFrom ? { initFrom, initLayers: layersOf(initFrom, page) } : {}) });
  const { training, backend } = { training: trainingOf(values, read.recipe.training), backend: values.backend ?? DEFAULT_RECIPE.backend };
  const recipe = { ...read.recipe, teacher: model, data: corpusOf(values), training, backend, ...sourcesOf(values, page, notes) };
  for (const name of TERMINAL_ONLY) if (values[name] !== undefined) notes.push(`--${name}: the page has no use for it.`);
  return { recipes: [recipe], notes: [`Ready to begin: ${recipe.name}, ${values.teacher === undefined ? 'pretrained' : 'distilled'} from ${sourceName(model)}.`, ...notes, ...read.notes] };
}

/** Samples and tokenizer as the page has them, where the line names some; a set of samples brings its tokenizer along. */
function sourcesOf({ shards, tokenizer }: PretrainValues, page: PageSources, notes: string[]): Partial<Pick<Recipe, 'data' | 'tokenizer'>> {
  const samples = page.data?.kind === 'folder' ? page.data : undefined;
  const own = page.tokenizer ?? (samples?.samples === undefined ? undefined : ({ kind: 'folder', name: samples.name, samples: samples.samples } as const));
  if (shards !== undefined) notes.push(`--shards ${shards}: ${samples ? `the samples ${samples.name} are used.` : 'a page cannot open a folder by its name; make or import its samples in the view Text, and choose them as the text of the form. The generated corpus is used.'}`);
  if (tokenizer !== undefined) notes.push(`--tokenizer ${tokenizer}: ${own ? `that of ${sourceName(own)} is used.` : 'give its folder under “Your own files”; the model’s own is used.'}`);
  return given({ data: shards === undefined ? undefined : samples, tokenizer: tokenizer === undefined ? undefined : own });
}

function modelOf(name: string, { teacher }: PageSources, notes: string[]): ModelSource {
  const known = teacherNamed(name);
  if (known) return known;
  const own = teacher?.kind === 'folder' ? teacher : undefined;
  notes.push(own ? `${name}: the folder ${own.name} under “Your own files” is used.` : `${name}: a page cannot open a model by its path; ${SHAPE} is used. Give its folder under “Your own files”.`);
  return own ?? { kind: 'scratch', num_hidden_layers: 12, hidden_size: 64 };
}
