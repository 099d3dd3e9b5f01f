/** A dump of Wikipedia in MediaWiki's XML, line by line → the running text of its articles. */
import { FormatError } from '../formats/format_error.ts';
import { unescaped } from './entities.ts';
import { paragraphsOf } from './wikitext.ts';

/** Characters of the longest page that is read. */
const MAX_PAGE = 32 * 2 ** 20;

/** A page as far as it was read. */
interface Page {
  /** Namespace 0 holds the articles. */
  namespace: string;
  isRedirect: boolean;
  /** Lines of the text while it is open. */
  text: string[] | undefined;
  length: number;
  article: string;
}

/**
 * Articles of a dump: pages of the first namespace that are no redirects, with the paragraphs of their running text.
 *
 * MediaWiki writes each element of a page on a line of its own, and begins and ends `<text>` in one; nothing else of XML is
 * read. FormatError TooLarge for a page that does not end.
 */
export class DumpArticles {
  #page: Page | undefined;
  readonly #where: string;

  constructor(where: string) {
    this.#where = where;
  }

  /** Takes a line; gives the article that it ends, or an empty text for a page that is none. */
  line(line: string): string | undefined {
    const page = this.#page;
    if (!page) {
      if (/^\s*<page>/.test(line)) this.#page = { namespace: '0', isRedirect: false, text: undefined, length: 0, article: '' };
      return undefined;
    }
    if (page.text) this.#text(page, line);
    else if (/^\s*<\/page>/.test(line)) {
      this.#page = undefined;
      return page.article;
    } else this.#element(page, line);
    return undefined;
  }

  #element(page: Page, line: string): void {
    const namespace = /^\s*<ns>(-?\d+)<\/ns>/.exec(line)?.[1];
    if (namespace !== undefined) page.namespace = namespace;
    else if (/^\s*<redirect\b/.test(line)) page.isRedirect = true;
    else {
      const open = /^\s*<text\b[^>]*?(\/?)>/.exec(line);
      if (!open || open[1] === '/') return;
      page.text = [];
      this.#text(page, line.slice(open[0].length));
    }
  }

  #text(page: Page, line: string): void {
    const end = line.indexOf('</text>');
    page.text?.push(end < 0 ? line : line.slice(0, end));
    page.length += line.length;
    if (page.length > MAX_PAGE) throw new FormatError('TooLarge', this.#where, `pages of at most ${MAX_PAGE / 2 ** 20} MB`, 'a longer one', 'Download the dump again.');
    if (end < 0) return;
    const wikitext = unescaped((page.text ?? []).join('\n'));
    page.text = undefined;
    const isArticle = page.namespace === '0' && !page.isRedirect && !/^\s*#redirect\b/i.test(wikitext);
    page.article = isArticle ? paragraphsOf(wikitext).join(' ') : '';
  }
}
