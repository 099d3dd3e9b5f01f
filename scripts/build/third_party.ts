/** The licences of everything that the bundles hold, the training worker's own packages included. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

const ROOT = join(import.meta.dirname, '..', '..');
const FILE = 'third-party.txt';
const LICENCE_FILE = /^(licen[cs]e|notice|copying)(\.(md|txt))?$/i;

/** Packages whose package.json names the Apache licence, but which carry no copy of it. */
const APACHE_COPY = join(ROOT, 'node_modules', '@huggingface', 'tokenizers', 'LICENSE');

/** Native code inside bundled WebAssembly, which no package.json names. */
const INSIDE_WASM: readonly (readonly [inside: string, text: string])[] = [
  [
    '@tensorflow/tfjs-backend-wasm',
    [
      'Its WebAssembly binaries contain XNNPACK (BSD 3-Clause, Facebook, Inc. and its affiliates, Google LLC) with pthreadpool',
      'and cpuinfo (BSD 2-Clause, Facebook, Inc., Georgia Institute of Technology, Google LLC), FP16 and FXdiv (MIT, Facebook,',
      'Inc., Georgia Institute of Technology, Marat Dukhan), and the Emscripten runtime (MIT, the Emscripten authors).',
    ].join('\n'),
  ],
];

/** The two sides of one collection: a plugin for every bundle, and one that writes the list when all are there. */
export interface ThirdParty {
  readonly collect: () => Plugin;
  readonly write: () => Plugin;
}

/** A fresh collection of the packages that one build bundles. */
export function thirdParty(): ThirdParty {
  const packages = new Set<string>();
  return {
    collect: () => ({
      name: 'third-party-collect',
      enforce: 'pre',
      transform(code, id) {
        if (/\.css($|\?)/.test(id)) for (const name of stylesIn(id, code)) packages.add(name);
      },
      generateBundle(_options, bundle) {
        for (const chunk of Object.values(bundle)) {
          const ids = chunk.type === 'chunk' ? Object.keys(chunk.modules) : chunk.originalFileNames;
          for (const id of ids) for (const name of packagesIn(id)) packages.add(name);
        }
      },
    }),
    write: () => {
      let dist = '';
      return {
        name: 'third-party-write',
        apply: 'build',
        configResolved(config) {
          dist = join(config.root, config.build.outDir);
        },
        writeBundle() {
          writeFileSync(join(dist, FILE), notices([...packages].sort()));
        },
      };
    },
  };
}

/** The package that a module belongs to; none for our own files. */
export function packagesIn(id: string): string[] {
  const match = /.*node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(id);
  return match?.[1] ? [match[1].replaceAll('\\', '/')] : [];
}

/** The packages of a style sheet: its own, and those that it imports, which are put in its place and leave no module. */
export function stylesIn(id: string, code: string): string[] {
  const imported = [...code.matchAll(/@import\s+(?:url\()?['"]((?:@[^'"/]+\/)?[^'"./][^'"/]*)/g)].flatMap(([, name]) => name ?? []);
  return [...packagesIn(id), ...imported];
}

/** The text of all notices, each licence once with the packages under it; throws for a package without a licence. */
export function notices(packages: readonly string[]): string {
  const byText = new Map<string, string[]>();
  for (const name of packages) {
    const { head, text } = notice(name);
    byText.set(text, [...(byText.get(text) ?? []), head]);
  }
  const parts = [...byText].map(([text, heads]) => `${RULE}\n${heads.join('\n')}\n${RULE}\n\n${text}\n`);
  return `Distill Lab contains these packages.\n\n${parts.join('\n')}`;
}

const RULE = '='.repeat(100);

function notice(name: string): { head: string; text: string } {
  const folder = join(ROOT, 'node_modules', name);
  const about: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const licence = field(about, 'license');
  const native = INSIDE_WASM.filter(([inside]) => inside === name).map(([, text]) => `\n${text}`).join('');
  return { head: `${name} ${field(about, 'version')} (${licence})${native}`, text: licenceText(folder, name, licence, about) };
}

function licenceText(folder: string, name: string, licence: string, about: unknown): string {
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => LICENCE_FILE.test(file)) : [];
  if (files.length > 0) return files.map((file) => readFileSync(join(folder, file), 'utf8').trim()).join('\n\n');
  if (licence.startsWith('Apache-2.0')) return readFileSync(APACHE_COPY, 'utf8').trim();
  if (licence === 'MIT') return mit(field(about, 'author'));
  throw new Error(`${name}: licence "${licence}" without its text`);
}

function field(about: unknown, name: string): string {
  const value = typeof about === 'object' && about !== null ? new Map(Object.entries(about)).get(name) : undefined;
  if (typeof value === 'string') return value;
  return typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string' ? value.name : 'unknown';
}

function mit(author: string): string {
  const own = readFileSync(join(ROOT, 'LICENSE'), 'utf8').trim();
  return own.replace(/^Copyright .*$/m, `Copyright (c) ${author}`);
}
