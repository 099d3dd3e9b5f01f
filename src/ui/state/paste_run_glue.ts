/** A pasted line of `run_glue`: runs that the form has no fields for, ready to begin. */
import { ownTask } from '../../data/own_task.ts';
import { splitOfName } from '../../data/split_files.ts';
import type { TaskSpec } from '../../data/task.ts';
import { BUNDLED_BASE } from '../../experiment/presets.ts';
import type { Recipe } from '../../experiment/recipe.ts';
import { sourceName } from '../../experiment/recipe_words.ts';
import { UsageError } from '../../experiment/option.ts';
import { gridRuns } from '../../experiment/run_glue_grid.ts';
import { readRunGlueLine, type RunGlueValues } from '../../experiment/run_glue_line.ts';
import { ownTrainFile, runGlueActions, runGlueRecipe, runGlueTask } from '../../experiment/run_glue_recipe.ts';
import { pastedLine, shellWords } from '../../experiment/shell_words.ts';
import { given } from '../../experiment/training_values.ts';
import type { GivenFile } from '../../worker/protocol.ts';
import { layersOf, teacherNamed, type PageSources, type PastedRuns } from './paste.ts';
import { baseName, fileNamed, rowsOfLine } from './paste_rows.ts';
import { testSplits } from './table_files.ts';

/** Options that only a terminal has a use for. */
const TERMINAL_ONLY = ['output_dir', 'overwrite_output_dir', 'port', 'install-browser', 'log_group', 'logging_steps', 'max_predict_samples'] as const;

/** Options that no other line has. */
const OWN = /^--(model_name_or_path|task_name)(=|$)/;

/** Whether a pasted text is a line of `run_glue`: by its program, by its options, or as a JSON value of them. */
export function isRunGlueLine(line: string): boolean {
  if (line.trimStart().startsWith('{')) return true;
  const { command, options } = pastedLine(shellWords(line));
  return command === 'run_glue' || (command === undefined && options.some((word) => OWN.test(word)));
}

/**
 * The runs of a line of `run_glue`; eight for `--grid`. UsageError for what cannot be understood, or trains nothing.
 *
 * Folders are not opened by name: those given under "Your own files" are used; the task of a line without one is found in
 * them, which throws what reading them throws.
 */
export async function readPastedRuns(line: string, page: PageSources): Promise<PastedRuns> {
  const { values: written, notes } = readRunGlueLine(line);
  const values = { ...written, ...given({ own_task: await taskFound(written, page) }) };
  const actions = runGlueActions(values);
  if (!actions.train) throw new UsageError('--do_train', 'a line that trains', 'one that does not', 'Add --do_train; on a terminal, run_glue scores and predicts without it.');
  const said = [...notes];
  const note = (text: string) => said.push(text);
  const sources = sourcesOf(values, page, note);
  const lines = values.grid ? gridRuns(values).map((run) => run.values) : [values];
  const recipes = lines.map((one): Recipe => ({ ...runGlueRecipe(one, sources.layers), ...sources.recipe }));
  const first = recipes[0]!;
  if (actions.predict) note(predictNote(first, page.files ?? []));
  for (const name of TERMINAL_ONLY) if (values[name] !== undefined) note(`--${name}: the page has no use for it.`);
  const what = recipes.length > 1 ? `${recipes.length} runs of ${first.task}, one after another` : first.name;
  return { recipes, notes: [`Ready to begin: ${what}, finetuned from ${sources.name} on ${sources.rows}.`, ...said] };
}

/** The task of a line that names none, in the training file that the page was given; undefined for other lines. */
async function taskFound(values: RunGlueValues, { data, files = [] }: PageSources): Promise<TaskSpec | undefined> {
  const path = ownTrainFile(values);
  if (path === undefined) return undefined;
  const chosen = data?.kind === 'folder' ? data.train_file : undefined;
  const file = files.find(({ name }) => name === fileNamed(path, files)) ?? files.find(({ name }) => name === chosen) ?? files.find(({ name }) => splitOfName(name) === 'train');
  if (file) return ownTask(file.blob, file.name, { columns: values.columns });
  throw new UsageError('--train_file', `${baseName(path)} under “Your own files”`, files.map(({ name }) => name).join(', ') || 'no files', 'Give the training and the validation file there, then read the line again.');
}

function predictNote(recipe: Recipe, files: readonly GivenFile[]): string {
  if (testSplits(recipe, files).length > 0) return '--do_predict: the finished run offers “Answers to the test rows”, with the files that the command writes.';
  return '--do_predict: give a table of test rows under “Your own files”, and the finished run offers “Answers to the test rows”; without one it offers those to every dev row.';
}

interface Sources {
  readonly recipe: Pick<Recipe, 'teacher' | 'data'> & Partial<Pick<Recipe, 'tokenizer'>>;
  readonly layers: number;
  readonly name: string;
  /** The rows in words. */
  readonly rows: string;
}

/** Model, rows and tokenizer as the page can get them. */
function sourcesOf(values: RunGlueValues, page: PageSources, note: (text: string) => void): Sources {
  const { model_name_or_path: named = BUNDLED_BASE, tokenizer_name, config_name } = values;
  if (config_name !== undefined && config_name !== named) throw new UsageError('--config_name', `the model itself, "${named}"`, `"${config_name}"`, 'Leave the option out: a model is read with its own config.json.');
  const own = page.teacher?.kind === 'folder' ? page.teacher : undefined;
  const known = teacherNamed(named);
  const model = known ?? own ?? { kind: 'bundled', name: BUNDLED_BASE };
  if (!known) note(own ? `--model_name_or_path ${named}: the folder ${own.name} under “Your own files” is used.` : `--model_name_or_path ${named}: a page cannot open a model by its path; ${BUNDLED_BASE} is used. Give its folder under “Your own files”, or open it by its name on the Hub.`);
  const rows = rowsOfLine(runGlueTask(values), values, page, note);
  if (tokenizer_name !== undefined && tokenizer_name !== named && !page.tokenizer) note(`--tokenizer_name ${tokenizer_name}: give this folder under “Your own files”; the model’s own tokenizer is used.`);
  const tokenizer = tokenizer_name === undefined ? undefined : page.tokenizer;
  return { recipe: { teacher: model, data: rows.source, ...given({ tokenizer }) }, layers: layersOf(model, page), name: sourceName(model), rows: rows.words };
}
