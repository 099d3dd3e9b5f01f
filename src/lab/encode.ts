import type { Example } from '../data/task.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { EncodedExample } from '../train/batches.ts';
import { Progress } from './progress.ts';
import type { Shelf } from './sources.ts';

/** Rows tokenised between two looks at the messages. */
const SLICE = 500;

/** Token ids of all examples, with progress; `gate` is waited for between slices. */
export async function encodeAll(label: string, examples: readonly Example[], tokenizer: Tokenizer, maxLength: number, shelf: Shelf, gate: () => Promise<void>): Promise<EncodedExample[]> {
  const progress = new Progress(label, examples.length, shelf.now, (event) => shelf.emit(event));
  const out: EncodedExample[] = [];
  for (const example of examples) {
    const { ids, typeIds } = tokenizer.encode(example.text, example.textPair, maxLength);
    out.push({ ids, typeIds, label: example.label, ...(example.depth === undefined ? {} : { depth: example.depth }) });
    if (out.length % SLICE > 0) continue;
    progress.at(out.length);
    await gate();
  }
  return out;
}
