import { DEFAULT_RECIPE } from '../../src/experiment/presets.ts';
import { command } from '../command_line/command.ts';
import { integer, real, text } from '../command_line/option.ts';
import { distillJob } from './recipe_from.ts';
import { layerList, MODEL_HELP, TRAINING_OPTIONS } from '../../src/experiment/training_options.ts';
import { withFetched } from '../models/elsewhere.ts';
import { outputFolder, train } from './training_run.ts';

const { student, stages } = DEFAULT_RECIPE;
const { temperature, kd_weight } = stages[0]?.objectives[0]?.parameters ?? {};

export const distill = command({
  name: 'distill',
  summary: 'Distil a teacher into a smaller student, and score both beside every baseline.',
  options: {
    teacher: text('MODEL', MODEL_HELP, "the task's bundled teacher"),
    student_layers: integer(1, 48, "the student's layers", String(student.num_hidden_layers)),
    init: layerList,
    temperature: real(0.01, 1000, "temperature τ of the teacher's probabilities", String(temperature)),
    kd_weight: real(0, 1, 'weight β of the teacher against the labels', String(kd_weight)),
    ...TRAINING_OPTIONS,
  },
  plan: (given) => withFetched(given, { teacher: 'model', tokenizer: 'tokenizer' }, (values) => {
    const job = distillJob(values);
    const out = outputFolder(values.output_dir, job.recipe.name);
    return (context) => train(job, values, out, context);
  }),
});
