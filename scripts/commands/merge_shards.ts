/** `merge_shards`: several shards → one, as the reference's program of that name. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { command, type Context, type Outcome } from '../command_line/command.ts';
import { integer, text, UsageError } from '../command_line/option.ts';
import { filesIn, inputFolder, outputFolder, partsOf, writeWhole, type InputFile } from '../corpus/files.ts';
import { Meter } from '../corpus/meter.ts';
import { mergedShards, type MergedShard } from '../../src/corpus/merging.ts';

export const mergeShards = command({
  name: 'merge_shards',
  summary: 'Merge shards of text into fewer, larger ones; training and test shards stay apart.',
  options: {
    data: text('DIR', 'folder with shards of text'),
    output_dir: text('DIR', 'folder for the merged shards'),
    ratio: integer(1, 65_536, 'shards that become one', '1'),
    grep: text('TEXT', 'only shards with this in their name, and the beginning of the names of the merged ones', 'training and test shards, each by themselves'),
  },
  plan: ({ data, output_dir, ratio = 1, grep = '' }) => {
    const files = filesIn(inputFolder(data, '--data'), (name) => name.includes('.txt') && !name.endsWith('.part') && name.includes(grep), `shards (*.txt)${grep === '' ? '' : ` with "${grep}" in their name`}`);
    const merged = mergedShards(files, ratio, grep);
    if (typeof merged === 'string') throw new UsageError('--ratio', 'a number that divides the shards evenly', merged);
    const out = outputFolder(output_dir, '--output_dir');
    return (context) => run(merged, out, context);
  },
});

async function run(merged: readonly MergedShard<InputFile>[], out: string, { log, signal }: Context): Promise<Outcome> {
  const missing = merged.filter(({ name }) => !existsSync(join(out, name)));
  const meter = new Meter(log, 'Merging', missing.flatMap(({ files }) => files).reduce((sum, { bytes }) => sum + bytes, 0));
  for (const { name, files } of missing) {
    await writeWhole(join(out, name), async (file) => {
      for (const { path } of files) {
        for await (const part of partsOf(path, signal, meter.read)) {
          meter.text(part.length);
          await file.write(part);
        }
      }
    });
  }
  const there = merged.length - missing.length;
  return { json: { ok: true, output_dir: out, shards: merged.length, made: missing.length }, text: `${merged.length} merged shards in ${out}${there > 0 ? `, ${there} of them there already` : ''}\n${meter.end()}` };
}
