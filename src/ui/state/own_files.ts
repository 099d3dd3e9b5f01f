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
  readonly files: readonly GivenFile[];
}

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

/** Every use that the given files serve, one folder each; empty when nothing was recognised. */
export function recognise(files: readonly GivenFile[]): readonly Recognised[] {
  return [...byFolder(files)].flatMap(([folder, group]) => {
    const names = new Set(group.map((file) => baseName(file.name)));
    const kind = KINDS.find((k) => k.matches(names));
    if (!kind) return [];
    const read = group.filter((file) => kind.reads(baseName(file.name)));
    const plain = read.map((file) => ({ name: baseName(file.name), blob: file.blob }));
    return [{ use: kind.use, folder: folder || kind.title.toLowerCase(), found: plain.map((file) => file.name).join(', '), files: plain }];
  });
}

/** What was recognised among so many files, as a sentence. */
export function foundSentence(found: readonly Recognised[], files: number): string {
  if (found.length === 0) return `Nothing recognised among ${files} files. A folder should hold ${KINDS.map((kind) => kind.holds).join('; or ')}.`;
  const titleOf = (use: Use): string => KINDS.find((kind) => kind.use === use)?.title ?? use;
  return `Recognised: ${found.map((f) => `${titleOf(f.use)} in “${f.folder}”`).join('; ')}.`;
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
