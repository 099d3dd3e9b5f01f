/** A pasted line of `run_pretraining`: a run that the form has no fields for, ready to begin. */
import { BUNDLED_BASE } from '../../experiment/presets.ts';
import type { ModelSource, Recipe } from '../../experiment/recipe.ts';
import { sourceName } from '../../experiment/recipe_words.ts';
import { readRunPretraining, type RunPretrainingValues } from '../../experiment/run_pretraining_line.ts';
import { architectureOf, distillationRecipe, modelOfLine, pretrainingRecipe, teacherOfLine, type ReadRecipe } from '../../experiment/run_pretraining_recipe.ts';
import { pastedLine, shellWords } from '../../experiment/shell_words.ts';
import { given } from '../../experiment/training_values.ts';
import { layersOf, teacherNamed, type PageSources, type PastedRuns } from './paste.ts';

/** Options that only a terminal has a use for. */
const TERMINAL_ONLY = ['output_dir', 'load_training_checkpoint', 'print_steps', 'port', 'install-browser'] as const;

/** Whether a pasted text is a line of `run_pretraining`: by its program, or by an option that no other line has. */
export function isPretrainingLine(line: string): boolean {
  if (line.trimStart().startsWith('{')) return false;
  const { command, options } = pastedLine(shellWords(line));
  return command === 'run_pretraining' || (command === undefined && options.some((word) => /^--(teacher_path|train_micro_batch_size_per_gpu)(=|$)/.test(word)));
}

/**
 * The run of a line of `run_pretraining`, on the samples under "Your own files" or the generated corpus. UsageError for what
 * cannot be understood.
 *
 * A line whose models the page has neither by name nor under "Your own files" is scaled as by `--preset mini`.
 */
export function readPastedPretraining(line: string, page: PageSources): PastedRuns {
  const written = readRunPretraining(line);
  const named = modelNamed(written.values);
  const known = modelOf(named, page);
  const { values } = known ? written : readRunPretraining(`${line} --preset mini`);
  const model = known ?? { kind: 'bundled' as const, name: BUNDLED_BASE };
  const said = known ? ownNotes(named, model) : [`${named}: a page cannot open a model by its path, so the line is scaled as by --preset mini: ${BUNDLED_BASE}, at most ${values.max_steps} updates of ${values.train_batch_size} texts. Give the folder under “Your own files” to use it.`];
  const read = values.distillation ? distilled(values, model, page, said) : pretrainingRecipe(values, layersOf(model, page));
  const recipe = { ...trimmed(read, values), teacher: model.kind === 'scratch' ? { ...model, architecture: architectureOf(values) } : model, ...sourcesOf(values, page, said) };
  for (const name of TERMINAL_ONLY) if (values[name] !== undefined) said.push(`--${name}: the page has no use for it.`);
  if (values.finetune_time_markers !== undefined) said.push('--finetune_time_markers: a page keeps the model at the end of a run; a terminal writes it on the way, too.');
  return { recipes: [recipe], notes: [`Ready to begin: ${recipe.name}, ${values.distillation ? 'distilled' : 'pretrained'} from ${sourceName(model)}.`, ...written.notes, ...said, ...read.notes] };
}

const modelNamed = (values: RunPretrainingValues): string => (values.distillation ? teacherOfLine(values) : modelOfLine(values));

function modelOf(named: string, { teacher }: PageSources): ModelSource | undefined {
  return teacherNamed(named) ?? (teacher?.kind === 'folder' ? teacher : undefined);
}

const ownNotes = (named: string, model: ModelSource): string[] => (model.kind === 'folder' ? [`${named}: the folder ${model.name} under “Your own files” is used.`] : []);

function distilled(values: RunPretrainingValues, model: ModelSource, page: PageSources, said: string[]): ReadRecipe {
  const { student_initialize: init, ...rest } = values;
  const teacherLayers = layersOf(model, page);
  if (init === undefined || init === 'teacher') return distillationRecipe(values, { teacherLayers });
  const from = teacherNamed(init);
  if (from) return distillationRecipe(values, { teacherLayers, initFrom: from, initLayers: layersOf(from, page) });
  said.push(`--student_initialize ${init}: a page cannot open a model by its path; the student begins with layers of its teacher.`);
  return distillationRecipe({ ...rest, student_initialize: 'teacher' }, { teacherLayers });
}

/** Without what a page has no place for. */
function trimmed({ recipe }: ReadRecipe, { backend }: RunPretrainingValues): Recipe {
  const { finetune_time_markers: _none, ...training } = recipe.training;
  return { ...recipe, training, backend: backend ?? recipe.backend };
}

/** Samples and tokenizer as the page has them. */
function sourcesOf(values: RunPretrainingValues, page: PageSources, said: string[]): Partial<Pick<Recipe, 'data' | 'tokenizer'>> {
  const samples = page.data?.kind === 'folder' ? page.data : undefined;
  if (values.dataset_path !== undefined) said.push(`--dataset_path ${values.dataset_path}: ${samples ? `the folder ${samples.name} under “Your own files” is used.` : 'a page cannot open a folder by its name; give it under “Your own files”. The generated corpus is used.'}`);
  if (values.tokenizer_name !== undefined && !page.tokenizer) said.push(`--tokenizer_name ${values.tokenizer_name}: give this folder under “Your own files”; the model’s own tokenizer is used.`);
  return given({ data: values.dataset_path === undefined ? undefined : samples, tokenizer: values.tokenizer_name === undefined ? undefined : page.tokenizer });
}
