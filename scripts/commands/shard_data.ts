/** `shard_data`: articles, one a line → shards with a sentence a line, as the reference's program of that name. */
import { command } from '../command_line/command.ts';
import { integer, real, short, text } from '../command_line/option.ts';
import { filesIn, inputFolder, outputFolder } from '../corpus/files.ts';
import { makeShards } from '../corpus/shards.ts';

/** The reference's numbers. */
const USUAL = { num_train_shards: 256, num_test_shards: 256, frac_test: 0.1 } as const;
const MOST = 65_536;

export const shardData = command({
  name: 'shard_data',
  summary: 'Part files of one article a line into training and test shards with a sentence a line.',
  options: {
    dir: text('DIR', 'folder with .txt files of one article a line'),
    output_dir: short('o', text('DIR', 'folder for the shards, training0.txt … and test0.txt …')),
    num_train_shards: integer(1, MOST, 'training shards', String(USUAL.num_train_shards)),
    num_test_shards: integer(1, MOST, 'test shards', String(USUAL.num_test_shards)),
    frac_test: real(0, 1, 'share of the sentences for the test shards', String(USUAL.frac_test)),
  },
  plan: ({ dir, output_dir, ...values }) => {
    const folder = inputFolder(dir, '--dir');
    const files = filesIn(folder, (name) => name.endsWith('.txt'), '.txt files with one article a line');
    const out = outputFolder(output_dir, '-o');
    const { num_train_shards, num_test_shards, frac_test } = { ...USUAL, ...values };
    return (context) => makeShards(files, out, { trainShards: num_train_shards, testShards: num_test_shards, testShare: frac_test }, context);
  },
});
