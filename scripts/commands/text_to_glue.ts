/** `text_to_glue`: from a teacher over its distillation on text to finetuned students, in one command. */
import { join, resolve } from 'node:path';
import { MINI_GLUE_TASKS, TASKS } from '../../src/data/tasks.ts';
import { taskOption } from '../../src/experiment/training_options.ts';
import { DISTIL_STEPS, TASK_EPOCHS, TASK_RATE, TEACHER_STEPS, TEXT_TO_GLUE_DEFAULTS } from '../../src/experiment/text_to_glue.ts';
import { TEXT_OPTIONS } from '../../src/experiment/text_options.ts';
import { PRETRAIN_OPTIONS } from '../../src/experiment/text_recipe.ts';
import { ROOT } from '../build_app.ts';
import { command } from '../command_line/command.ts';
import { integer, real, text, UsageError, type Option } from '../command_line/option.ts';
import { withFetched } from '../models/elsewhere.ts';
import { runTextToGlue } from './text_to_glue_run.ts';
import { textToGlueJobs } from './text_to_glue_jobs.ts';

const { method, next_sentence, layer_selection, mapping, student_layers, hidden_size, temperature, kd_weight, aug, fidelity, teacher } = TEXT_OPTIONS;
const { init, shards, documents, tokenizer, data_seed, seed, batch_size, learning_rate, max_seq_length, train_rows, dev_rows, backend, port, 'install-browser': installBrowser } = PRETRAIN_OPTIONS;

const taskList: Option<readonly string[]> = {
  placeholder: 'LIST',
  help: `tasks to finetune on, of ${TASKS.map(({ name }) => name).join(', ')}`,
  otherwise: TEXT_TO_GLUE_DEFAULTS.tasks.join(','),
  read: (value, where) => {
    const tasks = value.split(',').map((name) => taskOption.read(name.trim(), where));
    if (new Set(tasks).size === tasks.length) return tasks;
    throw new UsageError(where, 'every task once', `"${value}"`);
  },
};

export const TEXT_TO_GLUE_OPTIONS = {
  teacher: { ...teacher, help: `model to distil, with a head for masked words: ${teacher.help.split(': ')[1] ?? ''}, which is pretrained first`, otherwise: TEXT_TO_GLUE_DEFAULTS.teacher },
  teacher_steps: integer(1, 10_000_000, 'updates of a teacher from random weights', String(TEACHER_STEPS)),
  method, next_sentence, layer_selection, mapping, student_layers, init, hidden_size, temperature, kd_weight, aug, fidelity,
  max_steps: integer(1, 10_000_000, 'updates on text, of the distilled student and of the one that learns masked words alone', String(DISTIL_STEPS)),
  batch_size, learning_rate, max_seq_length, shards, documents, tokenizer,
  tasks: taskList,
  glue: text('FOLDER', 'folder with a folder of original files for each task, named as it', `generated rows, of ${MINI_GLUE_TASKS.map(({ name }) => name).join(', ')}`),
  task_epochs: integer(1, 10_000, 'passes over the rows of a task', String(TASK_EPOCHS)),
  task_learning_rate: real(0, 10, 'highest learning rate on a task', String(TASK_RATE)),
  train_rows, dev_rows, data_seed, seed, backend,
  output_dir: text('FOLDER', 'folder of the models and the table; finished parts in it are taken as they are', 'runs/text_to_glue'),
  port,
  'install-browser': installBrowser,
} as const;

export const textToGlue = command({
  name: 'text_to_glue',
  summary: 'Distil a teacher on text, finetune it, its student and a student without a teacher on tasks, and compare them in one table.',
  options: TEXT_TO_GLUE_OPTIONS,
  plan: (given) => withFetched(given, { teacher: 'model', tokenizer: 'tokenizer' }, (values) => {
    const out = resolve(values.output_dir ?? join(ROOT, 'runs', 'text_to_glue'));
    const jobs = textToGlueJobs(values, out);
    return (context) => runTextToGlue(jobs, { out, port: values.port, installBrowser: values['install-browser'] }, context);
  }),
});
