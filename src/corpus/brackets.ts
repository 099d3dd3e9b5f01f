/** Parts of a text between an opening and a closing mark, which may stand within each other. */

export interface Marked {
  readonly open: string;
  readonly close: string;
}

/**
 * The text with each outermost marked part replaced by what `instead` makes of it, given without its marks.
 *
 * Reads the text once. An opening mark without a closing one is left as it is, and so is what follows it.
 */
export function replaceMarked(text: string, { open, close }: Marked, instead: (inside: string) => string): string {
  const out: string[] = [];
  let done = 0;
  let depth = 0;
  let begin = 0;
  for (let at = nextMark(text, open, close, 0); at >= 0; ) {
    const opens = text.startsWith(open, at);
    const end = at + (opens ? open : close).length;
    if (opens && depth++ === 0) begin = at;
    if (!opens && depth > 0 && --depth === 0) {
      out.push(text.slice(done, begin), instead(text.slice(begin + open.length, at)));
      done = end;
    }
    at = nextMark(text, open, close, end);
  }
  return out.length === 0 ? text : out.join('') + text.slice(done);
}

function nextMark(text: string, open: string, close: string, from: number): number {
  const [a, b] = [text.indexOf(open, from), text.indexOf(close, from)];
  return a < 0 || b < 0 ? b : Math.min(a, b);
}

/** The parts of a text between bars that stand in no brackets. */
export function parts(text: string): string[] {
  const found: string[] = [];
  let from = 0;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '[' || c === '{') depth++;
    else if ((c === ']' || c === '}') && depth > 0) depth--;
    else if (c === '|' && depth === 0) {
      found.push(text.slice(from, i));
      from = i + 1;
    }
  }
  return [...found, text.slice(from)];
}
