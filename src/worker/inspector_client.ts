import workerUrl from './inspector.worker.ts?worker&url';
import { toReport } from '../fault/fault.ts';
import { trustedWorkerUrl } from '../trusted_url.ts';
import type { InspectEvent, InspectorTask } from './inspector_protocol.ts';

/** What the client posts: the task, and where the page's files lie, which a worker cannot know by itself. */
export interface InspectRequest {
  readonly baseUrl: string;
  readonly task: InspectorTask;
}

/** Events that end a task. */
const LAST: ReadonlySet<InspectEvent['type']> = new Set(['done', 'saved', 'fault']);

/** Gives a task to a worker of its own, which ends with it; returns what ends it at once. */
export function inspectInWorker(task: InspectorTask, tell: (event: InspectEvent) => void): () => void {
  const worker = new Worker(trustedWorkerUrl(workerUrl), { type: 'module' });
  const request: InspectRequest = { baseUrl: new URL(import.meta.env.BASE_URL, document.baseURI).href, task };
  worker.addEventListener('message', ({ data }: MessageEvent<InspectEvent>) => {
    if (LAST.has(data.type)) worker.terminate();
    tell(data);
  });
  worker.addEventListener('error', (event) => tell({ type: 'fault', fault: toReport(new Error(event.message || 'the inspecting worker could not be loaded')) }));
  worker.postMessage(request);
  return () => worker.terminate();
}
