import { toReport } from '../fault/fault.ts';
import { SampleStore } from '../store/samples.ts';
import type { CorpusRequest } from './corpus_client.ts';
import { performCorpus } from './corpus_tasks.ts';
import type { CorpusEvent } from './corpus_protocol.ts';

/** The worker for text: makes one set of samples, or hands one in or out, off the page's thread and beside any training. */

const tell = (event: CorpusEvent): void => self.postMessage(event);

self.addEventListener('message', ({ data: { baseUrl, task } }: MessageEvent<CorpusRequest>) => {
  performCorpus(task, { baseUrl, store: new SampleStore(), now: () => performance.now(), date: () => Date.now(), tell }).catch((error: unknown) => tell({ type: 'fault', fault: toReport(error) }));
});
