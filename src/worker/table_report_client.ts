/** The page's side of the worker that counts tables. */
import workerUrl from './table_report.worker.ts?worker&url';
import type { DataReport } from '../data/report.ts';
import { toReport, type FaultReport } from '../fault/fault.ts';
import { trustedWorkerUrl } from '../trusted_url.ts';
import type { TablesAsked } from './table_report.ts';

/** What given tables hold, or why they cannot be read. */
export type TableAnswer = { readonly report: DataReport } | { readonly fault: FaultReport };

/** Looks through given tables in a worker of its own, which ends with the answer; returns what ends it at once. */
export function reportInWorker(asked: TablesAsked, tell: (answer: TableAnswer) => void): () => void {
  const worker = new Worker(trustedWorkerUrl(workerUrl), { type: 'module' });
  worker.addEventListener('message', ({ data }: MessageEvent<TableAnswer>) => {
    worker.terminate();
    tell(data);
  });
  worker.addEventListener('error', (event) => tell({ fault: toReport(new Error(event.message || 'the worker for tables could not be loaded')) }));
  worker.postMessage(asked);
  return () => worker.terminate();
}
