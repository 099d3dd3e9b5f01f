/** Runs of one command of which one may read what another wrote, in one browser; what is finished is read, what was interrupted goes on. */
import { join } from 'node:path';
import type { Context } from '../command_line/command.ts';
import type { DrivenRun } from '../driven_run.ts';
import type { Progress } from '../progress.ts';
import { finishedIn, runId, runLeft, type FinishedRun, type Place } from './kept_runs.ts';
import type { Job } from './recipe_from.ts';

/** One run: its folder below that of the command, and what is said when it begins. */
export interface ChainedJob extends Job {
  readonly name: string;
  readonly title: string;
}

/** Where the runs are written, and how their browser is opened. */
export interface ChainPlace {
  readonly out: string;
  readonly port: number | undefined;
  readonly installBrowser: boolean | undefined;
}

/** A run with its folder, and with its results when it is finished. */
export type ChainedRun<J extends ChainedJob> = J & { readonly folder: string; finished?: FinishedRun };

/** Makes what is left of the runs; all are finished then. Fault `recipe-changed` where a folder holds another run. */
export async function runChained<J extends ChainedJob>(jobs: readonly J[], place: ChainPlace, context: Context, progress: Progress): Promise<ChainedRun<J>[]> {
  const runs = jobs.map((job): ChainedRun<J> => {
    const folder = join(place.out, job.name);
    const finished = finishedIn(folder, job.recipe, 'Give the options that its results were made with, or name another --output_dir.');
    return { ...job, folder, ...(finished ? { finished } : {}) };
  });
  const left = runs.filter(({ finished }) => !finished);
  if (left.length < runs.length) progress.say(`${runs.length - left.length} of ${runs.length} parts are finished already: ${place.out}`);
  if (left.length > 0) await runLeft(left, placeOf(left, place), context, progress, (run) => `${run.title}: part ${runs.indexOf(run) + 1} of ${runs.length}`);
  return runs;
}

/** What the runs read, and where they are written. */
function placeOf(left: readonly ChainedRun<ChainedJob>[], place: ChainPlace): Place {
  const folders = new ServedFolders();
  const runs = left.map(({ recipe, name, folders: own }): DrivenRun => ({ recipe, run: runId(recipe, place.out), out: name, files: folders.named(own) }));
  return { runs, folders: folders.paths, ...place };
}

/** Folders of several runs, each served under one name. */
class ServedFolders {
  readonly #names = new Map<string, string>();

  /** The names of a run's folders, by their use. */
  named(folders: Job['folders']): DrivenRun['files'] {
    return Object.fromEntries(Object.entries(folders).map(([use, path]) => [use, this.#nameOf(path)]));
  }

  #nameOf(path: string): string {
    const name = this.#names.get(path) ?? `folder-${this.#names.size}`;
    this.#names.set(path, name);
    return name;
  }

  get paths(): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.#names].map(([path, name]) => [name, path]));
  }
}
