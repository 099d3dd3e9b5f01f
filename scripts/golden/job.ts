/** What one run of reference numbers is given; the same in Node and in the browser. */
import { join } from 'node:path';
import type { CaseResult } from '../../src/parity/run.ts';
import { ROOT } from '../build_app.ts';

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

/** Where the bundles are kept that run the numbers. */
export const BUNDLES: string = join(ROOT, 'node_modules', '.cache', 'golden');
