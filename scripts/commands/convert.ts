/** `convert`: any form of a BERT or RoBERTa → a Hugging Face folder, without a browser. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { architectureOf } from '../../src/formats/config_json.ts';
import { modelFolderFiles, readModelFolder, type OutputFile } from '../../src/hub/model_folder.ts';
import { checkComplete } from '../../src/model/name_report.ts';
import { fromFile, toFile, type NameReport } from '../../src/model/names.ts';
import type { Weights } from '../../src/model/weights.ts';
import { Tokenizer } from '../../src/tokenizer/tokenizer.ts';
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
  options: { dtype: choice(['f32', 'f16'], 'precision of the weights that are written', 'f32') },
  plan: ({ dtype = 'f32' }, [input = '', output = '']) => {
    const out = resolve(output);
    checkOutput(out);
    return async (context) => {
      const folder = openPath(await localPath(input, context));
      const { config, tensors, tokenizerFiles, file } = await readModelFolder(folder);
      const { weights, report } = fromFile(config, tensors);
      checkComplete(report, config, folder.isFile ? folder.name : `${folder.name}/${file}`);
      const files = modelFolderFiles({
        config,
        architecture: architectureOf(config, weights.heads),
        tensors: toFile(weights),
        tokenizerFiles: tokenizerFiles.size > 0 ? Tokenizer.fromFiles(tokenizerFiles, folder.name).files() : tokenizerFiles,
        card: card(basename(out), folder.name, weights, report),
        dtype: DTYPES[dtype],
      });
      write(out, files);
      return outcome(out, files, weights, report, tokenizerFiles.size > 0);
    };
  },
});

function write(out: string, files: readonly OutputFile[]): void {
  mkdirSync(out, { recursive: true });
  for (const { name, bytes } of files) writeFileSync(join(out, name), bytes);
}

function outcome(out: string, files: readonly OutputFile[], { config, heads, tensors }: Weights, { unexpected }: NameReport, hasTokenizer: boolean) {
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

/** The README.md of a converted model. */
function card(name: string, origin: string, { config, heads }: Weights, { unexpected }: NameReport): string {
  const own = config.encoder_ln_mode === 'pre-ln' || config.layernorm_embedding === false;
  return [
    `# ${name}`,
    '',
    `${architectureOf(config, heads)} with ${config.num_hidden_layers} layers of width ${config.hidden_size}, converted from \`${origin}\` by Distill Lab.`,
    ...(own ? ['', 'Its encoder is of a form that `transformers` does not have (pre-LayerNorm, or embeddings without LayerNorm), so it reopens in Distill Lab only.'] : []),
    ...(unexpected.length > 0 ? ['', `Tensors left out: ${unexpected.map((tensor) => `\`${tensor}\``).join(', ')}.`] : []),
    '',
  ].join('\n');
}
