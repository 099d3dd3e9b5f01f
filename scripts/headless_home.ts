/**
 * Where the headless browser keeps its data: one profile and one port for all runs, so that a teacher that was made on
 * first use is found again (a browser's storage belongs to an address). Whoever holds the port holds the profile;
 * beside it, further runs get a port and a profile for themselves alone.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../src/fault/fault.ts';
import { serve, type LabServer, type ServeOptions } from './serve.ts';
import { userCache } from './browser.ts';

/** Port of the kept profile: any number will do, as long as it stays. */
export const KEPT_PORT = 47_113;

export interface HeadlessHome {
  readonly server: LabServer;
  readonly profile: string;
  /** Closes the server, and removes a profile that is not kept. */
  readonly close: () => Promise<void>;
}

/** Serves under the kept port with the kept profile, or under the named or a free port with a profile of its own. */
export async function openHome(options: ServeOptions, cache: string = userCache()): Promise<HeadlessHome> {
  const server = options.port === undefined ? await unlessBusy({ ...options, port: KEPT_PORT }) : undefined;
  if (server) {
    const profile = join(cache, 'profile');
    mkdirSync(profile, { recursive: true });
    return { server, profile, close: () => server.close() };
  }
  const own = await serve(options);
  const profile = mkdtempSync(join(tmpdir(), 'distill-lab-profile-'));
  return {
    server: own,
    profile,
    close: async () => {
      await own.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function unlessBusy(options: ServeOptions): Promise<LabServer | undefined> {
  try {
    return await serve(options);
  } catch (error) {
    if (error instanceof Fault && error.code === 'port-busy') return undefined;
    throw error;
  }
}
