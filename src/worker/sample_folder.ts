/** A stored set of samples as the folder that `generate_samples` would have written. */
import { sampleFile, SAMPLES_RECORD, samplesRecordText, type SamplesRecord } from '../corpus/samples_record.ts';
import { Fault } from '../fault/fault.ts';
import type { Folder } from '../hub/folder.ts';
import { SampleStore, type SampleSet } from '../store/samples.ts';

/** Files of each kind. */
export function countsOfSet({ samples }: Pick<SampleSet, 'samples'>): SamplesRecord {
  const count = (wanted: 'train' | 'test') => samples.filter(({ kind }) => kind === wanted).length;
  return { train: count('train'), test: count('test') };
}

/** The folder of a finished set; Fault `no-such-samples` when there is none, or when it is not finished. */
export async function storedSamples(id: string, name: string, store: SampleStore = new SampleStore()): Promise<Folder> {
  const set = await store.get(id);
  if (set?.state !== 'done') throw new Fault({ code: 'no-such-samples', where: `samples ${name}`, expected: 'a finished set of samples in this browser', got: set ? 'one that is not finished' : 'none: it was deleted, or the browser lost it', remedy: set ? 'Finish it in the view Text.' : 'Make or import it again in the view Text, and begin a new run with it.' });
  const files = new Map(set.samples.map(({ kind, index }) => [sampleFile(kind, index), () => store.file(id, kind, index)]));
  return {
    name: set.name,
    list: () => [SAMPLES_RECORD, ...files.keys()],
    has: async (path) => path === SAMPLES_RECORD || files.has(path),
    read: async (path) => (path === SAMPLES_RECORD ? new TextEncoder().encode(samplesRecordText(countsOfSet(set))) : files.get(path)?.()),
  };
}
