/** Extracted Wikipedia and books, line by line → articles, one a line. */

/** A line without the blanks at its end. */
const withoutEnd = (line: string): string => line.trimEnd();

/**
 * Articles of extracted Wikipedia: what stands between `<doc id=…>` and `</doc>`, without the title, which is the first line.
 *
 * `lines` come without their line feeds. Each article is its lines, the empty ones left out, joined by blanks; text outside
 * of articles is passed over. Source: `WikicorpusTextFormatting.merge`.
 */
export class ExtractedArticles {
  #lines: string[] | undefined;
  /** Lines of the open article so far, the title included. */
  #count = 0;

  /** Takes a line; gives the article that it ends. */
  line(line: string): string | undefined {
    if (line.includes('<doc id=')) {
      this.#lines ??= [];
    } else if (line.includes('</doc>')) {
      const article = (this.#lines ?? []).join('');
      this.#lines = undefined;
      this.#count = 0;
      return article;
    } else if (this.#lines && this.#count++ > 0 && line !== '') {
      this.#lines.push(`${withoutEnd(line)} `);
    }
    return undefined;
  }
}

/** A line of a book as it stands in its article: hard-wrapped lines become one. Source: `BookscorpusTextFormatting.merge`. */
export function bookLine(line: string): string {
  const text = line.trim();
  return text === '' ? '' : `${text} `;
}

/** What ends an article in a file of one article a line. */
export const ARTICLE_END = '\n\n';
