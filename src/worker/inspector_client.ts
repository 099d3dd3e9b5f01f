import workerUrl from './inspector.worker.ts?worker&url';
import { toReport } from '../fault/fault.ts';
import { trustedWorkerUrl } from '../trusted_url.ts';
import type { InspectEvent, InspectSource } from './inspector_protocol.ts';

/** What the client posts: the source, and where the page's files lie, which a worker cannot know by itself. */
export interface InspectRequest {
  readonly baseUrl: string;
  readonly source: InspectSource;
}

/** Inspects a model in a worker of its own, which ends with it; returns what ends it at once. */
export function inspectInWorker(source: InspectSource, tell: (event: InspectEvent) => void): () => void {
  const worker = new Worker(trustedWorkerUrl(workerUrl), { type: 'module' });
  const request: InspectRequest = { baseUrl: new URL(import.meta.env.BASE_URL, document.baseURI).href, source };
  worker.addEventListener('message', ({ data }: MessageEvent<InspectEvent>) => {
    if (data.type === 'done' || data.type === 'fault') worker.terminate();
    tell(data);
  });
  worker.addEventListener('error', (event) => tell({ type: 'fault', fault: toReport(new Error(event.message || 'the inspecting worker could not be loaded')) }));
  worker.postMessage(request);
  return () => worker.terminate();
}
