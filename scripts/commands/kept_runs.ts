/** Runs that are kept in a folder each: what is finished is read, what was interrupted goes on. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Recipe } from '../../src/experiment/recipe.ts';
import { upgradeRecipe, type StoredRecipe } from '../../src/experiment/recipe_versions.ts';
import { Fault } from '../../src/fault/fault.ts';
import { checkSameRecipe } from '../../src/worker/recipe_change.ts';
import type { Scores } from '../../src/experiment/run.ts';
import type { DeviceReport, ResultRow } from '../../src/worker/protocol.ts';
import type { Context } from '../command_line/command.ts';
import { drive, type DrivenOptions } from '../driven_run.ts';
import type { Progress } from '../progress.ts';
import { ToldRun } from './told_run.ts';

/** What a run's folder says of it when it is finished. */
export interface FinishedRun {
  readonly recipe: StoredRecipe;
  readonly device?: DeviceReport;
  readonly results: readonly ResultRow[];
  /** Of the last evaluation on tuning rows, where there was one. */
  readonly tuning?: Scores;
  readonly seconds: number;
}

/** One of several runs, with its folder, and its results where it is finished. */
export interface PlannedRun {
  readonly recipe: Recipe;
  readonly folder: string;
  finished?: FinishedRun;
}

const RESULTS = 'results.json';

/** The finished run of a folder, undefined where there is none; Fault `recipe-changed`, with this remedy, when it is of another recipe. */
export function finishedIn(folder: string, recipe: Recipe, remedy: string): FinishedRun | undefined {
  const file = join(folder, RESULTS);
  if (!existsSync(file)) return undefined;
  const finished = JSON.parse(readFileSync(file, 'utf8')) as FinishedRun;
  try {
    checkSameRecipe(`in ${folder}`, upgradeRecipe(finished.recipe), recipe);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw new Fault({ ...error.toReport(), remedy });
  }
  return finished;
}

/** Where the runs of a plan are made and what they read; `runs` in the order of the plan. */
export type Place = Pick<DrivenOptions, 'runs' | 'folders' | 'out'> & { readonly port: number | undefined; readonly installBrowser: boolean | undefined };

/** Makes what is left of several runs in one browser, one after another; each is kept in its folder when it is finished. */
export async function runLeft<P extends PlannedRun>(left: readonly P[], place: Place, context: Context, progress: Progress, title: (plan: P) => string): Promise<void> {
  const told = new ToldRun();
  try {
    await drive({
      ...place, signal: context.signal, announce: progress.say,
      listen: (event) => {
        told.listen(event);
        progress.listen(event);
      },
      onBegin: (index) => {
        told.begin();
        progress.say(title(left[index]!));
      },
      onDone: (index) => {
        const plan = left[index]!;
        plan.finished = keepRun(plan.folder, plan.recipe, told);
      },
    });
  } finally {
    progress.end();
  }
}

/** Writes `recipe.json` and `results.json` beside the model of a finished run. */
export function keepRun(folder: string, recipe: Recipe, { device, results, tuning, seconds }: Pick<ToldRun, 'device' | 'results' | 'tuning' | 'seconds'>): FinishedRun {
  const finished: FinishedRun = { recipe, ...(device ? { device } : {}), results, ...(tuning ? { tuning } : {}), seconds };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'recipe.json'), `${JSON.stringify(recipe, null, 2)}\n`);
  writeFileSync(join(folder, RESULTS), `${JSON.stringify({ ...finished, output_dir: folder }, null, 2)}\n`);
  return finished;
}

/** The id under which a browser keeps an interrupted run: equal recipes go on, others begin. `beside` is what the recipe does not say. */
export function runId({ backend: _free, ...recipe }: Recipe, beside = ''): string {
  return `sweep-${createHash('sha256').update(JSON.stringify(recipe)).update(beside).digest('hex').slice(0, 24)}`;
}
