/** How the view of texts says things. */
import type { SampleSet } from '../../store/samples.ts';
import { bytesOfSet, samplesOfSet } from '../../store/samples_record.ts';
import type { CorpusEvent, CorpusPhase } from '../../worker/corpus_protocol.ts';
import type { GivenFile } from '../../worker/protocol.ts';
import { bytes, duration, wholeNumber } from '../state/numbers.ts';

type Progress = Extract<CorpusEvent, { type: 'progress' }>;

/** The folder that files lie in, or the name of the only one. */
export function folderName(files: readonly GivenFile[]): string {
  const [first] = files;
  if (!first) return 'text';
  const parts = first.name.split('/');
  return parts.length > 1 ? parts[0]! : files.length === 1 ? first.name.replace(/\.(gz|bz2)$/i, '').replace(/\.[^.]+$/, '') : `${files.length} files`;
}

/** Bytes of text a second, e.g. `8.6 MB/s`. */
export function megabytesPerSecond(text: number, seconds: number): string {
  return `${(text / 1e6 / Math.max(seconds, 1e-3)).toFixed(1)} MB/s`;
}

const PHASES: Readonly<Record<CorpusPhase, string>> = {
  reading: 'Reading text: sentences and tokens',
  making: 'Making samples',
  importing: 'Checking and storing files',
  exporting: 'Writing the archive',
};

export const phaseWords = ({ phase }: Progress): string => PHASES[phase];

/** e.g. `34 MB of 98 MB, 8.6 MB/s of text, 12 s left`. */
export function progressWords({ done, total, text, seconds }: Progress): string {
  const share = total > 0 ? done / total : 0;
  const left = share > 0.005 ? `, ${duration((seconds * (1 - share)) / share)} left` : '';
  return `${bytes(done)} of ${bytes(total)}${text > 0 && seconds > 0.5 ? `, ${megabytesPerSecond(text, seconds)} of text` : ''}${left}`;
}

/** The speed of it all. */
export function doneSentence({ text, seconds }: Extract<CorpusEvent, { type: 'done' }>): string {
  return text === 0 ? 'Done.' : `Done: ${bytes(text)} of text in ${duration(seconds)}, ${megabytesPerSecond(text, seconds)}.`;
}

/** What a set holds, part by part. */
export function setWords(set: SampleSet): string {
  const { train, test } = samplesOfSet(set);
  const parts = [
    ...(set.samples.length > 0 ? [bytes(bytesOfSet(set))] : []),
    `${set.samples.length > 0 ? `${wholeNumber(train)} training and ${wholeNumber(test)} test samples of` : 'samples of'} at most ${set.maxSeqLength} tokens`,
    ...(set.textBytes > 0 ? [`${wholeNumber(set.articles)} articles, ${bytes(set.textBytes)} of text`] : []),
    `vocabulary of ${wholeNumber(set.vocabulary.tokens)} tokens${set.vocabularyName === '' ? '' : ` (${set.vocabularyName})`}`,
    ...(set.nextSentence ? ['pairs of texts'] : []),
    ...(set.plan ? [`seed ${set.plan.seed}`] : []),
  ];
  return parts.join(' · ');
}

/** What is missing of a set that is not finished, and what it needs to go on; undefined for a finished one. */
export function leftWords({ state, text, samples }: SampleSet): string | undefined {
  if (state === 'done') return undefined;
  if (state === 'making') return `Not finished: ${samples.length} files of samples are made; the text is not needed any more.`;
  const [first] = text;
  return `Not finished: the text was not read to its end. Give the same ${text.length === 1 ? `file (${first?.name ?? ''})` : `${text.length} files`} again to go on.`;
}

/** The lengths of samples for those who do not see the chart. */
export function lengthWords({ lengths, maxSeqLength }: Pick<SampleSet, 'lengths' | 'maxSeqLength'>): string {
  const all = lengths.reduce((sum, count) => sum + count, 0);
  const mean = lengths.reduce((sum, count, i) => sum + count * (((i + 0.5) * maxSeqLength) / lengths.length), 0) / Math.max(1, all);
  return `Lengths of ${wholeNumber(all)} samples: ${Math.round(mean)} tokens on average, ${maxSeqLength} at most`;
}
