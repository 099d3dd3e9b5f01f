/** Any form of a BERT or RoBERTa → a Hugging Face folder. */
import { architectureOf, opensInTransformers } from '../formats/config_json.ts';
import type { Folder, LoadOptions } from '../hub/folder.ts';
import { modelFolderFiles, readModelFolder, type OutputFile } from '../hub/model_folder.ts';
import { checkComplete } from '../model/name_report.ts';
import { fromFile, toFile, type NameReport } from '../model/names.ts';
import type { Weights } from '../model/weights.ts';
import type { TaskSpec } from '../data/task.ts';
import { Tokenizer } from '../tokenizer/tokenizer.ts';
import { inTaskOrder } from './reference_labels.ts';

export interface ConvertOptions extends LoadOptions {
  /** What the card calls the model. */
  readonly name: string;
  readonly dtype: 'F32' | 'F16';
  /** The task of a classifier that fairseq trained, whose outputs have fairseq's order and no names. */
  readonly fairseqTask?: TaskSpec | undefined;
}

export interface Converted {
  readonly files: readonly OutputFile[];
  readonly weights: Weights;
  readonly report: NameReport;
  readonly hasTokenizer: boolean;
}

/**
 * Reads a model and gives the files of its folder; a student of the lab keeps its card and `trainer_state.json`.
 *
 * Throws FormatError TensorMismatch for tensors that are missing or mis-shaped, NotFinite, or what the readers throw.
 */
export async function convertFolder(folder: Folder, { name, dtype, fairseqTask, ...options }: ConvertOptions): Promise<Converted> {
  const { config, tensors, tokenizerFiles, file } = await readModelFolder(folder, options);
  const { weights: asWritten, report } = fromFile(config, tensors);
  checkComplete(report, config, folder.isFile ? folder.name : `${folder.name}/${file}`);
  const weights = fairseqTask ? inTaskOrder(asWritten, fairseqTask, folder.name) : asWritten;
  const hasTokenizer = tokenizerFiles.size > 0;
  const files = modelFolderFiles({
    config: weights.config,
    architecture: architectureOf(config, weights.heads),
    tensors: toFile(weights),
    tokenizerFiles: hasTokenizer ? Tokenizer.fromFiles(tokenizerFiles, folder.name).files() : tokenizerFiles,
    card: card(name, folder.name, weights, report),
    dtype,
  });
  return { files: await withOrigin(folder, files), weights, report, hasTokenizer };
}

/** The files with card and training state of a folder that the lab itself wrote, in place of new ones. */
async function withOrigin(folder: Folder, files: readonly OutputFile[]): Promise<readonly OutputFile[]> {
  if (folder.isFile) return files;
  const [state, readme] = [await folder.read('trainer_state.json'), await folder.read('README.md')];
  if (!state || !readme) return files;
  return [...files.filter(({ name }) => name !== 'README.md'), { name: 'README.md', bytes: readme }, { name: 'trainer_state.json', bytes: state }];
}

/** The README.md of a converted model. */
function card(name: string, origin: string, { config, heads }: Weights, { unexpected }: NameReport): string {
  return [
    `# ${name}`,
    '',
    `${architectureOf(config, heads)} with ${config.num_hidden_layers} layers of width ${config.hidden_size}, converted from \`${origin}\` by Distill Lab.`,
    ...(opensInTransformers(config) ? [] : ['', 'Its encoder is of a form that `transformers` does not have (pre-LayerNorm, or embeddings without LayerNorm), so it reopens in Distill Lab only.']),
    ...(unexpected.length > 0 ? ['', `Tensors left out: ${unexpected.map((tensor) => `\`${tensor}\``).join(', ')}.`] : []),
    '',
  ].join('\n');
}
