import { BUNDLED_BASE } from '../../src/experiment/presets.ts';
import { PRETRAIN_OPTIONS } from '../../src/experiment/text_recipe.ts';
import { command } from '../command_line/command.ts';
import { withFetched } from '../models/elsewhere.ts';
import { pretrainJob } from './text_jobs.ts';
import { outputFolder, train } from './training_run.ts';

export const pretrain = command({
  name: 'pretrain',
  summary: `Pretrain a model on the generated corpus by masked words (as ${BUNDLED_BASE} was made), or distil a --teacher on it.`,
  options: PRETRAIN_OPTIONS,
  plan: (given) => withFetched(given, { model: 'model', teacher: 'model', init_from: 'model', tokenizer: 'tokenizer' }, (values) => {
    const job = pretrainJob(values);
    const out = outputFolder(values.output_dir, job.recipe.name);
    return (context) => train(job, values, out, context);
  }),
});
