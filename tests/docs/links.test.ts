import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchors, documents, links, paths, read, ROOT, type Reference } from './markdown.ts';

/** What is wrong with a link of a document, or undefined. */
function broken(document: string, { line, target }: Reference): string | undefined {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? document : relative(ROOT, join(ROOT, dirname(document), path));
  const place = `${document}:${line}: ${target}`;
  if (!existsSync(join(ROOT, file))) return place;
  if (anchor === undefined || !file.endsWith('.md')) return undefined;
  return anchors(read(file)).has(anchor) ? undefined : place;
}

describe.each(documents())('%s', (document) => {
  const text = read(document);

  it('links to files and headings that exist', () => {
    expect(links(text).flatMap((link) => broken(document, link) ?? [])).toEqual([]);
  });

  it('has no number left to fill in', () => {
    expect(text).not.toMatch(/@@[A-Z_0-9]+@@/);
  });

  it('names paths that exist', () => {
    const missing = paths(text).filter(({ target }) => !existsSync(join(ROOT, target)));
    expect(missing.map(({ line, target }) => `${document}:${line}: ${target}`)).toEqual([]);
  });
});

describe('the check of links', () => {
  it('sees links, pictures and paths, and passes over blocks of code and other sites', () => {
    const text = 'See [a](b.md#c) and `src/none.ts`.\n```\n[no](no.md) `src/no.ts`\n```\n<img src="d.png"> [e](https://e.example/) `npm test`';
    expect(links(text)).toEqual([{ line: 1, target: 'b.md#c' }, { line: 5, target: 'd.png' }]);
    expect(paths(text)).toEqual([{ line: 1, target: 'src/none.ts' }]);
  });

  it('finds a missing file and a missing heading', () => {
    expect(broken('README.md', { line: 3, target: 'docs/none.md' })).toBe('README.md:3: docs/none.md');
    expect(broken('README.md', { line: 5, target: '#none-of-that-name' })).toBe('README.md:5: #none-of-that-name');
  });
});
