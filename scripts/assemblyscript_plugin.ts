import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Plugin } from 'vite';

const SUFFIX = '?assemblyscript';
const OPTIONS = ['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--noExportMemory', '--enable', 'simd'];
const CACHE = resolve(import.meta.dirname, '..', 'node_modules', '.cache', 'assemblyscript');

/**
 * Vite plugin: `import module from './assembly/index.ts?assemblyscript'` gives the compiled WebAssembly module as base64.
 *
 * A few kilobytes in the bundle load alike in a page, a worker, Node and under a content security policy. The result is
 * kept under node_modules/.cache by the hash of the sources; an error of the compiler fails the build with its message.
 */
export function assemblyScript(): Plugin {
  return {
    name: 'assemblyscript',
    enforce: 'pre',
    resolveId(source, importer) {
      if (!source.endsWith(SUFFIX) || !source.startsWith('.') || !importer) return undefined;
      return resolve(dirname(importer.replace(/\?.*$/, '')), source.slice(0, -SUFFIX.length)) + SUFFIX;
    },
    async load(id) {
      if (!id.endsWith(SUFFIX)) return undefined;
      const entry = id.slice(0, -SUFFIX.length);
      for (const file of sourcesBeside(entry)) this.addWatchFile(file);
      const binary = await compileCached(entry);
      return { code: `export default ${JSON.stringify(binary.toString('base64'))};`, moduleType: 'js' };
    },
  };
}

function sourcesBeside(entry: string): string[] {
  const folder = dirname(entry);
  return readdirSync(folder).filter((name) => name.endsWith('.ts')).sort().map((name) => join(folder, name));
}

/** Compilations under way, by the file they will be kept in: several projects of one process share them. */
const UNDER_WAY = new Map<string, Promise<Buffer>>();

function compileCached(entry: string): Promise<Buffer> {
  const hash = createHash('sha256').update(OPTIONS.join(' '));
  for (const file of sourcesBeside(entry)) hash.update(`${basename(file)}\0`).update(readFileSync(file));
  const cached = join(CACHE, `${hash.digest('hex').slice(0, 32)}.wasm`);
  if (existsSync(cached)) return Promise.resolve(readFileSync(cached));
  const promise = UNDER_WAY.get(cached) ?? compile(entry).then((binary) => keep(cached, binary));
  UNDER_WAY.set(cached, promise);
  return promise;
}

/** Writes under another name first, so that no other process reads half a file. */
function keep(path: string, binary: Buffer): Buffer {
  mkdirSync(CACHE, { recursive: true });
  writeFileSync(`${path}.${process.pid}`, binary);
  renameSync(`${path}.${process.pid}`, path);
  return binary;
}

/** The WebAssembly binary of one AssemblyScript program; throws the compiler's own messages. */
export async function compile(entry: string): Promise<Buffer> {
  const { default: asc } = await import('assemblyscript/asc');
  const written = new Map<string, string | Uint8Array>();
  const stderr = asc.createMemoryStream();
  const result = await asc.main([basename(entry), '--outFile', 'module.wasm', '--baseDir', dirname(entry), ...OPTIONS], {
    stderr,
    writeFile: (name, contents) => void written.set(name, contents),
  });
  const binary = written.get('module.wasm');
  if (result.error || !(binary instanceof Uint8Array)) throw new Error(`AssemblyScript: ${stderr.toString() || String(result.error)}`);
  return Buffer.from(binary);
}
