/** The worker that counts tables before a run, off the page's thread; it answers once. */
import { toReport } from '../fault/fault.ts';
import { tableReport, type TablesAsked } from './table_report.ts';
import type { TableAnswer } from './table_report_client.ts';

const tell = (answer: TableAnswer): void => self.postMessage(answer);

self.addEventListener('message', ({ data }: MessageEvent<TablesAsked>) => {
  tableReport(data).then((report) => tell({ report }), (error: unknown) => tell({ fault: toReport(error) }));
});
