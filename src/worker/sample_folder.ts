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

/** The folder of a finished set, with the files of its tokenizer where it was made here; Fault `no-such-samples` when there is none, or when it is not finished. */
export async function storedSamples(id: string, name: string, store: SampleStore = new SampleStore()): Promise<Folder> {
  const set = await store.get(id);
  if (set?.state !== 'done') throw new Fault({ code: 'no-such-samples', where: `samples ${name}`, expected: 'a finished set of samples in this browser', got: set ? 'one that is not finished' : 'none: it was deleted, or the browser lost it', remedy: set ? 'Finish it in the view Text.' : 'Make or import it again in the view Text, and begin a new run with it.' });
  const texts = new Map([[SAMPLES_RECORD, samplesRecordText(countsOfSet(set))], ...(await store.tokenizer(id)).map(({ name: path, text }) => [path, text] as const)]);
  const files = new Map(set.samples.map(({ kind, index }) => [sampleFile(kind, index), () => store.file(id, kind, index)]));
  return {
    name: set.name,
    list: () => [...texts.keys(), ...files.keys()],
    has: async (path) => texts.has(path) || files.has(path),
    async read(path) {
      const text = texts.get(path);
      return text === undefined ? files.get(path)?.() : new TextEncoder().encode(text);
    },
  };
}
