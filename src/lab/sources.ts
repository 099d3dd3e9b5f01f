import { Fault } from '../fault/fault.ts';
import { FormatError } from '../formats/format_error.ts';
import type { ModelSource } from '../experiment/recipe.ts';
import { BUNDLED_BASE } from '../experiment/presets.ts';
import { filesFolder, type Folder, type GivenFile } from '../hub/folder.ts';
import { readModelFolder, readTokenizerFiles } from '../hub/model_folder.ts';
import { urlFolder } from '../hub/url_folder.ts';
import type { ModelConfig } from '../model/config.ts';
import { fromFile, type NameReport } from '../model/names.ts';
import type { Weights } from '../model/weights.ts';
import type { LabEvent } from './events.ts';
import { Progress, type Clock } from './progress.ts';

/** A model with the tokenizer files that came with it; one from scratch has no tensors yet. */
export interface LoadedSource {
  readonly weights: Weights;
  readonly tokenizerFiles: ReadonlyMap<string, Uint8Array>;
}

/** Where sources are looked up. */
export interface Shelf {
  /** Address below which `models/` and `tokenizers/` lie, with a slash at the end. */
  readonly baseUrl: string;
  readonly given: { readonly teacher?: readonly GivenFile[]; readonly data?: readonly GivenFile[]; readonly tokenizer?: readonly GivenFile[] };
  /** Models kept from earlier runs: a run's student, a teacher made on its first use. */
  stored(key: string): Promise<LoadedSource | undefined>;
  readonly now: Clock;
  emit(event: LabEvent): void;
}

/** The folder that a source names; undefined for sources that are no folder. */
export function folderOf(source: { readonly kind: string; readonly name?: string; readonly url?: string }, given: readonly GivenFile[] | undefined, shelf: Shelf): Folder | undefined {
  if (source.kind === 'bundled') return urlFolder(`${shelf.baseUrl}models/${source.name}/`, source.name!);
  if (source.kind !== 'folder') return undefined;
  if (given) return filesFolder(source.name!, given);
  if (source.url) return urlFolder(source.url, source.name!);
  throw new Fault({
    code: 'files-not-given',
    where: source.name ?? 'folder',
    expected: 'the files of this folder',
    got: 'none: a browser forgets them when the page is closed',
    remedy: 'Give the folder again and continue the run.',
  });
}

/** Reads a model folder and matches its tensors with its architecture; every mismatch is listed in one error. */
export async function readModel(folder: Folder, shelf: Shelf): Promise<LoadedSource> {
  let progress: Progress | undefined;
  const { config, tensors, tokenizerFiles } = await readModelFolder(folder, {
    onProgress: (file, done, total) => {
      if (total === 0) return;
      if (progress?.label !== `Loading ${folder.name}/${file}`) progress = new Progress(`Loading ${folder.name}/${file}`, total, shelf.now, (event) => shelf.emit(event));
      progress.at(done);
    },
  });
  const { weights, report } = fromFile(config, tensors);
  if (report.missing.length + report.misshaped.length > 0) throw mismatch(folder.name, report);
  if (report.unexpected.length > 0) shelf.emit({ type: 'note', text: `${folder.name} holds ${report.unexpected.length} tensors that BERT has no use for: ${report.unexpected.slice(0, 5).join(', ')}.` });
  return { weights, tokenizerFiles };
}

function mismatch(where: string, { missing, misshaped }: NameReport): FormatError {
  const shapes = misshaped.map(({ name, expected, got }) => `${name} is [${got}] instead of [${expected}]`);
  const lacks = missing.map((name) => `${name} is missing`);
  return new FormatError('TensorMismatch', `${where}/model.safetensors`, 'the tensors that config.json describes', [...lacks, ...shapes].join('; '), 'Check that config.json and model.safetensors belong together.');
}

/** The model that a source names, with the tokenizer files that came with it. */
export async function loadModel(source: ModelSource, shelf: Shelf): Promise<LoadedSource> {
  const loaded = await LOADERS[source.kind](source as never, shelf);
  if (loaded.weights.config.model_type === 'roberta') {
    throw new FormatError('BadConfig', 'config.json', 'model_type "bert"', 'model_type "roberta"', 'RoBERTa encoders cannot be run yet: choose a BERT model.');
  }
  return loaded;
}

type Loader<K extends ModelSource['kind']> = (source: Extract<ModelSource, { kind: K }>, shelf: Shelf) => Promise<LoadedSource>;

const LOADERS: { readonly [K in ModelSource['kind']]: Loader<K> } = {
  folder: (source, shelf) => readModel(folderOf(source, shelf.given.teacher, shelf)!, shelf),

  async bundled(source, shelf) {
    const folder = folderOf(source, undefined, shelf)!;
    if (await folder.has('config.json')) return readModel(folder, shelf);
    const kept = await shelf.stored(source.name);
    if (kept) return kept;
    shelf.emit({ type: 'note', text: `${source.name} is not bundled: it is finetuned from ${BUNDLED_BASE} now and kept for the next run.` });
    return readModel(urlFolder(`${shelf.baseUrl}models/${BUNDLED_BASE}/`, BUNDLED_BASE), shelf);
  },

  async stored(source, shelf) {
    const kept = await shelf.stored(source.run);
    if (kept) return kept;
    throw new Fault({ code: 'no-such-run', where: `run ${source.run}`, expected: 'a finished run in this browser', got: 'none of that name', remedy: 'Choose a run from the list, or load a model folder.' });
  },

  async scratch(source, shelf) {
    const tokenizerFiles = shelf.given.tokenizer ? await readTokenizerFiles(filesFolder('tokenizer', shelf.given.tokenizer)) : await bundledTokenizer(shelf);
    return { weights: { config: scratchConfig(source.num_hidden_layers, source.hidden_size), heads: [], tensors: new Map() }, tokenizerFiles };
  },
};

/** Tokenizer files of the bundled models. */
export function bundledTokenizer(shelf: Shelf): Promise<ReadonlyMap<string, Uint8Array>> {
  return readTokenizerFiles(urlFolder(`${shelf.baseUrl}tokenizers/mini-glue/`, 'mini-glue tokenizer'));
}

/**
 * A BERT of the given depth and width; its vocabulary is set when the tokenizer is known.
 *
 * The range of the initial weights is BERT's 0.02 at its width of 768, scaled by 1/√width so that narrow models pass on
 * signals of the same size.
 */
export function scratchConfig(num_hidden_layers: number, hidden_size: number): ModelConfig {
  return {
    model_type: 'bert',
    vocab_size: 1,
    hidden_size,
    num_hidden_layers,
    num_attention_heads: Math.max(1, Math.floor(hidden_size / 16)),
    intermediate_size: 4 * hidden_size,
    hidden_act: 'gelu',
    hidden_dropout_prob: 0.1,
    attention_probs_dropout_prob: 0.1,
    max_position_embeddings: 128,
    type_vocab_size: 2,
    initializer_range: Number((0.02 * Math.sqrt(768 / hidden_size)).toFixed(4)),
    layer_norm_eps: 1e-12,
    pad_token_id: 0,
    labels: [],
  };
}
