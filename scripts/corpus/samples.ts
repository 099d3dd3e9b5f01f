/** Shards of text → files of samples on this machine. */
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { basename, join } from 'node:path';
import { kindOf } from '../../src/corpus/merging.ts';
import { Sampler, type SampleSettings, type ShardKind } from '../../src/corpus/sampling.ts';
import type { SamplesHeader } from '../../src/corpus/samples_header.ts';
import { headerOf } from '../../src/corpus/samples_read.ts';
import { sampleFile, SAMPLES_RECORD, samplesRecordText, type SamplesRecord } from '../../src/corpus/samples_record.ts';
import { Fault } from '../../src/fault/fault.ts';
import { FormatError } from '../../src/formats/format_error.ts';
import type { Tokenizer } from '../../src/tokenizer/tokenizer.ts';
import type { Context, Outcome } from '../command_line/command.ts';
import { partsOf, writeWhole, type InputFile } from './files.ts';
import { Meter } from './meter.ts';

export interface SampleJob {
  readonly tokenizer: Tokenizer;
  readonly settings: SampleSettings;
  readonly seed: number;
  readonly duplicates: number;
}

/** One file to be made of a shard. */
interface Target {
  readonly path: string;
  readonly seed: number;
}

/** A shard and the files that are made of it. */
interface Shard {
  readonly file: InputFile;
  readonly kind: ShardKind;
  readonly targets: readonly Target[];
}

/**
 * Makes the files of samples that are not there yet; a shard is read and tokenised once for all of its duplicates.
 *
 * Fault `other-samples` when the folder holds samples with other settings, FormatError EmptyFile for a shard without text.
 */
export async function generateSamples(files: readonly InputFile[], out: string, { tokenizer, settings, seed, duplicates }: SampleJob, { log, signal }: Context): Promise<Outcome> {
  const sampler = new Sampler(tokenizer, settings);
  const shards = planned(files, out, seed, duplicates);
  const left = shards.map((shard) => ({ ...shard, targets: shard.targets.filter((target) => !isThere(target, shard, sampler)) })).filter(({ targets }) => targets.length > 0);
  const meter = new Meter(log, 'Making samples', left.reduce((sum, { file }) => sum + file.bytes, 0));
  let samples = 0;
  for (const { file, kind, targets } of left) {
    const text = await sampler.read(partsOf(file.path, signal, meter.read), basename(file.path), meter.text);
    if (text.documents.ids.length === 0) throw new FormatError('EmptyFile', file.path, 'a shard with text', 'none', 'Delete the file, or make the shards again.');
    for (const target of targets) {
      const { bytes, count } = sampler.make(text, target.seed, kind);
      await writeWhole(target.path, (file) => file.write(bytes));
      samples += count;
    }
  }
  await writeWhole(join(out, SAMPLES_RECORD), (record) => record.write(samplesRecordText(countsOf(shards))));
  const [all, made] = [shards.flatMap(({ targets }) => targets), left.flatMap(({ targets }) => targets)];
  const there = all.length - made.length;
  return {
    json: { ok: true, output_dir: out, shards: all.length, made: made.length, samples, text_bytes: meter.textBytes },
    text: `${samples} samples in ${made.length} files, in ${out}${there > 0 ? `; ${there} files were there already` : ''}\n${meter.end()}`,
  };
}

/** Files are numbered by kind, all shards once before any is taken again, and each has a seed of its own. */
function planned(files: readonly InputFile[], out: string, seed: number, duplicates: number): Shard[] {
  const kinds = { train: 0, test: 0 };
  const placed = files.map((file) => {
    const kind = kindOf(basename(file.name));
    return { file, kind, at: kinds[kind]++ };
  });
  return placed.map(({ file, kind, at }) => {
    const targets = Array.from({ length: duplicates }, (_, time) => {
      const index = time * kinds[kind] + at;
      return { path: join(out, sampleFile(kind, index)), seed: seed + index };
    });
    return { file, kind, targets };
  });
}

function countsOf(shards: readonly Shard[]): SamplesRecord {
  const count = (wanted: ShardKind) => shards.reduce((sum, { kind, targets }) => sum + (kind === wanted ? targets.length : 0), 0);
  return { train: count('train'), test: count('test') };
}

/** Whether a file is there and was made of this shard in this way. */
function isThere({ path, seed }: Target, { file }: Shard, sampler: Sampler): boolean {
  if (!existsSync(path)) return false;
  const { header } = headerOf(beginning(path), path);
  const { crc32 } = header.source;
  const wanted = sampler.header(seed, { name: basename(file.path), bytes: file.bytes, crc32 });
  if (JSON.stringify(wanted) === JSON.stringify(settingsOf(header))) return true;
  throw new Fault({ code: 'other-samples', where: path, expected: 'no samples, or those of the same shards and options', got: 'samples of other ones', remedy: 'Name another folder, or delete the samples.' });
}

/** A header without its counts. */
function settingsOf({ instances: _i, tokens: _t, predictions: _p, body_crc32: _b, ...settings }: SamplesHeader): object {
  return settings;
}

function beginning(path: string): Uint8Array {
  const bytes = new Uint8Array(2 ** 17);
  const file = openSync(path, 'r');
  try {
    return bytes.subarray(0, readSync(file, bytes));
  } finally {
    closeSync(file);
  }
}
