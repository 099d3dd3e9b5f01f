/** What the build does after the bundles: the list of files for the service worker, and an archive of everything. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { zipSync, type Zippable } from 'fflate';
import type { Plugin } from 'vite';

const SERVICE_WORKER = 'service_worker.js';
/** Each archive of the same files has the same bytes. */
const ZIP_TIME = new Date(1980, 0, 1);

/** Vite plugin: `service_worker.js` beside the page, told of every other file, and `dist.zip` beside `dist/`. */
export function appFiles(): Plugin {
  let dist = '';
  return {
    name: 'app-files',
    apply: 'build',
    config: () => ({
      build: {
        rolldownOptions: {
          input: { index: 'index.html', service_worker: 'src/service_worker.ts' },
          output: { entryFileNames: ({ name }) => (name === 'service_worker' ? SERVICE_WORKER : 'assets/[name]-[hash].js') },
        },
      },
    }),
    configResolved(config) {
      dist = join(config.root, config.build.outDir);
    },
    writeBundle: {
      order: 'post',
      sequential: true,
      handler() {
        const files = filesBelow(dist).filter((path) => path !== SERVICE_WORKER);
        const worker = join(dist, SERVICE_WORKER);
        writeFileSync(worker, withFileList(readFileSync(worker, 'utf8'), files, hashOf(dist, files)));
        writeFileSync(`${dist}.zip`, zipSync(zippable(dist), { mtime: ZIP_TIME, level: 6 }));
      },
    },
  };
}

/** The service worker's text with its two placeholders filled in; throws when they are not there, or it is no classic script. */
export function withFileList(code: string, files: readonly string[], version: string): string {
  if (!code.includes('__PRECACHE__') || !code.includes('__VERSION__')) throw new Error('the service worker has no place for its list of files');
  if (/^\s*(import|export)\b|;(import|export)[ {]/.test(code)) throw new Error('the service worker must be one script without imports');
  return code.replaceAll('__PRECACHE__', JSON.stringify(files)).replaceAll('__VERSION__', JSON.stringify(version));
}

/** The files below a folder, with slashes, in order. */
export function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/')).sort();
}

function hashOf(folder: string, files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of files) hash.update(`${path}\0`).update(createHash('sha256').update(readFileSync(join(folder, path))).digest());
  return hash.digest('hex').slice(0, 16);
}

function zippable(folder: string): Zippable {
  return Object.fromEntries(filesBelow(folder).map((path) => [path, readFileSync(join(folder, path))]));
}
