/** The contract between the page and the worker that makes samples of text: one task in, a row of events out. */
import type { SamplePlan } from '../corpus/sample_plan.ts';
import type { FaultReport } from '../fault/fault.ts';
import type { GivenFile } from './protocol.ts';

export type { SamplePlan } from '../corpus/sample_plan.ts';

/** Whose vocabulary samples are made with. */
export type VocabularySource =
  /** That of the bundled models. */
  | { readonly kind: 'bundled' }
  /** Tokenizer files among those given, e.g. a vocab.txt or the folder of a model; `lowerCase` counts for a vocab.txt alone. */
  | { readonly kind: 'files'; readonly name: string; readonly files: readonly GivenFile[]; readonly lowerCase: boolean };

export type CorpusTask =
  /** Makes a set of samples of files of text, under a new id. */
  | { readonly type: 'make'; readonly set: string; readonly name: string; readonly files: readonly GivenFile[]; readonly plan: SamplePlan; readonly vocabulary: VocabularySource }
  /** Makes what is missing of a set; the files of the text are needed until all of it was read. */
  | { readonly type: 'go-on'; readonly set: string; readonly files: readonly GivenFile[] }
  /** Takes a folder or an archive of samples into the store, under a new id. */
  | { readonly type: 'import'; readonly set: string; readonly files: readonly GivenFile[] }
  /** Gives the files of a set as one archive. */
  | { readonly type: 'export'; readonly set: string };

/** What a task is at, in the order of a making. */
export type CorpusPhase = 'reading' | 'making' | 'importing' | 'exporting';

export type CorpusEvent =
  /** Bytes done and in all, bytes of text among them, and seconds since the phase began. */
  | { readonly type: 'progress'; readonly phase: CorpusPhase; readonly done: number; readonly total: number; readonly text: number; readonly seconds: number }
  /** The end, with the bytes of text that were worked through and the seconds that it all took. */
  | { readonly type: 'done'; readonly text: number; readonly seconds: number }
  | { readonly type: 'exported'; readonly file: GivenFile }
  | { readonly type: 'fault'; readonly fault: FaultReport };
