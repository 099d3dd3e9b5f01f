import type { ModelWidths } from '../../experiment/student_shape.ts';
import { holdsModel, isModelFile, TOKENIZER_FILES } from '../../hub/file_names.ts';
import type { GivenFile } from '../../worker/protocol.ts';
import { isTableName } from '../../data/split_files.ts';
import { isRowsName } from './table_files.ts';

/** The uses that a given folder may have in a recipe. */
export const USES = ['data', 'tokenizer', 'teacher'] as const;
export type Use = (typeof USES)[number];

/** What a folder turned out to hold. */
export interface Recognised {
  readonly use: Use;
  readonly folder: string;
  /** Files that the lab will read, as one line. */
  readonly found: string;
  /** Their names are paths below the folder. */
  readonly files: readonly GivenFile[];
  /** Other folders that would have served the use. */
  readonly others: readonly string[];
}

/** Files that are told by their names; more are only counted. */
const NAMED = 12;

interface Kind {
  readonly use: Use;
  readonly title: string;
  /** What the folder has to hold, for a person. */
  readonly holds: string;
  readonly matches: (names: ReadonlySet<string>) => boolean;
  readonly reads: (name: string) => boolean;
}

/** In order: a model folder may bring its tokenizer along, so the teacher is looked for before the tokenizer. */
export const KINDS: readonly Kind[] = [
  {
    use: 'data', title: 'Task data', holds: 'one or two tables, e.g. train.tsv and dev.tsv, and test.tsv to predict: TSV, CSV, JSON or Parquet',
    matches: (names) => !holdsModel(names) && [...names].some(isRowsName),
    reads: isTableName,
  },
  {
    use: 'teacher', title: 'Teacher', holds: 'config.json and model.safetensors or pytorch_model.bin, as on Hugging Face, or model.pt of fairseq',
    matches: holdsModel,
    reads: isModelFile,
  },
  {
    use: 'tokenizer', title: 'Tokenizer', holds: 'tokenizer.json or vocab.txt',
    matches: (names) => names.has('tokenizer.json') || names.has('vocab.txt') || (names.has('vocab.json') && names.has('merges.txt')),
    reads: (name) => TOKENIZER_FILES.includes(name),
  },
];

interface Group {
  readonly kind: Kind;
  readonly folder: string;
  readonly files: readonly GivenFile[];
}

/**
 * What the given files serve, once a use; empty when nothing was recognised.
 *
 * All tables make up one folder of data, whose files keep their paths, since a folder of GLUE has one for each task. Of
 * several models or tokenizers the one nearest to the top is taken.
 */
export function recognise(files: readonly GivenFile[]): readonly Recognised[] {
  const groups = [...byFolder(files)].flatMap(([folder, group]): Group[] => {
    const names = new Set(group.map((file) => baseName(file.name)));
    const kind = KINDS.find((k) => k.matches(names));
    return kind ? [{ kind, folder, files: group.filter((file) => kind.reads(baseName(file.name))) }] : [];
  });
  return KINDS.flatMap((kind) => {
    const own = groups.filter((group) => group.kind === kind).sort((a, b) => depth(a.folder) - depth(b.folder));
    const [first, ...others] = own;
    if (!first) return [];
    return [kind.use === 'data' ? below(kind, commonFolder(own.map(({ folder }) => folder)), own, []) : below(kind, first.folder, [first], others)];
  });
}

function below(kind: Kind, folder: string, groups: readonly Group[], others: readonly Group[]): Recognised {
  const files = groups.flatMap((group) => group.files).map(({ name, blob }) => ({ name: folder === '' ? name : name.slice(folder.length + 1), blob }));
  const found = files.length > NAMED ? `${files.length} files in ${groups.length} ${groups.length === 1 ? 'folder' : 'folders'}` : files.map(({ name }) => name).join(', ');
  return { use: kind.use, folder: folder || kind.title.toLowerCase(), found, files, others: others.map((group) => group.folder) };
}

const depth = (folder: string): number => (folder === '' ? 0 : folder.split('/').length);

/** The folder that holds all of these. */
function commonFolder([first = '', ...others]: readonly string[]): string {
  const parts = first.split('/');
  const apart = parts.findIndex((part, i) => others.some((other) => other.split('/')[i] !== part));
  return (apart < 0 ? parts : parts.slice(0, apart)).join('/');
}

/** What was recognised among so many files, as a sentence. */
export function foundSentence(found: readonly Recognised[], files: number): string {
  if (found.length === 0) return `Nothing recognised among ${files} files. A folder should hold ${KINDS.map((kind) => kind.holds).join('; or ')}.`;
  const titleOf = (use: Use): string => KINDS.find((kind) => kind.use === use)?.title ?? use;
  const besides = ({ others }: Recognised): string => (others.length === 0 ? '' : `, and not in ${others.map((folder) => `“${folder}”`).join(', ')}: give a folder alone to choose it`);
  return `Recognised: ${found.map((f) => `${titleOf(f.use)} in “${f.folder}”${besides(f)}`).join('; ')}.`;
}

function byFolder(files: readonly GivenFile[]): Map<string, GivenFile[]> {
  const folders = new Map<string, GivenFile[]>();
  for (const file of files) {
    const folder = file.name.split('/').slice(0, -1).join('/');
    folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  return folders;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The number of encoder layers that a `config.json` declares; undefined when it declares none that could be. */
export function layersOfConfig(text: string): number | undefined {
  const layers = numbersOf(text)?.num_hidden_layers;
  return layers !== undefined && layers <= 48 ? layers : undefined;
}

/** Widths that a `config.json` names; undefined where one of them is missing. */
export function widthsOfConfig(text: string): ModelWidths | undefined {
  const { hidden_size, num_attention_heads, intermediate_size } = numbersOf(text) ?? {};
  return hidden_size === undefined || num_attention_heads === undefined || intermediate_size === undefined ? undefined : { hidden_size, num_attention_heads, intermediate_size };
}

/** The positive whole numbers of a JSON object by name. */
function numbersOf(text: string): Partial<Record<string, number>> | undefined {
  try {
    const config: unknown = JSON.parse(text);
    if (typeof config !== 'object' || config === null) return undefined;
    return Object.fromEntries(Object.entries(config).filter((entry): entry is [string, number] => Number.isInteger(entry[1]) && entry[1] >= 1));
  } catch {
    return undefined;
  }
}
