import workerUrl from './corpus.worker.ts?worker&url';
import { toReport } from '../fault/fault.ts';
import { trustedWorkerUrl } from '../trusted_url.ts';
import type { CorpusEvent, CorpusTask } from './corpus_protocol.ts';

/** What the client posts: the task, and where the page's files lie, which a worker cannot know by itself. */
export interface CorpusRequest {
  readonly baseUrl: string;
  readonly task: CorpusTask;
}

/** Events that end a task. */
const LAST: ReadonlySet<CorpusEvent['type']> = new Set(['done', 'exported', 'fault']);

/** Gives a task to a worker of its own, which ends with it; returns what ends it at once. What was stored until then stays. */
export function corpusInWorker(task: CorpusTask, tell: (event: CorpusEvent) => void): () => void {
  const worker = new Worker(trustedWorkerUrl(workerUrl), { type: 'module' });
  const request: CorpusRequest = { baseUrl: new URL(import.meta.env.BASE_URL, document.baseURI).href, task };
  worker.addEventListener('message', ({ data }: MessageEvent<CorpusEvent>) => {
    if (LAST.has(data.type)) worker.terminate();
    tell(data);
  });
  worker.addEventListener('error', (event) => tell({ type: 'fault', fault: toReport(new Error(event.message || 'the worker for text could not be loaded')) }));
  worker.postMessage(request);
  return () => worker.terminate();
}
