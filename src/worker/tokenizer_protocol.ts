/** The contract between a thread that needs token ids and the worker that makes them: one request, a row of events. */
import type { FaultReport } from '../fault/fault.ts';
import type { TextSet } from '../lab/encode.ts';
import type { TokenTable } from '../train/token_table.ts';

export type TokenizerCommand =
  | {
      readonly type: 'encode';
      readonly sets: readonly TextSet[];
      /** The tokenizer's files by name. */
      readonly files: ReadonlyMap<string, Uint8Array>;
      readonly maxLength: number;
    }
  /** Waits, while the run is paused, until `go-on`. */
  | { readonly type: 'hold' }
  | { readonly type: 'go-on' };

export type TokenizerEvent =
  /** Rows of a set that are done. */
  | { readonly type: 'rows'; readonly set: number; readonly done: number }
  | { readonly type: 'note'; readonly text: string }
  /** All sets in their order; ends the work. */
  | { readonly type: 'tables'; readonly tables: readonly TokenTable[] }
  /** Ends the work. */
  | { readonly type: 'fault'; readonly fault: FaultReport };
