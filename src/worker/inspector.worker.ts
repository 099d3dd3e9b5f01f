import { toReport } from '../fault/fault.ts';
import { getModel } from '../store/models.ts';
import { inspect } from './inspection.ts';
import type { InspectRequest } from './inspector_client.ts';
import type { InspectEvent } from './inspector_protocol.ts';

/** The inspecting worker: reads one model and looks at its values, off the page's thread and beside any training. */

const tell = (event: InspectEvent): void => self.postMessage(event);

self.addEventListener('message', ({ data: { baseUrl, source } }: MessageEvent<InspectRequest>) => {
  inspect(source, { baseUrl, kept: (name) => getModel(name), now: () => performance.now(), tell }).catch((error: unknown) => tell({ type: 'fault', fault: toReport(error) }));
});
