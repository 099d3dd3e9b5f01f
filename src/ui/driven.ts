/**
 * The page without a person: the command line gives it a job, hears every event of the worker, and receives the files
 * of the trained model. Loaded only when the address asks for it (`?driven`).
 */
import { Fault, toReport } from '../fault/fault.ts';
import type { Recipe } from '../experiment/recipe.ts';
import { deleteRun, listRuns } from '../store/runs.ts';
import type { Event, GivenFile, GivenFiles } from '../worker/protocol.ts';
import { TrainerClient } from '../worker/trainer_client.ts';

/** What the command line asks for. Folders and output are addresses on the page's own server, with a slash at the end. */
export interface DrivenJob {
  readonly recipe: Recipe;
  readonly files: { readonly teacher?: string; readonly data?: string; readonly tokenizer?: string; readonly student?: string };
  readonly out: string;
  /** The run's id in this browser's storage, where it shall go on after an interrupt; without one it begins anew. */
  readonly run?: string;
}

export interface DrivenLab {
  /** Runs the job to its end; a failure is told as a `fault` event. */
  run(job: DrivenJob): Promise<void>;
  /** Saves the run in work and ends it; it can go on later. */
  stop(): void;
}

declare global {
  interface Window {
    distillLab?: DrivenLab;
    distillLabEvent?: (event: Event) => unknown;
  }
}

/** A run that is not continued has this id; the result of every run is its folder, so none is kept in the browser. */
const RUN = 'driven';
/** Milliseconds for which an interrupted run waits to be continued. */
const KEPT = 14 * 24 * 3600 * 1000;
const EXPORT_ID = 1;

/** Files that models, tokenizers, tables and samples are made of; a folder may hold others, which are not read. */
const KNOWN_FILE = /\.(json|safetensors|txt|bin|model|samples|parquet|((tsv|csv|json|jsonl|ndjson)(\.gz)?))$/i;

window.distillLab = drivenLab();

function drivenLab(): DrivenLab {
  let working: TrainerClient | undefined;
  return {
    run: (job) => run((working = new TrainerClient()), job),
    stop: () => working?.send({ type: 'stop' }),
  };
}

async function run(client: TrainerClient, job: DrivenJob): Promise<void> {
  const id = job.run ?? RUN;
  const tell = (event: Event) => void window.distillLabEvent?.(event);
  const snapshots: Promise<void>[] = [];
  client.listen((event) => {
    if (event.type === 'snapshot') {
      const writing = writeAll(`${job.out}${encodePath(event.name)}/`, event.files);
      writing.catch(() => undefined);
      snapshots.push(writing);
    }
    if (event.type !== 'exported' && event.type !== 'snapshot') tell(event);
  });
  try {
    await deleteForgotten();
    const files = await givenFiles(job.files);
    await answer(client, { type: 'open', backend: job.recipe.backend }, (event) => event.type === 'device');
    const ending = await answer(client, { type: 'start', run: id, recipe: job.recipe, files }, (event) => event.type === 'state' && event.state !== 'running' && event.state !== 'paused');
    await Promise.all(snapshots);
    if (ending.type === 'state' && ending.state === 'stopped') return;
    const exported = await answer(client, { type: 'export', id: EXPORT_ID, run: id }, (event) => event.type === 'exported');
    if (exported.type === 'exported') await writeAll(job.out, exported.files);
  } catch (error) {
    if (!(error instanceof ToldFault)) tell({ type: 'fault', run: id, fault: toReport(error) });
    return;
  } finally {
    client.terminate();
  }
  await deleteRun(id).catch(() => undefined);
}

/** Deletes what an interrupted run left behind that cannot be continued, or that nobody has continued for long. */
async function deleteForgotten(): Promise<void> {
  for (const { id, updatedAt } of await listRuns()) if (id === RUN || Date.now() - updatedAt > KEPT) await deleteRun(id);
}

/** A fault that the worker has told already. */
class ToldFault extends Fault {}

/** Sends a command and waits for the event that ends it; throws when a fault comes first. */
function answer(client: TrainerClient, command: Parameters<TrainerClient['send']>[0], ends: (event: Event) => boolean): Promise<Event> {
  return new Promise((resolve, reject) => {
    const stop = client.listen((event) => {
      if (event.type !== 'fault' && !ends(event)) return;
      stop();
      if (event.type === 'fault') reject(new ToldFault(event.fault));
      else resolve(event);
    });
    client.send(command);
  });
}

async function givenFiles(folders: DrivenJob['files']): Promise<GivenFiles> {
  const entries = Object.entries(folders).map(async ([use, address]) => [use, await filesOf(address)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

/** The known files of a served folder; the browser keeps large ones on disk, not in memory. */
async function filesOf(address: string): Promise<GivenFile[]> {
  const known = fileNames(await (await fetched(address)).json()).filter((name) => KNOWN_FILE.test(name));
  const names = known.some((name) => name.endsWith('.safetensors')) ? known.filter((name) => !name.endsWith('.bin')) : known;
  const files: GivenFile[] = [];
  for (const name of names) files.push({ name, blob: await (await fetched(address + encodePath(name))).blob() });
  return files;
}

function fileNames(listing: unknown): string[] {
  if (!Array.isArray(listing)) return [];
  return listing.flatMap((entry: unknown) => (typeof entry === 'object' && entry !== null && 'name' in entry && typeof entry.name === 'string' ? [entry.name] : []));
}

async function writeAll(out: string, files: readonly GivenFile[]): Promise<void> {
  for (const file of files) await write(out, file);
}

async function write(out: string, { name, blob }: GivenFile): Promise<void> {
  await fetched(out + encodePath(name), { method: 'PUT', body: blob });
}

async function fetched(address: string, options?: RequestInit): Promise<Response> {
  const response = await fetch(address, options);
  if (response.ok) return response;
  const name = decodeURIComponent(address.split('/').at(-1) ?? '');
  throw new Fault({
    code: response.status === 507 ? 'disk-full' : 'transfer',
    where: name === '' ? 'folder' : name,
    expected: options?.method === 'PUT' ? 'the file to be written' : 'the file to be read',
    got: `${response.status} ${await response.text()}`,
    remedy: response.status === 507 ? 'Free space on the disk, or name another --output_dir.' : 'Check the folder and its permissions, and run the command again.',
  });
}

function encodePath(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/');
}
