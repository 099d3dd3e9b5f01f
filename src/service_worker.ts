/**
 * Keeps the whole app for use without a network, and sends it with the same headers as the local server, so that they
 * also bind on a static host. A new version waits until every tab of the old one is closed: versions never mix.
 */
import { RESPONSE_HEADERS } from './response_headers.ts';

/** Files of this build, and a hash over all of them; the build fills both in. */
declare const __PRECACHE__: readonly string[];
declare const __VERSION__: string;

const worker = globalThis as unknown as ServiceWorkerGlobalScope;
const PREFIX = 'distill-lab-';
const CACHE = PREFIX + __VERSION__;
const FILES = new Set<string>(__PRECACHE__);

worker.addEventListener('install', (event) => event.waitUntil(store()));
worker.addEventListener('activate', (event) => event.waitUntil(takeOver()));
worker.addEventListener('fetch', (event) => {
  const path = pathOf(event.request);
  if (path !== undefined) event.respondWith(answer(path, event.request));
});

async function store(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll([...FILES].map((path) => new Request(new URL(path, worker.registration.scope), { cache: 'reload' })));
}

async function takeOver(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await worker.clients.claim();
}

/** The file of this build that a request is for; undefined when it is for anything else. */
function pathOf(request: Request): string | undefined {
  const { scope } = worker.registration;
  const address = request.url.replace(/[?#].*$/, '');
  if (request.method !== 'GET' || !address.startsWith(scope)) return undefined;
  const path = address.slice(scope.length) || 'index.html';
  return FILES.has(path) ? path : undefined;
}

async function answer(path: string, request: Request): Promise<Response> {
  const stored = await (await caches.open(CACHE)).match(new URL(path, worker.registration.scope));
  const found = stored ?? (await fetch(request));
  const headers = new Headers(found.headers);
  for (const [name, value] of Object.entries(RESPONSE_HEADERS)) headers.set(name, value);
  return new Response(found.body, { status: found.status, statusText: found.statusText, headers });
}
