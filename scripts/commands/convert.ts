/** `convert`: any form of a BERT or RoBERTa → a Hugging Face folder, without a browser. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { architectureOf } from '../../src/formats/config_json.ts';
import { taskNamed } from '../../src/data/tasks.ts';
import { taskOption } from '../../src/experiment/training_options.ts';
import type { OutputFile } from '../../src/hub/model_folder.ts';
import { convertFolder, type Converted } from '../../src/lab/convert.ts';
import { command } from '../command_line/command.ts';
import { choice } from '../command_line/option.ts';
import { openPath } from '../disk_folder.ts';
import { checkOutput } from '../driven_run.ts';
import { localPath } from '../models/elsewhere.ts';

const DTYPES = { f32: 'F32', f16: 'F16' } as const;

export const convert = command({
  name: 'convert',
  summary: 'Read a model in any form and write it as a Hugging Face folder.',
  operands: [
    { name: 'IN', help: 'a model: folder, zip archive, model.pt of fairseq, org/name[@revision] on the Hub, or an address' },
    { name: 'OUT', help: 'the folder to write, which must be new or empty' },
  ],
  options: {
    dtype: choice(['f32', 'f16'], 'precision of the weights that are written', 'f32'),
    fairseq_task: { ...taskOption, help: 'GLUE task of a classifier that fairseq trained: its outputs are put into Hugging Face\'s order and named', otherwise: 'labels stay as they are' },
  },
  plan: ({ dtype = 'f32', fairseq_task }, [input = '', output = '']) => {
    const out = resolve(output);
    checkOutput(out);
    return async (context) => {
      const folder = openPath(await localPath(input, context));
      const converted = await convertFolder(folder, { name: basename(out), dtype: DTYPES[dtype], fairseqTask: fairseq_task === undefined ? undefined : taskNamed(fairseq_task) });
      write(out, converted.files);
      return outcome(out, converted);
    };
  },
});

function write(out: string, files: readonly OutputFile[]): void {
  mkdirSync(out, { recursive: true });
  for (const { name, bytes } of files) writeFileSync(join(out, name), bytes);
}

function outcome(out: string, { files, weights: { config, heads, tensors }, report: { unexpected }, hasTokenizer }: Converted) {
  const architecture = architectureOf(config, heads);
  const json = { ok: true, output_dir: out, architecture, heads, tensors: tensors.size, left_out: unexpected, files: files.map(({ name, bytes }) => ({ name, bytes: bytes.length })) };
  const lines = [
    `${architecture}, ${tensors.size} tensors, written to ${out}:`,
    ...files.map(({ name, bytes }) => `  ${name}  ${bytes.length.toLocaleString('en-GB')} bytes`),
    ...(heads.includes('classification') ? [] : ['It has no classification head: finetuning gives it one.']),
    ...(hasTokenizer ? [] : ['The model came without tokenizer files: add them before it is used.']),
    ...(unexpected.length > 0 ? [`Left out, since the architecture has no place for them: ${unexpected.join(', ')}`] : []),
  ];
  return { json, text: lines.join('\n') };
}
