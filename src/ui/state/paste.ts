import { TASKS, taskNamed } from '../../data/tasks.ts';
import { readExperimentsLine } from '../../experiment/command_line.ts';
import type { ExperimentValues } from '../../experiment/method_stages.ts';
import { UsageError } from '../../experiment/option.ts';
import { BUNDLED_BASE, BUNDLED_LAYERS, DEFAULT_RECIPE, recipeForTask } from '../../experiment/presets.ts';
import type { ModelSource, Recipe } from '../../experiment/recipe.ts';
import { shellWords } from '../../experiment/shell_words.ts';
import { sweepOf } from '../../experiment/sweep.ts';
import { trainingOf } from '../../experiment/training_values.ts';
import type { GivenFile } from '../../worker/protocol.ts';
import { rowsOfLine } from './paste_rows.ts';

/** What a pasted line fills in: the form, the further seeds to run after it, and what a person should know. */
export interface Pasted {
  readonly recipe: Recipe;
  /** Beside the recipe's own. */
  readonly seeds: readonly number[];
  readonly notes: readonly string[];
}

/** Runs of a pasted line that the form has no fields for, and what a person should know of how it was read. */
export interface PastedRuns {
  readonly recipes: readonly Recipe[];
  readonly notes: readonly string[];
}

/** What the page has of its own: folders that were given stay, since a line can only name them. */
export interface PageSources {
  readonly teacherLayers: number;
  readonly teacher?: ModelSource;
  readonly data?: Recipe['data'];
  /** The tables that were given, and the task that the form reads them for. */
  readonly files?: readonly GivenFile[];
  readonly task?: string;
  readonly tokenizer?: ModelSource;
}

/** Depth of a model that a pasted line names. */
export function layersOf(model: ModelSource, { teacherLayers }: PageSources): number {
  if (model.kind === 'scratch') return model.num_hidden_layers;
  return model.kind === 'folder' ? teacherLayers : BUNDLED_LAYERS;
}

/** Options that only the command line has a use for. */
const TERMINAL_ONLY = ['output_dir', 'port', 'install-browser'] as const;

/**
 * A pasted command line as the page's recipe; UsageError for what cannot be understood.
 *
 * Folders are not opened by name: those given under "Your own files" are used.
 */
export function readPasted(line: string, page: PageSources): Pasted {
  const { values, notes } = readExperimentsLine(wordsOf(line));
  const said = [...notes];
  const { base, rows } = baseOf(values, page, (note) => said.push(note));
  const teacherLayers = base.teacher.kind === 'scratch' ? base.teacher.num_hidden_layers : page.teacherLayers;
  const initFrom = values.init_from === undefined ? undefined : teacherNamed(values.init_from);
  if (values.init_from !== undefined && !initFrom) said.push(`--init_from ${values.init_from}: a page cannot open a folder by its name; the teacher’s layers are used.`);
  const { runs, notes: read } = sweepOf(values.experiment === 'pred' ? { ...values, experiment: 'method_specific' } : values, { base, teacherLayers, ...(initFrom ? { initFrom } : {}) });
  const [first] = runs;
  const methods = new Set(runs.map(({ method }) => method));
  if (methods.size > 1) said.push(`The page runs one method at a time: ${first!.method} is filled in, of ${methods.size}.`);
  if (values.experiment === 'pred') said.push('--experiment pred: continue from a stored run with the command line; the form shows the method from its beginning.');
  for (const name of TERMINAL_ONLY) if (values[name] !== undefined) said.push(`--${name}: the page has no use for it.`);
  const seeds = runs.filter(({ method }) => method === first!.method).map(({ seed }) => seed).slice(1);
  return { recipe: first!.recipe, seeds, notes: [`Filled in: ${first!.recipe.name}${seeds.length > 0 ? `, and seeds ${seeds.join(', ')} after it` : ''}, on ${rows}.`, ...said, ...read] };
}

/** The words of a line of `experiments`, or of `distill`, which has the options of one method and one seed. */
function wordsOf(line: string): string[] {
  const words = shellWords(line);
  const own = /^(?:npm run distill(?: --)?|(?:npm run lab(?: --)? )?distill)(?: |$)/.exec(words.join(' '))?.[0].trim();
  if (own !== undefined) return words.slice(own.split(' ').length).map((word) => word.replace(/^--seed(?==|$)/, '--seeds'));
  const [other] = /^npm run lab(?: --)? (?!experiments\b)[\w-]+/.exec(words.join(' ')) ?? [];
  if (other === undefined || other.endsWith('-')) return words;
  throw new UsageError('command line', 'a line of experiments, distill, run_glue, run_pretraining or pretrain', `"${other}"`, 'Run other commands on a terminal.');
}

function baseOf(values: ExperimentValues, page: PageSources, note: (text: string) => void): { readonly base: Recipe; readonly rows: string } {
  const recipe = recipeForTask(values.task ?? DEFAULT_RECIPE.task);
  const named = (option: string, name: string) => note(`--${option} ${name}: give this folder under “Your own files”; a page cannot open it by its name.`);
  const rows = rowsOfLine(taskNamed(recipe.task), values, page, note);
  if (values.tokenizer !== undefined) named('tokenizer', values.tokenizer);
  const teacher = values.teacher === undefined ? recipe.teacher : teacherNamed(values.teacher);
  if (!teacher) named('teacher', values.teacher!);
  const base = {
    ...recipe,
    data: rows.source,
    teacher: teacher ?? page.teacher ?? recipe.teacher,
    ...(values.tokenizer === undefined || !page.tokenizer ? {} : { tokenizer: page.tokenizer }),
    training: trainingOf(values, recipe.training),
    backend: values.backend ?? recipe.backend,
  };
  return { base, rows: rows.words };
}

/** A model that the page can get by its name; undefined for a folder. */
export function teacherNamed(name: string): ModelSource | undefined {
  const scratch = /^scratch:(\d+)x(\d+)$/.exec(name);
  if (scratch) return { kind: 'scratch', num_hidden_layers: Number(scratch[1]), hidden_size: Number(scratch[2]) };
  const isBundled = name === BUNDLED_BASE || TASKS.some(({ name: task }) => name === `${BUNDLED_BASE}-${task}`);
  return isBundled ? { kind: 'bundled', name } : undefined;
}
