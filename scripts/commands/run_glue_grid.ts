/** The runs of a grid in one browser, one after another; those that are finished are read. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bestOf, gridResult, gridTable, type GridResult, type GridRun } from '../../src/experiment/run_glue_grid.ts';
import { runGlueActions } from '../../src/experiment/run_glue_recipe.ts';
import { LOGGING_STEPS } from '../../src/experiment/run_glue_options.ts';
import { upgradeRecipe, type StoredRecipe } from '../../src/experiment/recipe_versions.ts';
import { FormatError } from '../../src/formats/format_error.ts';
import { isJsonObject, parseJsonObject } from '../../src/formats/text.ts';
import { checkSameRecipe } from '../../src/worker/recipe_change.ts';
import type { Context, Outcome } from '../command_line/command.ts';
import { drive } from '../driven_run.ts';
import { progressOn, type Progress } from '../progress.ts';
import { writeResults } from './run_glue_files.ts';
import type { RunGlueJob } from './run_glue_jobs.ts';
import { RunGlueLog } from './run_glue_log.ts';

/** One run of the grid with its job, and its result where it is finished. */
export interface GridJob extends GridRun {
  readonly job: RunGlueJob;
}

/** What a finished run leaves for the next time. */
interface Finished {
  readonly recipe: StoredRecipe;
  readonly result: GridResult;
}

/** Whether a file holds what `keep` writes; recipes are compared by their entries, whatever these are. */
function isFinished(value: unknown): value is Finished {
  if (!isJsonObject(value) || !isJsonObject(value.recipe) || !isJsonObject(value.result)) return false;
  const { name, learning_rate, batch_size, tuning = 0, dev, seconds } = value.result;
  return typeof name === 'string' && isJsonObject(dev) && [learning_rate, batch_size, tuning, seconds, ...Object.values(dev)].every((number) => typeof number === 'number');
}

const FINISHED = 'grid_result.json';

/** Runs what is left of a grid, and gives its table; the same line again takes finished runs as they are. */
export async function runGrid(jobs: readonly GridJob[], out: string, context: Context): Promise<Outcome> {
  const progress = progressOn(context.log);
  const results = new Map<string, GridResult>();
  for (const { name, job } of jobs) {
    const result = finishedIn(join(out, name), job);
    if (result) results.set(name, result);
  }
  for (const note of jobs[0]?.job.notes ?? []) progress.say(note);
  if (results.size > 0) progress.say(`${results.size} of ${jobs.length} runs are finished already: ${out}`);
  const left = jobs.filter(({ name }) => !results.has(name));
  if (left.length > 0) await runLeft(left, out, progress, context, (result) => results.set(result.name, result));
  return outcomeOf(jobs, [...jobs].flatMap(({ name }) => results.get(name) ?? []), out);
}

/** The result of an earlier run; Fault `recipe-changed` when it was made by another recipe, FormatError for another file of its name. */
export function finishedIn(folder: string, { recipe }: RunGlueJob): GridResult | undefined {
  const file = join(folder, FINISHED);
  if (!existsSync(file)) return undefined;
  const finished = parseJsonObject(readFileSync(file), file, 2 ** 20);
  if (!isFinished(finished)) throw new FormatError('NotJson', file, 'the result of a run of the grid', 'another JSON object', 'Delete the folder to make its run again.');
  checkSameRecipe(`in ${folder}`, upgradeRecipe(finished.recipe), recipe);
  return finished.result;
}

async function runLeft(left: readonly GridJob[], out: string, progress: Progress, context: Context, onResult: (result: GridResult) => void): Promise<void> {
  const [first] = left;
  const runAt = (index: number): GridJob => {
    const run = left[index];
    if (run) return run;
    throw new RangeError(`no run ${index} of ${left.length}`);
  };
  let log = new RunGlueLog();
  try {
    await drive({
      runs: left.map(({ name, job }) => ({ recipe: job.recipe, out: name, files: Object.fromEntries(Object.keys(job.folders).map((use) => [use, use])) })),
      folders: { ...first?.job.folders },
      out,
      port: first?.values.port,
      installBrowser: first?.values['install-browser'],
      signal: context.signal,
      announce: progress.say,
      listen: (event) => {
        log.listen(event);
        progress.listen(event);
      },
      onBegin: (index) => {
        log = new RunGlueLog();
        progress.say(`${runAt(index).name}: ${index + 1} of ${left.length}`);
      },
      onDone: (index) => onResult(keep(runAt(index), out, log)),
    });
  } finally {
    progress.end();
  }
}

/** Writes what a finished run leaves beside its model. */
function keep({ name, job: { recipe }, values }: GridJob, out: string, heard: RunGlueLog): GridResult {
  const [folder, log] = [join(out, name), heard.of(recipe)];
  writeResults(folder, log, values.logging_steps ?? LOGGING_STEPS, runGlueActions(values).evaluate);
  const finished: Finished = { recipe, result: gridResult(name, log) };
  writeFileSync(join(folder, 'recipe.json'), `${JSON.stringify(recipe, null, 2)}\n`);
  writeFileSync(join(folder, FINISHED), `${JSON.stringify(finished, null, 2)}\n`);
  return finished.result;
}

function outcomeOf(jobs: readonly GridJob[], results: readonly GridResult[], out: string): Outcome {
  const recipe = jobs[0]?.job.recipe;
  const measure = recipe?.training.metric_for_best_model ?? 'loss';
  const best = bestOf(results, measure);
  const table = gridTable(results, measure);
  const text = ['', `${recipe?.task ?? ''}: the grid of huggingface_finetune.py, * is best on tuning rows`, '', table, '', `Saved:   ${out}`].join('\n');
  const json = { task: recipe?.task, measure, results, best: best?.name ?? null, output_dir: out };
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'grid.json'), `${JSON.stringify(json, null, 2)}\n`);
  writeFileSync(join(out, 'table.txt'), `${table}\n`);
  return { text, json };
}
