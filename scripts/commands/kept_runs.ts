/** Runs that are kept in a folder each: what is finished is read, what was interrupted goes on. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Recipe } from '../../src/experiment/recipe.ts';
import { upgradeRecipe, type StoredRecipe } from '../../src/experiment/recipe_versions.ts';
import { Fault } from '../../src/fault/fault.ts';
import { checkSameRecipe } from '../../src/worker/recipe_change.ts';
import type { DeviceReport, ResultRow } from '../../src/worker/protocol.ts';

/** What a run's folder says of it when it is finished. */
export interface FinishedRun {
  readonly recipe: StoredRecipe;
  readonly device?: DeviceReport;
  readonly results: readonly ResultRow[];
  readonly seconds: number;
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

/** Writes `recipe.json` and `results.json` beside the model of a finished run. */
export function keepRun(folder: string, recipe: Recipe, { device, results, seconds }: { readonly device: DeviceReport | undefined; readonly results: readonly ResultRow[]; readonly seconds: number }): FinishedRun {
  const finished: FinishedRun = { recipe, ...(device ? { device } : {}), results, seconds };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'recipe.json'), `${JSON.stringify(recipe, null, 2)}\n`);
  writeFileSync(join(folder, RESULTS), `${JSON.stringify({ ...finished, output_dir: folder }, null, 2)}\n`);
  return finished;
}

/** The id under which a browser keeps an interrupted run: equal recipes go on, others begin. `beside` is what the recipe does not say. */
export function runId({ backend: _free, ...recipe }: Recipe, beside = ''): string {
  return `sweep-${createHash('sha256').update(JSON.stringify(recipe)).update(beside).digest('hex').slice(0, 24)}`;
}
