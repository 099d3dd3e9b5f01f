import { Fault } from '../fault/fault.ts';
import type { Architecture, ModelSource, Recipe } from '../experiment/recipe.ts';
import { headsFor } from '../experiment/student_shape.ts';
import { BUNDLED_BASE } from '../experiment/presets.ts';
import { filesFolder, type Folder, type GivenFile } from '../hub/folder.ts';
import { readModelFolder, readTokenizerFiles } from '../hub/model_folder.ts';
import { urlFolder } from '../hub/url_folder.ts';
import type { ModelConfig } from '../model/config.ts';
import { checkComplete } from '../model/name_report.ts';
import { fromFile } from '../model/names.ts';
import type { Weights } from '../model/weights.ts';
import type { Encode } from './encode.ts';
import type { LabEvent } from './events.ts';
import { checkInit } from './limits.ts';
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
  readonly given: { readonly teacher?: readonly GivenFile[]; readonly data?: readonly GivenFile[]; readonly tokenizer?: readonly GivenFile[]; readonly student?: readonly GivenFile[] };
  /** Models kept from earlier runs: a run's student, a teacher made on its first use. */
  stored(key: string): Promise<LoadedSource | undefined>;
  /** The folder of a set of samples that this browser keeps; absent where nothing is kept. */
  samples?(id: string, name: string): Promise<Folder>;
  /** Tokenises rows; in this thread where there is no other. */
  readonly encode?: Encode;
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

/** A set of samples that the browser keeps; Fault `no-such-samples` when there is none. */
export async function keptSamples(id: string, name: string, shelf: Shelf): Promise<Folder> {
  const folder = await shelf.samples?.(id, name);
  if (folder) return folder;
  throw new Fault({ code: 'no-such-samples', where: `samples ${name}`, expected: 'a place that keeps sets of samples', got: 'none', remedy: 'Export the set on the page, and name its folder with --shards.' });
}

/** Reads a model folder and matches its tensors with its architecture; every mismatch is listed in one error. */
export async function readModel(folder: Folder, shelf: Shelf): Promise<LoadedSource> {
  let progress: Progress | undefined;
  const { config, tensors, tokenizerFiles, file: weightFile } = await readModelFolder(folder, {
    onProgress: (file, done, total) => {
      if (total === 0) return;
      if (progress?.label !== `Loading ${folder.name}/${file}`) progress = new Progress(`Loading ${folder.name}/${file}`, total, shelf.now, (event) => shelf.emit(event));
      progress.at(done);
    },
  });
  const { weights, report } = fromFile(config, tensors);
  checkComplete(report, config, `${folder.name}/${weightFile}`);
  if (report.unexpected.length > 0) shelf.emit({ type: 'note', text: `${folder.name} holds tensors that its architecture has no use for, and they are left out: ${listed(report.unexpected)}.` });
  return { weights, tokenizerFiles };
}

/** The first five of many names. */
const listed = (names: readonly string[]): string => (names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', '));

/** The model that a source names, with the tokenizer files that came with it. */
export function loadModel(source: ModelSource, shelf: Shelf): Promise<LoadedSource> {
  return LOADERS[source.kind](source as never, shelf);
}

/** The model that a recipe's student starts from, where that is not its teacher; checked against the recipe. */
export async function loadInit(recipe: Recipe, shelf: Shelf, teacher: Weights): Promise<Weights | undefined> {
  const { init } = recipe.student;
  const from = init.kind === 'random' ? undefined : init.from;
  const loaded = from && (await loadModel(from, { ...shelf, given: { ...shelf.given, teacher: shelf.given.student } })).weights;
  checkInit(recipe, (loaded ?? teacher).config);
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
    const base = urlFolder(`${shelf.baseUrl}models/${BUNDLED_BASE}/`, BUNDLED_BASE);
    if (!(await base.has('config.json'))) throw notBundled(source.name);
    shelf.emit({ type: 'note', text: `${source.name} is not bundled: it is finetuned from ${BUNDLED_BASE} now and kept for the next run.` });
    return readModel(base, shelf);
  },

  async stored(source, shelf) {
    const kept = await shelf.stored(source.run);
    if (kept) return kept;
    throw new Fault({ code: 'no-such-run', where: `run ${source.run}`, expected: 'a finished run in this browser', got: 'none of that name', remedy: 'Choose a run from the list, or load a model folder.' });
  },

  async scratch(source, shelf) {
    checkScratch(source);
    const tokenizerFiles = shelf.given.tokenizer ? await readTokenizerFiles(filesFolder('tokenizer', shelf.given.tokenizer)) : await bundledTokenizer(shelf);
    return { weights: { config: { ...scratchConfig(source.num_hidden_layers, source.hidden_size), ...source.architecture }, heads: [], tensors: new Map() }, tokenizerFiles };
  },
};

const notBundled = (name: string) =>
  new Fault({ code: 'no-such-model', where: `model ${name}`, expected: `a bundled model of this name, or ${BUNDLED_BASE} to make it from`, got: 'neither', remedy: 'Load a model folder, or start from scratch.' });

/** The bounds that `config.json` has too. */
function checkScratch({ num_hidden_layers: layers, hidden_size: width, architecture: { num_attention_heads: heads = headsFor(width) } = {} }: { readonly num_hidden_layers: number; readonly hidden_size: number; readonly architecture?: Architecture }): void {
  const within = (value: number, least: number, most: number) => Number.isInteger(value) && value >= least && value <= most;
  if (within(layers, 1, 48) && within(width, 2, 4096)) {
    if (width % heads === 0) return;
    throw new Fault({ code: 'bad-scratch-model', where: 'the model from scratch', expected: `a number of heads that divides its width of ${width}`, got: String(heads), remedy: 'Set its width and its heads so that one divides the other.' });
  }
  throw new Fault({ code: 'bad-scratch-model', where: 'the model from scratch', expected: '1 to 48 layers of width 2 to 4096', got: `${layers} layers of width ${width}`, remedy: 'Name for example 2 layers of width 64.' });
}

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
    num_attention_heads: headsFor(hidden_size),
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
