import { modelFolderFiles, type OutputFile } from '../../src/hub/model_folder.ts';
import type { GivenFile } from '../../src/hub/folder.ts';
import type { Shelf } from '../../src/lab/sources.ts';
import type { LabEvent } from '../../src/lab/events.ts';
import type { ModelConfig } from '../../src/model/config.ts';
import { toFile } from '../../src/model/names.ts';
import type { Head } from '../../src/model/parameters.ts';
import { randomWeights } from '../../src/model/weights.ts';
import { TASKS } from '../../src/data/tasks.ts';
import { CONFIG } from '../train/small_job.ts';
import { smallTokenizer, WORDS } from './small_session.ts';

/** A BERT of 3 layers, 5 heads and width 15 for the small tokenizer. */
export const SMALL_CONFIG: ModelConfig = { ...CONFIG, vocab_size: WORDS.length, labels: TASKS[0]!.labels };

export interface ModelChanges {
  readonly config?: Partial<ModelConfig>;
  readonly heads?: readonly Head[];
  readonly tokenizer?: boolean;
  /** Changes the tensors before they are written; names are those of the file. */
  readonly tensors?: (tensors: ReturnType<typeof toFile>) => ReturnType<typeof toFile>;
  /** Changes the written files. */
  readonly files?: (files: readonly OutputFile[]) => readonly OutputFile[];
}

/** A model folder as files that a person gives. */
export function modelFiles({ config, heads = ['classification'], tokenizer = true, tensors = (all) => all, files = (all) => all }: ModelChanges = {}): GivenFile[] {
  const whole = { ...SMALL_CONFIG, ...config };
  const written = modelFolderFiles({
    config: whole,
    architecture: heads.includes('classification') ? 'BertForSequenceClassification' : 'BertForMaskedLM',
    tensors: tensors(toFile(randomWeights(whole, heads, 7))),
    tokenizerFiles: tokenizer ? smallTokenizer().files() : new Map(),
    card: '',
    dtype: 'F32',
  });
  return files(written).map(({ name, bytes }) => ({ name, blob: new Blob([bytes.slice()]) }));
}

/** A file of text. */
export function textFile(name: string, text: string): GivenFile {
  return { name, blob: new Blob([text]) };
}

/** Lines of a table of sentences and labels; every second label is 1. */
export function sentences(count: number, stream = 0): string {
  const word = (i: number) => WORDS[5 + ((i * 7 + stream) % (WORDS.length - 5))]!;
  const row = (i: number) => `${word(i)} ${word(i + 1)} ${i % 2 === 1 ? 'good' : 'bad'} ${word(3 * i)}\t${i % 2}`;
  return `sentence\tlabel\n${Array.from({ length: count }, (_, i) => row(i)).join('\n')}\n`;
}

/** A GLUE folder of 43 training and 37 dev rows, with other contents for some of its files. */
export function dataFiles(contents: Readonly<Record<string, string>> = {}): GivenFile[] {
  const all = { 'train.tsv': sentences(43), 'dev.tsv': sentences(37, 5), ...contents };
  return Object.entries(all).map(([name, text]) => textFile(name, text));
}

/** A shelf with these files only, and the notes that were told while it was used. */
export function shelfOf(given: Shelf['given']): Shelf & { readonly notes: string[] } {
  const notes: string[] = [];
  return {
    baseUrl: 'http://lab.invalid/',
    given,
    notes,
    stored: async () => undefined,
    now: () => 0,
    emit: (event: LabEvent) => {
      if (event.type === 'note') notes.push(event.text);
    },
  };
}
