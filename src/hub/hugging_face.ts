/** Models and data sets on the Hugging Face Hub, by id. */
import { Fault } from '../fault/fault.ts';
import type { RemoteFile } from './file_cache.ts';
import type { Remote } from './remote_folder.ts';

export interface HubOptions {
  /** For private and gated models; it is sent to the Hub alone, and stored nowhere. */
  readonly token?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Another address of the Hub, for tests. */
  readonly hubUrl?: string | undefined;
}

/** A model on the Hub at one of its revisions. */
export interface HubModel {
  readonly id: string;
  readonly revision: string;
  /** Set where it is a data set: they have names of their own. */
  readonly isDataSet?: true;
}

const HUB = 'https://huggingface.co';
const ID = /^(?:\w[\w.-]*\/)?\w[\w.-]*$/;
const DATA_PAGE = /^https:\/\/(?:www\.)?(?:huggingface\.co|hf\.co)\/datasets\/([\w.-]+\/[\w.-]+)(?:\/(?:tree|resolve|blob)\/([^/?#]+).*)?\/?(?:[?#].*)?$/;
const PAGE = /^https:\/\/(?:www\.)?(?:huggingface\.co|hf\.co)\/([\w.-]+(?:\/[\w.-]+)?)(?:\/(?:tree|resolve|blob)\/([^/?#]+))?\/?(?:[?#].*)?$/;

/**
 * The model that a text names: `org/name`, `org/name@revision`, or the address of its page.
 *
 * Undefined when the text is an address elsewhere; Fault `bad-model-id` when it is neither.
 */
export function parseModelId(text: string): HubModel | undefined {
  const page = PAGE.exec(text.trim());
  if (page) return { id: page[1]!, revision: decodeURIComponent(page[2] ?? 'main') };
  if (/^[a-z]+:\/\//i.test(text.trim())) return undefined;
  const [id = '', revision, ...more] = text.trim().split('@');
  if (ID.test(id) && revision !== '' && more.length === 0) return { id, revision: revision ?? 'main' };
  throw new Fault({ code: 'bad-model-id', where: 'model', expected: 'org/name, org/name@revision, or an address', got: JSON.stringify(text.slice(0, 80)), remedy: 'Copy the name from the model’s page on huggingface.co.' });
}

/**
 * The data set that a text names: `org/name`, `org/name@revision`, either with `hub:` before it, its key in the cache, or the
 * address of its page;
 * undefined for any other text.
 */
export function parseDataSetId(text: string): HubModel | undefined {
  const page = DATA_PAGE.exec(text.trim());
  if (page) return { id: page[1]!, revision: decodeURIComponent(page[2] ?? 'main'), isDataSet: true };
  const [id = '', revision, ...more] = text.trim().replace(/^(hub:|datasets\/)/, '').replace(/#.*$/, '').split('@');
  return ID.test(id) && id.includes('/') && revision !== '' && more.length === 0 ? { id, revision: revision ?? 'main', isDataSet: true } : undefined;
}

const placeOf = ({ id, isDataSet }: HubModel): string => (isDataSet ? `datasets/${id}` : id);

/** Key of a model or a data set in the cache. */
export function hubSource(model: HubModel): string {
  return `${placeOf(model)}@${model.revision}`;
}

/** A model's files by address, from its listing or from an earlier one. */
export function hubRemote(model: HubModel, files: readonly RemoteFile[], hubUrl: string = HUB): Remote {
  const encoded = (path: string) => path.split('/').map(encodeURIComponent).join('/');
  return {
    name: model.revision === 'main' ? model.id : hubSource(model),
    source: hubSource(model),
    files,
    address: (path) => `${hubUrl}/${placeOf(model)}/resolve/${encodeURIComponent(model.revision)}/${encoded(path)}`,
  };
}

/** Headers that carry a token; Fault `bad-token` when it is none of the Hub's. */
export function authorisation(token: string | undefined): Record<string, string> {
  if (token === undefined || token === '') return {};
  if (/^hf_\w+$/.test(token)) return { Authorization: `Bearer ${token}` };
  throw new Fault({ code: 'bad-token', where: 'access token', expected: 'a token of the Hub, which begins with hf_', got: 'another text', remedy: 'Copy it from huggingface.co/settings/tokens.' });
}

/**
 * The files of a model at the top of its repository, or all files of a data set.
 *
 * Throws Fault `no-access` (401, 403), `no-such-model` (404), `http-status` or `network`; an abort stays an AbortError.
 */
export async function listHub(model: HubModel, { token, signal, hubUrl = HUB }: HubOptions = {}): Promise<RemoteFile[]> {
  authorisation(token);
  const { listFiles } = await import('@huggingface/hub');
  const where = `${hubUrl}/${placeOf(model)}`;
  const files: RemoteFile[] = [];
  try {
    const found = listFiles({
      repo: { type: model.isDataSet ? 'dataset' : 'model', name: model.id },
      recursive: model.isDataSet === true,
      revision: encodeURIComponent(model.revision),
      hubUrl,
      ...(token ? { accessToken: token } : {}),
      fetch: (input, init) => fetch(input, { ...init, signal: signal ?? null }),
    });
    for await (const { type, path, size, oid, lfs } of found) {
      if (type === 'file') files.push({ path, size: lfs?.size ?? size, tag: lfs?.oid ?? oid ?? '' });
    }
  } catch (error) {
    throw signal?.aborted ? error : listingFault(error, where, model);
  }
  return files;
}

interface Refusal {
  readonly code: string;
  readonly expected: string;
  readonly remedy: string;
}

const DENIED: Refusal = { code: 'no-access', expected: 'a model that may be read', remedy: 'It is private, gated, or not there: check its name, accept its terms on its page, or give an access token.' };
const REFUSALS: ReadonlyMap<number, Refusal> = new Map([
  [401, DENIED], [403, DENIED],
  [404, { code: 'no-such-model', expected: 'a model of this name with this revision', remedy: 'Check the name and the revision.' }],
]);

function listingFault(error: unknown, where: string, { revision }: HubModel): Fault {
  const status: unknown = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  const got = error instanceof Error ? error.message : String(error);
  if (typeof status !== 'number') return new Fault({ code: 'network', where, expected: 'the list of its files', got, remedy: 'Check the connection, then try again.' });
  const refusal = REFUSALS.get(status) ?? { code: 'http-status', expected: 'the list of its files', remedy: 'Try again in a while.' };
  return new Fault({ ...refusal, where: `${where} at ${revision}`, got: `status ${status}` });
}
