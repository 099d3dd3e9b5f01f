/** A sweep with the folders of this machine that its runs read. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError } from '../../src/experiment/option.ts';
import type { ExperimentValues } from '../../src/experiment/method_stages.ts';
import { recipeForTask, DEFAULT_RECIPE } from '../../src/experiment/presets.ts';
import type { ModelSource } from '../../src/experiment/recipe.ts';
import { sweepOf, type Sweep } from '../../src/experiment/sweep.ts';
import { given } from '../../src/experiment/training_values.ts';
import { jobOf, modelOf } from './recipe_from.ts';
import { resolveModel } from './sources.ts';

/** A sweep, its folders by name, and which of them a run's student starts from. */
export interface SweepJobs extends Sweep {
  readonly folders: Readonly<Record<string, string>>;
  /** Folder of the first-stage student by place of the run; empty where students start from their teacher. */
  readonly students: readonly string[];
}

/** The runs of an experiments line; UsageError where options, teacher, data and checkpoints do not fit together. */
export function sweepJobs(values: ExperimentValues): SweepJobs {
  const task = values.task ?? DEFAULT_RECIPE.task;
  const teacher = modelOf(values.teacher, '--teacher', task);
  const { recipe: base, folders } = jobOf({ ...values, seed: undefined }, teacher, recipeForTask(task));
  const list = values.experiment === 'pred' ? new Checkpoints(values.pass_dic) : undefined;
  const init = values.init_from === undefined ? undefined : resolveModel(values.init_from, '--init_from', task);
  const context = { base, ...given({ initFrom: init?.source, initLayers: init?.layers }), teacherLayers: teacher.layers, ...(list ? { checkpoints: (method: string, index: number) => list.source(method, index) } : {}) };
  const sweep = sweepOf(values, context);
  const own = init?.folder === undefined ? {} : { [basename(init.folder)]: init.folder };
  return { ...sweep, folders: { ...folders, ...own, ...list?.folders }, students: sweep.runs.map(({ recipe }) => studentFolder(recipe.student.init)) };
}

function studentFolder(init: { readonly kind: string; readonly from?: ModelSource }): string {
  return init.from?.kind === 'folder' ? init.from.name : '';
}

/**
 * First-stage students for the prediction stage alone, as `--pass_dic` names them: a YAML file that lists folders below
 * each method's name, as in the reference, or the folder of an earlier group, whose runs are taken in order.
 */
class Checkpoints {
  readonly folders: Record<string, string> = {};

  constructor(readonly given: string | undefined) {}

  /** The student of a method's seed; UsageError when there is none. */
  source(method: string, index: number): ModelSource {
    const { given } = this;
    if (given === undefined || !existsSync(given)) throw new UsageError('--pass_dic', 'a YAML file of first-stage students, or a folder of them', given === undefined ? 'nothing' : `"${given}", which is not there`);
    const listed = statSync(given).isDirectory() ? earlier(given, method) : inYaml(given, method);
    const folder = listed[index];
    if (folder === undefined || !existsSync(join(folder, 'config.json'))) {
      throw new UsageError('--pass_dic', `a student of ${method} for seed number ${index + 1}`, folder === undefined ? `${listed.length} of them` : `"${folder}" without config.json`);
    }
    const name = `student-${method.replace(/[^\w.-]+/g, '-')}-${index}-${basename(folder)}`;
    this.folders[name] = resolve(folder);
    return { kind: 'folder', name };
  }
}

/** Runs of a group whose name holds the method, by name. */
function earlier(group: string, method: string): string[] {
  const slug = `-${method.replace(/[^\w.-]+/g, '-')}-`;
  const names = readdirSync(group).filter((name) => name.includes(slug) && !name.includes('-pred-') && existsSync(join(group, name, 'config.json')));
  return names.sort(new Intl.Collator('en', { numeric: true }).compare).map((name) => join(group, name));
}

/** The paths below a method's name: `method:` on a line of its own, then `- path` lines. */
function inYaml(file: string, method: string): string[] {
  const lines = readFileSync(file, 'utf8').split(/\r?\n/).map((line) => line.replace(/\s+#.*$/, '').trimEnd());
  const begin = lines.findIndex((line) => line.replace(/^(['"])(.*)\1:$/, '$2:') === `${method}:`);
  if (begin < 0) throw new UsageError('--pass_dic', `the method "${method}" in ${file}`, 'none of that name');
  const paths: string[] = [];
  for (const line of lines.slice(begin + 1)) {
    const path = /^\s*-\s+(['"]?)(.+)\1$/.exec(line)?.[2];
    if (path === undefined) break;
    paths.push(resolve(dirname(file), path));
  }
  return paths;
}
