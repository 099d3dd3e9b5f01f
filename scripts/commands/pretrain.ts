import { BUNDLED_BASE } from '../../src/experiment/presets.ts';
import { TEXT_OPTIONS } from '../../src/experiment/text_options.ts';
import { layerList, MODEL_HELP, TRAINING_OPTIONS } from '../../src/experiment/training_options.ts';
import { command } from '../command_line/command.ts';
import { integer, text } from '../command_line/option.ts';
import { withFetched } from '../models/elsewhere.ts';
import { DOCUMENTS, pretrainJob, SHAPE, STUDENT_DOCUMENTS } from './text_jobs.ts';
import { outputFolder, train } from './training_run.ts';

export const pretrain = command({
  name: 'pretrain',
  summary: `Pretrain a model on the generated corpus by masked words (as ${BUNDLED_BASE} was made), or distil a --teacher on it.`,
  options: {
    model: text('MODEL', MODEL_HELP, SHAPE),
    init: { ...layerList, help: 'layers of the model to go on with, 0-based, named twice to grow, e.g. 0,1,2,0,1,2; with --teacher those that the student starts from, or random' },
    documents: integer(100, 1_000_000, 'documents of the corpus', `${DOCUMENTS}; ${STUDENT_DOCUMENTS} with --teacher`),
    shards: text('DIR', 'folder of samples that generate_samples made, with their masks; the tokenizer must be that of the samples', 'the generated corpus'),
    ...TEXT_OPTIONS,
    ...TRAINING_OPTIONS,
  },
  plan: (given) => withFetched(given, { model: 'model', teacher: 'model', init_from: 'model', tokenizer: 'tokenizer' }, (values) => {
    const job = pretrainJob(values);
    const out = outputFolder(values.output_dir, job.recipe.name);
    return (context) => train(job, values, out, context);
  }),
});
