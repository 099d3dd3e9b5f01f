import { BUNDLED_BASE } from '../../src/experiment/presets.ts';
import { command } from '../command_line/command.ts';
import { text } from '../command_line/option.ts';
import { finetuneJob } from './recipe_from.ts';
import { MODEL_HELP, TRAINING_OPTIONS } from '../../src/experiment/training_options.ts';
import { withFetched } from '../models/elsewhere.ts';
import { outputFolder, train } from './training_run.ts';

export const finetune = command({
  name: 'finetune',
  summary: 'Finetune one model on one task, and save it as a Hugging Face folder.',
  options: { model: text('MODEL', MODEL_HELP, BUNDLED_BASE), ...TRAINING_OPTIONS },
  plan: (given) => withFetched(given, { model: 'model', tokenizer: 'tokenizer' }, (values) => {
    const job = finetuneJob({ ...values, model: values.model ?? BUNDLED_BASE });
    const out = outputFolder(values.output_dir, job.recipe.name);
    return (context) => train(job, values, out, context);
  }),
});
