/** The tasks of the worker for text. */
import { withLengths } from '../corpus/sample_lengths.ts';
import { readSamplesRecord, sampleFile, SAMPLES_RECORD, samplesRecordText } from '../corpus/samples_record.ts';
import { badSamples } from '../corpus/samples.ts';
import { readSamples } from '../corpus/samples_read.ts';
import type { SamplesHeader } from '../corpus/samples_header.ts';
import type { ShardKind } from '../corpus/sampling.ts';
import { Fault } from '../fault/fault.ts';
import type { Folder } from '../hub/folder.ts';
import { givenFolder } from '../hub/given.ts';
import { zipBlob } from '../hub/zip_blob.ts';
import type { SampleSet, SampleStore } from '../store/samples.ts';
import { bytesOfSet } from '../store/samples_record.ts';
import { goOnSamples, makeSamples } from './corpus_making.ts';
import { CorpusMeter } from './corpus_meter.ts';
import type { CorpusEvent, CorpusTask } from './corpus_protocol.ts';
import { countsOfSet } from './sample_folder.ts';

/** What a task needs of the world. */
export interface CorpusPorts {
  /** Address below which `tokenizers/` lies, with a slash at the end. */
  readonly baseUrl: string;
  readonly store: SampleStore;
  /** A clock in milliseconds, and the moment in milliseconds since 1970. */
  readonly now: () => number;
  readonly date: () => number;
  readonly tell: (event: CorpusEvent) => void;
  /** Tokens of a block, and of the shards that are gathered at a time, where they are not the usual ones. */
  readonly sizes?: { readonly block: number; readonly gathered: number };
}

type Tasks = { readonly [T in CorpusTask['type']]: (task: Extract<CorpusTask, { type: T }>, ports: CorpusPorts) => Promise<void> };

const TASKS: Tasks = {
  make: makeSamples,
  'go-on': goOnSamples,
  import: importSamples,
  export: exportSamples,
};

/** Does a task and tells how it goes; rejects with a Fault. */
export function performCorpus(task: CorpusTask, ports: CorpusPorts): Promise<void> {
  return TASKS[task.type](task as never, ports);
}

async function exportSamples({ set: id }: Extract<CorpusTask, { type: 'export' }>, { store, now, tell }: CorpusPorts): Promise<void> {
  const set = await store.get(id);
  if (set?.state !== 'done') throw new Fault({ code: 'no-samples', where: `samples ${set?.name ?? id}`, expected: 'a set that is finished', got: set ? 'one that is not' : 'none', remedy: 'Finish it first, or choose another.' });
  const meter = new CorpusMeter('exporting', bytesOfSet(set), now, tell);
  const files = set.samples.map(({ kind, index }) => ({ name: `${set.name}/${sampleFile(kind, index)}`, read: () => storedFile(store, set, kind, index) }));
  const record = { name: `${set.name}/${SAMPLES_RECORD}`, read: async () => new TextEncoder().encode(samplesRecordText(countsOfSet(set))) };
  const blob = await zipBlob([...files, record], meter.read);
  tell({ type: 'exported', file: { name: `${set.name}.zip`, blob } });
}

/** A file of a set, whose checksum is looked at before it leaves the browser. */
async function storedFile(store: SampleStore, { id, name }: SampleSet, kind: ShardKind, index: number): Promise<Uint8Array> {
  const where = `${name}/${sampleFile(kind, index)}`;
  const bytes = await store.file(id, kind, index);
  if (!bytes) throw badSamples(where, 'a stored file of samples', 'none: the browser lost it');
  readSamples(bytes, where);
  return bytes;
}

async function importSamples({ set: id, files }: Extract<CorpusTask, { type: 'import' }>, ports: CorpusPorts): Promise<void> {
  const { store, now, date, tell } = ports;
  const folder = await givenFolder(files);
  const record = await folder.read(SAMPLES_RECORD);
  if (!record) throw new Fault({ code: 'no-samples', where: folder.name, expected: `${SAMPLES_RECORD}, which generate_samples writes at its end`, got: 'no such file', remedy: 'Give the whole folder, or the archive that was exported.' });
  const counts = readSamplesRecord(record, `${folder.name}/${SAMPLES_RECORD}`);
  const wanted = (['train', 'test'] as const).flatMap((kind) => Array.from({ length: counts[kind] }, (_, index) => ({ kind, index })));
  const meter = new CorpusMeter('importing', files.reduce((sum, { blob }) => sum + blob.size, 0), now, tell);
  await store.working(id, async () => {
    try {
      let set: SampleSet | undefined;
      for (const { kind, index } of wanted) set = await importFile(folder, { kind, index }, set ?? { id, name: folder.name.split('/').at(-1) ?? folder.name, createdAt: date() }, store, meter);
      if (!set) throw new Fault({ code: 'no-samples', where: folder.name, expected: 'files of samples', got: 'none', remedy: 'Run generate_samples to its end.' });
      await store.finish(set);
    } catch (error) {
      await store.discard(id);
      throw error;
    }
  });
  tell({ type: 'done', text: 0, seconds: meter.seconds });
}

type Begun = Pick<SampleSet, 'id' | 'name' | 'createdAt'>;

async function importFile(folder: Folder, { kind, index }: { kind: ShardKind; index: number }, begun: SampleSet | Begun, store: SampleStore, meter: CorpusMeter): Promise<SampleSet> {
  const where = `${folder.name}/${sampleFile(kind, index)}`;
  const bytes = await folder.read(sampleFile(kind, index));
  if (!bytes) throw badSamples(where, `this file, which ${SAMPLES_RECORD} counts`, 'no such file');
  const { header } = readSamples(bytes, where);
  const set = 'samples' in begun ? begun : importedSet(begun, header);
  checkSame(set, header, where);
  const exact = bytes.slice();
  const next: SampleSet = { ...set, samples: [...set.samples, { kind, index, bytes: bytes.length, instances: header.instances, tokens: header.tokens }], lengths: withLengths(set.lengths, exact, where) };
  await store.addFile(next, { kind, index }, exact);
  meter.read(bytes.length);
  return next;
}

function importedSet(begun: Begun, { vocabulary, max_seq_length, next_sentence }: SamplesHeader): SampleSet {
  return {
    ...begun, state: 'making', text: [], vocabulary, vocabularyName: '', maxSeqLength: max_seq_length, nextSentence: next_sentence,
    articles: 0, sentences: 0, textBytes: 0, read: { blocks: 0, file: 0, articles: 0, text: 0 }, samples: [], lengths: [],
  };
}

/** A model cannot be trained on samples of different kinds at once. */
function checkSame({ vocabulary, maxSeqLength, nextSentence }: SampleSet, header: SamplesHeader, where: string): void {
  const words = (v: SamplesHeader['vocabulary'], length: number, pairs: boolean) => `${v.tokens} tokens (CRC-32 ${v.crc32}), length ${length}${pairs ? ', pairs' : ''}`;
  const [first, here] = [words(vocabulary, maxSeqLength, nextSentence), words(header.vocabulary, header.max_seq_length, header.next_sentence)];
  if (first !== here) throw badSamples(where, `samples like those of the first file: ${first}`, here);
}
