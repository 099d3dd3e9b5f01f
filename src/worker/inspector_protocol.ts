/** The contract between the page and the worker that inspects models and writes them anew: one task in, a row of events out. */
import type { FaultReport } from '../fault/fault.ts';
import type { TensorStats } from '../formats/tensor_stats.ts';
import type { TensorLine } from '../hub/inspect.ts';
import type { FitReport } from '../lab/fit_report.ts';
import type { ModelConfig } from '../model/config.ts';
import type { GivenFile } from './protocol.ts';

export type { TensorStats } from '../formats/tensor_stats.ts';
export type { TensorLine } from '../hub/inspect.ts';
export type { FitReport } from '../lab/fit_report.ts';

/** Where a model to be inspected comes from. */
export type InspectSource =
  /** Files as they were dropped, picked or fetched: a folder, loose files, one archive, one file of weights. */
  | { readonly kind: 'files'; readonly files: readonly GivenFile[] }
  /** A model below `models/`, or one that was made under such a name and kept in this browser. */
  | { readonly kind: 'named'; readonly name: string };

/** A model as the files of a Hugging Face folder, separate or in one archive. */
export interface SaveTask {
  readonly type: 'save';
  readonly source: InspectSource;
  /** What the folder, the archive and the card are called. */
  readonly name: string;
  readonly dtype: 'F32' | 'F16';
  readonly form: 'zip' | 'files';
}

export type InspectorTask = { readonly type: 'inspect'; readonly source: InspectSource } | SaveTask;

/** A model without the values of its tensors. */
export interface InspectedModel {
  readonly name: string;
  /** File that the weights were found by. */
  readonly file: string;
  readonly config?: ModelConfig;
  /** What config.json says, to its first 20,000 characters. */
  readonly configText?: string;
  /** Why config.json could not be taken for a BERT or a RoBERTa. */
  readonly configFault?: FaultReport;
  readonly fit?: FitReport;
  readonly tensors: readonly TensorLine[];
}

/** Statistics of one tensor; null for dtypes whose values cannot be told apart by the byte. */
export type MaybeStats = TensorStats | null;

export type InspectEvent =
  /** Bytes of a file that is being read, and its size (0 while that is not known). */
  | { readonly type: 'reading'; readonly file: string; readonly done: number; readonly total: number }
  | { readonly type: 'model'; readonly model: InspectedModel }
  /** Statistics of the tensors from index `from` on, with the bytes looked at so far. */
  | { readonly type: 'stats'; readonly from: number; readonly stats: readonly MaybeStats[]; readonly bytes: number }
  | { readonly type: 'done' }
  | { readonly type: 'saved'; readonly files: readonly GivenFile[] }
  | { readonly type: 'fault'; readonly fault: FaultReport };
