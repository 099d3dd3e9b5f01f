/** `experiments`: the reference's own command line, seed after seed, each of which goes on where it was interrupted. */
import { readExperimentsLine } from '../../src/experiment/command_line.ts';
import { EXPERIMENT_OPTIONS } from '../../src/experiment/experiment_options.ts';
import { flag } from '../../src/experiment/option.ts';
import { COMMON_OPTIONS, type Command } from '../command_line/command.ts';
import { withFetched } from '../models/elsewhere.ts';
import { sweepJobs } from './sweep_jobs.ts';
import { runSweep } from './sweep_run.ts';

export const experiments: Command = {
  name: 'experiments',
  summary: 'Distil by the options of the reference’s experiments.py, with several seeds; the same line again goes on where it was.',
  operands: [],
  options: { ...EXPERIMENT_OPTIONS, ...COMMON_OPTIONS, help: flag('print this help') },
  prepare: (args) => {
    const { values: given, notes } = readExperimentsLine(args.filter((word) => word !== '--json'));
    return withFetched(given, { teacher: 'model', init_from: 'model', tokenizer: 'tokenizer' }, (values) => {
      const jobs = sweepJobs(values);
      return (context) => runSweep({ ...jobs, notes: [...notes, ...jobs.notes] }, values, context);
    });
  },
};
