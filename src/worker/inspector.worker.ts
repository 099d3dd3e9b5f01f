import { toReport } from '../fault/fault.ts';
import { getModel } from '../store/models.ts';
import { perform } from './inspection.ts';
import type { InspectRequest } from './inspector_client.ts';
import type { InspectEvent } from './inspector_protocol.ts';

/** The inspecting worker: reads one model, looks at its values or writes it anew, off the page's thread and beside any training. */

const tell = (event: InspectEvent): void => self.postMessage(event);

self.addEventListener('message', ({ data: { baseUrl, task } }: MessageEvent<InspectRequest>) => {
  perform(task, { baseUrl, kept: (name) => getModel(name), now: () => performance.now(), tell }).catch((error: unknown) => tell({ type: 'fault', fault: toReport(error) }));
});
