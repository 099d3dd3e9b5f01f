import { BUNDLED_BASE } from '../../src/experiment/presets.ts';
import { command } from '../command_line/command.ts';
import { integer, text } from '../command_line/option.ts';
import { pretrainJob } from './recipe_from.ts';
import { layerNumbers, MODEL_HELP, TRAINING_OPTIONS } from '../../src/experiment/training_options.ts';
import { withFetched } from '../models/elsewhere.ts';
import { outputFolder, train } from './training_run.ts';

const SHAPE = 'scratch:12x64';
const DOCUMENTS = 20_000;

export const pretrain = command({
  name: 'pretrain',
  summary: `Pretrain a model by masked language modelling on the generated corpus (as ${BUNDLED_BASE} was made).`,
  options: {
    model: text('MODEL', MODEL_HELP, SHAPE),
    init: layerNumbers,
    documents: integer(100, 1_000_000, 'documents of the corpus', String(DOCUMENTS)),
    ...TRAINING_OPTIONS,
  },
  plan: (given) => withFetched(given, { model: 'model', tokenizer: 'tokenizer' }, (values) => {
    const job = pretrainJob({ ...values, model: values.model ?? SHAPE, documents: values.documents ?? DOCUMENTS });
    const out = outputFolder(values.output_dir, job.recipe.name);
    return (context) => train(job, values, out, context);
  }),
});
