/** `run_glue`: finetuning, evaluation and prediction by the options of the reference's `run_glue.py`. */
import { existsSync, openAsBlob, readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { isChosen } from '../../src/data/folder_tables.ts';
import { ownTask } from '../../src/data/own_task.ts';
import type { TaskSpec } from '../../src/data/task.ts';
import { taskOf } from '../../src/data/tasks.ts';
import { flag } from '../../src/experiment/option.ts';
import { readRunGlueLine, type RunGlueValues } from '../../src/experiment/run_glue_line.ts';
import { ownTrainFile, runGlueActions, type RunGlueActions } from '../../src/experiment/run_glue_recipe.ts';
import { LOGGING_STEPS, RUN_GLUE_OPTIONS } from '../../src/experiment/run_glue_options.ts';
import { gridRuns } from '../../src/experiment/run_glue_grid.ts';
import { COMMON_OPTIONS, type Command, type Context, type Outcome } from '../command_line/command.ts';
import { UsageError } from '../command_line/option.ts';
import { localPath, withFetched } from '../models/elsewhere.ts';
import { progressOn } from '../progress.ts';
import { listed, writeResults, type Results } from './run_glue_files.ts';
import { runGrid } from './run_glue_grid.ts';
import { runGlueFolder, runGlueJob, withOffer, withoutPlaceholder, type RunGlueJob } from './run_glue_jobs.ts';
import { RunGlueLog } from './run_glue_log.ts';
import { evaluateCheckpoint, predictTest, type Checkpoint } from './run_glue_predict.ts';
import { withAsker } from './predict_split.ts';
import { checkSplit } from './split_rows.ts';
import { train } from './training_run.ts';

export const runGlue: Command = {
  name: 'run_glue',
  summary: 'Finetune, score and predict by the options of the reference’s run_glue.py; a JSON file of them may be the only word.',
  operands: [],
  options: { ...RUN_GLUE_OPTIONS, ...COMMON_OPTIONS, help: flag('print this help') },
  prepare: (args) => {
    const { values: written, notes } = withoutPlaceholder(readRunGlueLine(args.filter((word) => word !== '--json'), readText));
    let fetched = false;
    const work = withFetched(written, { model_name_or_path: 'model', tokenizer_name: 'tokenizer' }, (values) => {
      fetched = true;
      return plan(values, notes);
    });
    return (context) => work(context).catch((error: unknown) => Promise.reject(fetched ? error : withOffer(error)));
  },
};

function readText(path: string): string {
  if (!existsSync(path)) throw new UsageError('command line', 'a JSON file of options', `"${path}", which does not exist`);
  return readFileSync(path, 'utf8');
}

function plan(values: RunGlueValues, notes: readonly string[]): (context: Context) => Promise<Outcome> {
  const file = ownTrainFile(values);
  if (file !== undefined) return async (context) => plan({ ...values, own_task: await foundTask(file, values, context) }, notes)(context);
  if (values.grid) return planGrid(values, notes);
  const actions = runGlueActions(values);
  if (actions.predict && isChosen(values) && values.test_file === undefined) throw new UsageError('--test_file', 'the table to predict, beside a --train_file or a --validation_file', 'nothing', 'Name it, or leave --do_predict out.');
  const job = runGlueJob(values);
  const out = runGlueFolder(values, job.recipe.name, actions.train);
  if (!actions.train && values.tokenizer_name !== undefined && values.tokenizer_name !== values.model_name_or_path) throw new UsageError('--tokenizer_name', '--do_train beside it', 'none', 'Without a training the tokenizer of the model is used.');
  return (context) => allOf(actions, { ...job, notes: [...notes, ...job.notes] }, { values, out, data: job.folders.data, ...(job.recipe.data.kind === 'folder' ? { choice: job.recipe.data } : {}) }, context);
}

/** The task of a line that names none, by its training rows. */
async function foundTask(file: string, { columns }: RunGlueValues, { signal }: Context): Promise<TaskSpec> {
  if (!(existsSync(file) && statSync(file).isFile())) throw new UsageError('--train_file', 'a file', `"${file}", which is none`);
  return ownTask(await openAsBlob(file), basename(file), { columns, signal });
}

/** Eight runs, each in a folder of its own; those that are there already are taken as they are. */
function planGrid(values: RunGlueValues, notes: readonly string[]): (context: Context) => Promise<Outcome> {
  const jobs = gridRuns(values).map((run) => {
    const job = runGlueJob(run.values);
    return { ...run, job: { ...job, notes: [...notes, ...job.notes] } };
  });
  const out = runGlueFolder({ ...values, overwrite_output_dir: true }, `${jobs[0]?.job.recipe.task ?? ''}-grid`, true);
  return (context) => runGrid(jobs, out, context);
}

/** Trains, scores and predicts, as far as the line says so. */
async function allOf(actions: RunGlueActions, job: RunGlueJob, about: Omit<Checkpoint, 'model'>, context: Context): Promise<Outcome> {
  const { values, out, data } = about;
  if (actions.predict && values.test_file !== undefined && !existsSync(values.test_file)) throw new UsageError('--test_file', 'a file', `"${values.test_file}", which is none`);
  if (actions.predict && data !== undefined && values.test_file === undefined) await checkSplit(taskOf(job.recipe), data, 'test');
  const trained = actions.train ? await trainAndScore(job, values, out, context) : undefined;
  if (!trained) for (const note of job.notes) progressOn(context.log).say(note);
  const checkpoint = { ...about, model: trained ? out : await localPath(values.model_name_or_path ?? '', context) };
  const isOnFiles = data !== undefined && job.recipe.task === 'mnli';
  const evaluates = actions.evaluate && (!trained || isOnFiles);
  const asked = evaluates || actions.predict;
  const { scores, files } = asked ? await withAsker(context, async (ask) => ({
    scores: evaluates ? await evaluateCheckpoint(checkpoint, ask, trained !== undefined) : {},
    files: actions.predict ? await predictTest(checkpoint, ask) : [],
  })) : { scores: {}, files: [] };
  const results = { ...trained?.results, ...scores };
  const text = [...(trained ? [trained.text] : []), ...(Object.keys(results).length > 0 ? ['', listed(results)] : []), ...files.map((path) => `Saved:   ${path}`)].join('\n');
  return { text, json: { ...(trained?.json ?? { output_dir: out }), all_results: results, predictions: files } };
}

/** Trains, and writes what Hugging Face's trainer leaves beside a model. */
async function trainAndScore(job: RunGlueJob, values: RunGlueValues, out: string, context: Context): Promise<{ text: string; json: object; results: Results }> {
  const log = new RunGlueLog();
  const { text, json } = await train(job, values, out, context, log.listen);
  const { evaluate } = runGlueActions(values);
  const results = writeResults(out, log.of(job.recipe), values.logging_steps ?? LOGGING_STEPS, evaluate);
  return { text, json: typeof json === 'object' && json !== null ? json : {}, results };
}
