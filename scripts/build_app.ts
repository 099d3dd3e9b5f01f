/** The built app in `dist/`: made again only when something that it is made of is newer. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT: string = join(import.meta.dirname, '..');
export const DIST: string = join(ROOT, 'dist');

/** What the build is made of. */
const SOURCES = ['src', 'public', 'index.html', 'vite.config.ts', 'svelte.config.js', 'tsconfig.json', 'package-lock.json', 'scripts/build'];

/** Builds the app if it is stale; `announce` is told before that. Throws with the build's own words when it fails. */
export async function ensureBuilt(announce: (line: string) => void, signal?: AbortSignal): Promise<void> {
  if (!isStale(SOURCES.map((path) => join(ROOT, path)), [join(DIST, 'index.html'), join(ROOT, 'dist.zip')])) return;
  announce('Building the app …');
  const began = performance.now();
  await build(signal);
  announce(`Built in ${((performance.now() - began) / 1000).toFixed(1)} s.`);
}

/** Runs the build in a process of its own, as the production build whoever asks for it. */
function build(signal: AbortSignal | undefined): Promise<void> {
  const vite = join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js');
  const env = { ...process.env, NODE_ENV: 'production' };
  const child = spawn(process.execPath, [vite, 'build', '--logLevel', 'error'], { cwd: ROOT, env, signal, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`the build failed:\n${said.trim()}`))));
  });
}

/** Whether a source is newer than the oldest of the products, or a product is missing. */
export function isStale(sources: readonly string[], products: readonly string[]): boolean {
  if (!products.every((path) => existsSync(path))) return true;
  const made = Math.min(...products.map((path) => statSync(path).mtimeMs));
  return sources.some((path) => newest(path) > made);
}

/** The newest change of a file, or of a folder and all below it, in milliseconds; a deletion changes its folder. */
function newest(path: string): number {
  if (!existsSync(path)) return 0;
  const entry = statSync(path);
  if (!entry.isDirectory()) return entry.mtimeMs;
  return Math.max(entry.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}
