/** The built app in `dist/`: made again only when something that it is made of is newer. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT: string = join(import.meta.dirname, '..');
export const DIST: string = join(ROOT, 'dist');

/** What the build is made of. */
const SOURCES = ['src', 'public', 'index.html', 'vite.config.ts', 'svelte.config.js', 'tsconfig.json', 'package-lock.json', 'scripts/build'];

/** Builds the app if it is stale; `announce` is told before that. Throws what the build throws. */
export async function ensureBuilt(announce: (line: string) => void): Promise<void> {
  if (!isStale(SOURCES.map((path) => join(ROOT, path)), [join(DIST, 'index.html'), join(ROOT, 'dist.zip')])) return;
  announce('Building the app …');
  const began = performance.now();
  const { build } = await import('vite');
  await build({ root: ROOT, logLevel: 'error' });
  announce(`Built in ${((performance.now() - began) / 1000).toFixed(1)} s.`);
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
