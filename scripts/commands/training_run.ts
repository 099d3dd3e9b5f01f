/** What the commands of one run share: the run in the browser, its progress, its table, its files. */
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isOnText, type Recipe } from '../../src/experiment/recipe.ts';
import type { DeviceReport, Event, ResultRow } from '../../src/worker/protocol.ts';
import { ROOT } from '../build_app.ts';
import type { Context, Outcome } from '../command_line/command.ts';
import type { Values } from '../command_line/option.ts';
import { checkOutput, drive } from '../driven_run.ts';
import { deviceLine, progressOn } from '../progress.ts';
import { resultTable } from '../result_table.ts';
import type { Job } from './recipe_from.ts';
import { ToldRun } from './told_run.ts';
import type { TRAINING_OPTIONS } from '../../src/experiment/training_options.ts';

/** The folder to write into: the named one (UsageError when it holds files), or a new one under `runs/`. */
export function outputFolder(named: string | undefined, name: string): string {
  if (named !== undefined) {
    checkOutput(resolve(named));
    return resolve(named);
  }
  const numbered = (n: number) => join(ROOT, 'runs', n === 1 ? name : `${name}-${n}`);
  let n = 1;
  while (existsSync(numbered(n))) n++;
  return numbered(n);
}

/**
 * Runs the job, prints its progress, tells `listen` of every event, writes `recipe.json` and `results.json` beside the model.
 *
 * With `run`, an interrupted one is kept in the browser under that id and goes on.
 */
export async function train(job: Job & { readonly notes?: readonly string[]; readonly run?: string }, values: Pick<Values<typeof TRAINING_OPTIONS>, 'port' | 'install-browser'>, out: string, context: Context, listen: (event: Event) => void = () => undefined): Promise<Outcome> {
  const told = new ToldRun();
  const progress = progressOn(context.log);
  for (const note of job.notes ?? []) progress.say(note);
  try {
    await drive({
      runs: [{ recipe: job.recipe, ...(job.run === undefined ? {} : { run: job.run }), files: Object.fromEntries(Object.keys(job.folders).map((name) => [name, name])) }],
      folders: { ...job.folders },
      out,
      port: values.port,
      installBrowser: values['install-browser'],
      signal: context.signal,
      announce: progress.say,
      listen: (event) => {
        told.listen(event);
        listen(event);
        progress.listen(event);
      },
    });
  } catch (error) {
    removeIfEmpty(out);
    throw error;
  } finally {
    progress.end();
  }
  const { device, results, dataPath, seconds } = told;
  const json = { recipe: job.recipe, device, results, data_path: dataPath, seconds, output_dir: out };
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'recipe.json'), `${JSON.stringify(job.recipe, null, 2)}\n`);
  writeFileSync(join(out, 'results.json'), `${JSON.stringify(json, null, 2)}\n`);
  return { json, text: summary(job, results, device, seconds, out) };
}

function subjectOf(recipe: Recipe, examples: number): string {
  return isOnText(recipe) ? `Text, scores on ${examples} masked words that were held out` : `${recipe.task}, scores on ${examples} dev rows`;
}

function summary({ recipe }: Job, rows: readonly ResultRow[], device: DeviceReport | undefined, seconds: number, out: string): string {
  const examples = rows[0]?.scores.examples ?? 0;
  return [
    '',
    `${subjectOf(recipe, examples)}, seed ${recipe.training.seed}`,
    '',
    resultTable(rows),
    '',
    device ? deviceLine(device) : 'Backend: unknown',
    `Seconds: ${seconds.toFixed(0)} in all, building and loading included.`,
    `Saved:   ${out}`,
  ].join('\n');
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // What was written before the failure stays.
  }
}
