/** A pasted line of `pretrain`: a run that the form has no fields for, ready to begin. */
import { pastedLine, shellWords } from '../../experiment/shell_words.ts';
import { readOptions } from '../../experiment/option_reader.ts';
import { DEFAULT_RECIPE } from '../../experiment/presets.ts';
import type { ModelSource } from '../../experiment/recipe.ts';
import { sourceName } from '../../experiment/recipe_words.ts';
import { corpusOf, maskedWordsRecipe, PRETRAIN_OPTIONS, SHAPE, textDistillationRecipe } from '../../experiment/text_recipe.ts';
import { trainingOf } from '../../experiment/training_values.ts';
import { BUNDLED_LAYERS, teacherNamed, type PageSources, type PastedRuns } from './paste.ts';

/** Options that only a terminal has a use for, or whose folders a page cannot open. */
const TERMINAL_ONLY = ['output_dir', 'port', 'install-browser', 'shards', 'data', 'tokenizer', 'train_file', 'validation_file'] as const;

/** Whether a pasted text is a line of `pretrain`. */
export function isPretrainLine(line: string): boolean {
  return !line.trimStart().startsWith('{') && pastedLine(shellWords(line)).command === 'pretrain';
}

/**
 * The run of a line of `pretrain`, on the generated corpus. UsageError for what cannot be understood.
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
  const recipe = { ...read.recipe, teacher: model, data: corpusOf(values), training, backend };
  for (const name of TERMINAL_ONLY) if (values[name] !== undefined) notes.push(`--${name}: the page has no use for it.`);
  return { recipes: [recipe], notes: [`Ready to begin: ${recipe.name}, ${values.teacher === undefined ? 'pretrained' : 'distilled'} from ${sourceName(model)}.`, ...notes, ...read.notes] };
}

function modelOf(name: string, { teacher }: PageSources, notes: string[]): ModelSource {
  const known = teacherNamed(name);
  if (known) return known;
  const own = teacher?.kind === 'folder' ? teacher : undefined;
  notes.push(own ? `${name}: the folder ${own.name} under “Your own files” is used.` : `${name}: a page cannot open a model by its path; ${SHAPE} is used. Give its folder under “Your own files”.`);
  return own ?? { kind: 'scratch', num_hidden_layers: 12, hidden_size: 64 };
}

function layersOf(model: ModelSource, { teacherLayers }: PageSources): number {
  if (model.kind === 'scratch') return model.num_hidden_layers;
  return model.kind === 'folder' ? teacherLayers : BUNDLED_LAYERS;
}
