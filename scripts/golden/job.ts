/** What one run of reference numbers is given; the same in Node and in the browser. */
import type { CaseResult } from '../../src/parity/run.ts';

export const BACKENDS = ['cpu', 'wasm', 'webgpu'] as const;
export type GoldenBackend = (typeof BACKENDS)[number];

export interface GoldenJob {
  readonly backend: GoldenBackend;
  /** Folder with manifest.json. */
  readonly dir: string;
  /** Folder with one folder a tokenizer. */
  readonly tokenizers?: string | undefined;
  readonly group?: string | undefined;
  /** Told of every case as it ends. */
  readonly tell: (result: CaseResult) => void;
}
