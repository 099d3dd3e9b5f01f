/**
 * What the data of a task cost: tokenising, padding, and the time that steps wait for their batches.
 *
 *   node --import tsx bench/data_path.ts --task sst-2 --data glue_data/SST-2 --tokenizer bert-base-uncased
 *
 * Prints the share of real tokens in a whole epoch for several batches and lengths, then trains a model from random weights for
 * some steps on the WASM backend, as the lab does, and prints what the lab tells of its data.
 */
import { join } from 'node:path';
import { integer, readOptions, text } from '../scripts/command_line/option.ts';
import { ROOT } from '../scripts/build_app.ts';
import { withBundle } from '../scripts/node_bundle.ts';
import type * as Measurement from './data_path/measure.ts';

const { task, data, tokenizer, steps, width } = readOptions(
  {
    task: text('NAME', 'task of the rows', 'sst-2'),
    data: text('FOLDER', 'its files'),
    tokenizer: text('FOLDER', 'its tokenizer', 'that of mini-GLUE'),
    steps: integer(1, 10_000, 'training steps', '60'),
    width: integer(2, 768, 'width of the model, of two layers', '128'),
  },
  process.argv.slice(2),
);
if (data === undefined) throw new Error('--data: name the folder with the files of the task');

await withBundle<typeof Measurement, void>(join(import.meta.dirname, 'data_path', 'measure.ts'), ({ measure }) =>
  measure({ task: task ?? 'sst-2', data, tokenizer: tokenizer ?? join(ROOT, 'public/tokenizers/mini-glue'), steps: steps ?? 60, width: width ?? 128 }),
);
