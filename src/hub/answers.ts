/** What hosts answer over HTTP, and what is tried again. */
import { Fault } from '../fault/fault.ts';

/** Attempts that bring no further byte before a download fails. */
const ATTEMPTS = 4;
const FIRST_PAUSE = 500;
export const AGAIN = 'Check the connection, then try again: what has arrived is kept where a cache is used.';

/** A failure that another attempt may mend. */
export class Retry extends Error {
  constructor(readonly fault: Fault) {
    super(fault.message);
  }
}

/** Waits so many milliseconds before another attempt. */
export type Pause = (ms: number) => Promise<void>;

const waited: Pause = (ms) => new Promise<void>((done) => setTimeout(done, ms));

/** Repeats `attempt` until it gives something, with pauses that double as long as `bytes` tells of nothing new; throws its last fault. */
export async function persistently<T>(attempt: () => Promise<T | undefined>, bytes: () => number, pause: Pause = waited): Promise<T> {
  for (let failures = 0; ; ) {
    const before = bytes();
    try {
      const got = await attempt();
      if (got !== undefined) return got;
    } catch (error) {
      failures = bytes() > before ? 1 : failures + 1;
      if (!(error instanceof Retry) || failures >= ATTEMPTS) throw error instanceof Retry ? error.fault : error;
      await pause(FIRST_PAUSE * 2 ** (failures - 1));
    }
  }
}

/** A connection that broke, as what may be tried again; faults and aborts stay what they are. */
export function brokenConnection(error: unknown, where: string, signal?: AbortSignal): unknown {
  if (error instanceof Retry || error instanceof Fault || signal?.aborted) return error;
  const got = error instanceof Error ? error.message : String(error);
  return new Retry(new Fault({ code: 'network', where, expected: 'an answer to its end', got, remedy: AGAIN }));
}

/** What a refusal means; its body is not read. */
export async function refusalOf(response: Response, where: string): Promise<Error> {
  await response.body?.cancel();
  const got = `status ${response.status} ${response.statusText}`.trim();
  if (response.status === 401 || response.status === 403) return new Fault({ code: 'no-access', where, expected: 'a file that may be read', got, remedy: 'It is private, gated, or not there: check its name, accept its terms on its page, or give an access token.' });
  if (response.status === 416) return new Retry(new Fault({ code: 'network', where, expected: 'the rest of the file', got, remedy: AGAIN }));
  const fault = new Fault({ code: 'http-status', where, expected: 'status 200', got, remedy: AGAIN });
  return response.status === 429 || response.status >= 500 ? new Retry(fault) : fault;
}

/** The error for a file that is not the one that was begun; another attempt begins anew. */
export function otherVersion(where: string): Retry {
  return new Retry(new Fault({ code: 'network', where, expected: 'the rest of the file', got: 'another version of it', remedy: AGAIN }));
}

/** Static hosts answer with their start page for paths they do not have. */
export function isAbsent(response: Response, url: string): boolean {
  const isPage = (response.headers.get('content-type') ?? '').includes('text/html') && !/\.html?$/.test(url);
  return response.status === 404 || response.status === 410 || (response.ok && isPage);
}

/** Bytes of the whole file by a partial answer; 0 where it does not tell. */
export function totalOf(response: Response): number {
  return wholeNumber(/\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1]);
}

/** Bytes of the answer as announced; 0 where it does not tell, or tells of packed bytes. */
export function announced(response: Response): number {
  return response.headers.has('content-encoding') ? 0 : wholeNumber(response.headers.get('content-length') ?? undefined);
}

function wholeNumber(text: string | undefined): number {
  const value = Number(text ?? 0);
  return Number.isSafeInteger(value) && value > 0 ? value : 0;
}

/** First byte of a partial answer; hosts may hide the header from other origins, and then it is what was asked for. */
export function startOf(response: Response, asked: number): number {
  const header = response.headers.get('content-range');
  return header === null ? asked : Number(/^bytes (\d+)-/.exec(header)?.[1] ?? NaN);
}
