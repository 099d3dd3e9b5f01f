/** `run_pretraining`: masked words and distillation on text by the options of the reference's `run_pretraining.py`. */
import { flag } from '../../src/experiment/option.ts';
import { readRunPretraining, type RunPretrainingValues } from '../../src/experiment/run_pretraining_line.ts';
import { RUN_PRETRAINING_OPTIONS } from '../../src/experiment/run_pretraining_options.ts';
import { COMMON_OPTIONS, type Command, type Context, type Outcome } from '../command_line/command.ts';
import { withFetched } from '../models/elsewhere.ts';
import { runId } from './kept_runs.ts';
import { dropRecipe, jobFolder, runPretrainingJob, withMiniOffer, writeRecipe } from './run_pretraining_jobs.ts';
import { earlierEntries, PretrainingLog } from './run_pretraining_log.ts';
import { train } from './training_run.ts';

const WANTS = { model_name_or_path: 'model', teacher_path: 'model', student_initialize: 'model', tokenizer_name: 'tokenizer' } as const;

export const runPretraining: Command = {
  name: 'run_pretraining',
  summary: 'Pretrain or distil on text by the options of the reference’s run_pretraining.py; --preset mini scales a line to a laptop.',
  operands: [],
  options: { ...RUN_PRETRAINING_OPTIONS, ...COMMON_OPTIONS, help: flag('print this help') },
  prepare: (args) => {
    const { values: written, notes } = readRunPretraining(args.filter((word) => word !== '--json'));
    const { student_initialize, ...rest } = written;
    const named = student_initialize === 'teacher' || student_initialize === undefined ? rest : written;
    let fetched = false;
    const work = withFetched<RunPretrainingValues>(named, WANTS, (values) => {
      fetched = true;
      return plan({ ...written, ...values }, notes);
    });
    return (context) => work(context).catch((error: unknown) => Promise.reject(fetched ? error : withMiniOffer(error)));
  },
};

function plan(values: RunPretrainingValues, notes: readonly string[]): (context: Context) => Promise<Outcome> {
  const job = runPretrainingJob(values);
  const { folder, interrupted } = jobFolder(values, job.recipe);
  const recipe = { ...job.recipe, name: interrupted?.name ?? job.recipe.name };
  const said = interrupted ? [`The run in ${folder} goes on from its last checkpoint, where this browser still has it.`] : [];
  return async (context) => {
    writeRecipe(folder, recipe);
    const log = new PretrainingLog(recipe.training, values.print_steps, interrupted ? earlierEntries(folder) : []);
    try {
      return await train({ ...job, recipe, run: runId(recipe), notes: [...notes, ...job.notes, ...said] }, values, folder, context, log.listen);
    } finally {
      if (log.began || interrupted) log.write(folder);
      else dropRecipe(folder);
    }
  };
}
