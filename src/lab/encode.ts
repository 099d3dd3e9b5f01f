/** Rows → token ids: in this thread, or by whoever the shelf names. */
import type { Example } from '../data/task.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { EncodedExample } from '../train/batches.ts';
import { rowsOfTable, TokenTableWriter, type TokenTable } from '../train/token_table.ts';
import { Progress } from './progress.ts';
import type { Shelf } from './sources.ts';

/** Texts that are tokenised together. */
export interface TextSet {
  /** What they are, e.g. `the training rows`. */
  readonly name: string;
  readonly texts: readonly Pick<Example, 'text' | 'textPair'>[];
}

/** How texts become token ids. */
export interface Encoding {
  readonly tokenizer: Tokenizer;
  /** Most tokens of a row. */
  readonly maxLength: number;
}

/** Whoever waits for token ids. */
export interface EncodingHost {
  /** Hears how many rows of a set are done. */
  onRows(set: number, done: number): void;
  /** Waited for between slices of rows; ends the work by throwing. */
  gate(): Promise<void>;
  note(text: string): void;
}

/** Token ids of every set, in their order; the same bits whoever makes them. */
export type Encode = (sets: readonly TextSet[], encoding: Encoding, host: EncodingHost) => Promise<readonly TokenTable[]>;

/** Rows tokenised between two looks at the messages. */
const SLICE = 500;

/** Tokenises in this thread. */
export const encodeHere: Encode = async (sets, { tokenizer, maxLength }, { onRows, gate }) => {
  const tables: TokenTable[] = [];
  for (const [set, { texts }] of sets.entries()) {
    const writer = new TokenTableWriter(texts.length, tokenizer.vocabSize);
    for (const [i, { text, textPair }] of texts.entries()) {
      writer.add(tokenizer.encode(text, textPair, maxLength));
      if ((i + 1) % SLICE > 0) continue;
      onRows(set, i + 1);
      await gate();
    }
    tables.push(writer.finish());
  }
  return tables;
};

/** The sets of a run by their use. */
export type Sets<Use extends string> = Readonly<Record<Use, { readonly name: string; readonly examples: readonly Example[] }>>;

/** Token ids of all examples of all sets, with progress; `gate` is waited for between slices. The same rows under two uses are tokenised once. */
export async function encodeAll<Use extends string>(sets: Sets<Use>, encoding: Encoding, shelf: Shelf, gate: () => Promise<void>): Promise<Record<Use, EncodedExample[]>> {
  const uses = Object.keys(sets) as Use[];
  const firstUse = (examples: readonly Example[]) => uses.find((use) => sets[use].examples === examples)!;
  const distinct = [...new Set(uses.map((use) => sets[use].examples))].map((texts) => ({ name: sets[firstUse(texts)].name, texts }));
  const bars = distinct.map(({ name, texts }) => new Progress(`Tokenising ${name}`, texts.length, shelf.now, (event) => shelf.emit(event)));
  const host: EncodingHost = { onRows: (set, done) => bars[set]!.at(done), gate, note: (text) => shelf.emit({ type: 'note', text }) };
  const tables = await (shelf.encode ?? encodeHere)(distinct, encoding, host);
  const tableOf = new Map(distinct.map(({ texts }, i) => [texts, tables[i]!]));
  return Object.fromEntries(uses.map((use) => [use, rowsOfTable(tableOf.get(sets[use].examples)!, sets[use].examples)])) as Record<Use, EncodedExample[]>;
}
