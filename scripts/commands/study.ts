/** `study`: the paper's question on a model and rows of one's own, in one command. */
import { join, resolve } from 'node:path';
import { STUDY_OPTIONS } from '../../src/experiment/study_options.ts';
import { ROOT } from '../build_app.ts';
import { command } from '../command_line/command.ts';
import { withFetched } from '../models/elsewhere.ts';
import { studyJobs } from './study_jobs.ts';
import { runStudy } from './study_run.ts';

export const study = command({
  name: 'study',
  summary: 'Finetune teachers, distil students from several of their layers by several methods, and compare them at equal steps in one table.',
  options: STUDY_OPTIONS,
  plan: (given) => withFetched(given, { model: 'model', tokenizer: 'tokenizer' }, (values) => {
    const out = resolve(values.output_dir ?? join(ROOT, 'runs', 'study'));
    const jobs = studyJobs(values, out);
    return (context) => runStudy(jobs, values, { out, port: values.port, installBrowser: values['install-browser'] }, context);
  }),
});
