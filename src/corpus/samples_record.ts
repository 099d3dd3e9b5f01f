/** What a folder of samples says of itself once all of its files are there. */
import { parseJsonObject } from '../formats/text.ts';
import { badSamples } from './samples.ts';
import type { ShardKind } from './sampling.ts';

/** Name of the file; it is written last. */
export const SAMPLES_RECORD = 'samples.json';

/** Number of files of each kind. */
export type SamplesRecord = Readonly<Record<ShardKind, number>>;

const MAX_BYTES = 2 ** 16;

/** Name of a file of samples. */
export function sampleFile(kind: ShardKind, index: number): string {
  return `${kind}_shard_${index}.samples`;
}

/** The file's text. */
export function samplesRecordText({ train, test }: SamplesRecord): string {
  return `${JSON.stringify({ version: 1, train, test })}\n`;
}

/** The numbers of a record; Fault `bad-samples` when it is none. */
export function readSamplesRecord(bytes: Uint8Array, where: string): SamplesRecord {
  const { train, test } = parseJsonObject(bytes, where, MAX_BYTES);
  const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value >= 0;
  if (isCount(train) && isCount(test)) return { train, test };
  throw badSamples(where, 'the numbers of files "train" and "test"', JSON.stringify({ train, test }));
}
