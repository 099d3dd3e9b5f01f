/** The documents of the repository, and what can be checked of them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const ROOT = resolve(import.meta.dirname, '..', '..');

/** Written by programs: licences and model cards of others. */
const GENERATED = ['THIRD_PARTY_NOTICES.md'];

/** A link, a picture or a path of one document. */
export interface Reference {
  readonly line: number;
  readonly target: string;
}

/** Paths of the documents, from the root. */
export function documents(): string[] {
  const top = readdirSync(ROOT).filter((name) => name.endsWith('.md') && !GENERATED.includes(name));
  const below = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'));
  return [...top, ...below.map((name) => join('docs', name))].sort();
}

export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** The text with fenced blocks emptied, line by line, so that line numbers stay. */
export function prose(text: string): string[] {
  let fenced = false;
  return text.split('\n').map((line) => {
    const fence = /^\s*(```|~~~)/.test(line);
    if (fence) fenced = !fenced;
    return fence || fenced ? '' : line;
  });
}

function matches(text: string, patterns: readonly RegExp[]): Reference[] {
  return prose(text).flatMap((content, i) =>
    patterns.flatMap((pattern) => [...content.matchAll(pattern)].map((match) => ({ line: i + 1, target: match[1] ?? '' }))));
}

/** Targets of links and pictures that lie in the repository. */
export function links(text: string): Reference[] {
  const found = matches(text, [/\]\(([^)\s]+)\)/g, /\b(?:src|srcset|href)="([^"]+)"/g]);
  return found.filter(({ target }) => !/^(https?:|mailto:)/.test(target));
}

const FOLDERS = 'src|tests|scripts|docs|bench|public|\\.ci|\\.github';

/** Paths from the root that stand as code in the text, e.g. `src/train/loop.ts`. */
export function paths(text: string): Reference[] {
  return matches(text, [new RegExp(`\`((?:${FOLDERS})/[\\w./-]*)\``, 'g')]);
}

/** The anchors of the headings, as code hosts make them. */
export function anchors(text: string): Set<string> {
  const headings = prose(text).flatMap((line) => /^#{1,6} (.*)$/.exec(line)?.[1] ?? []);
  return new Set(headings.map((heading) => heading.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-')));
}

/** The first fenced block after a text, without its fences; undefined when there is none. */
export function blockAfter(text: string, mark: string): string | undefined {
  const at = text.indexOf(mark);
  return at < 0 ? undefined : /```\w*\n([\s\S]*?)```/.exec(text.slice(at))?.[1];
}

/** The lines of the section under a heading, up to the next heading of any level. */
export function section(text: string, heading: string): string[] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => /^#{1,6} /.test(line) && line.replace(/^#+ /, '') === heading);
  if (start < 0) throw new RangeError(`no heading "${heading}"`);
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => /^#{1,6} /.test(line));
  return end < 0 ? rest : rest.slice(0, end);
}
