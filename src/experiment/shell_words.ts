/** A line as it is pasted from a shell, as words. */
import { UsageError } from './option.ts';

/** One piece of a word: quoted, escaped, or plain. */
const PIECE = /'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([^\s'"\\]+)/y;

/**
 * The words of a shell line: blanks part them; quotes and backslashes keep blanks within; a backslash at the end of a
 * line joins the next one to it. UsageError for a quote that is not closed.
 *
 * Variables, substitutions and redirections are not expanded.
 */
export function shellWords(line: string): string[] {
  const text = line.replace(/\\\r?\n/g, ' ');
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < text.length; ) {
    if (/\s/.test(text[at]!)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      at++;
      continue;
    }
    PIECE.lastIndex = at;
    const piece = PIECE.exec(text);
    if (!piece) throw new UsageError('command line', 'a second quote', `${text.slice(at, at + 20)} without one`, 'Close the quote.');
    word = (word ?? '') + meant(piece);
    at = PIECE.lastIndex;
  }
  return word === undefined ? words : [...words, word];
}

function meant([, single, double, escaped, plain]: readonly (string | undefined)[]): string {
  return single ?? double?.replace(/\\([\s\S])/g, '$1') ?? escaped ?? plain ?? '';
}

const ASSIGNMENT = /^[A-Za-z_]\w*=/;
const PYTHON = /^(?:.*\/)?python(?:\d(?:\.\d+)*)?$/;
const SCRIPT = /^(?:.*\/)?experiments\.py$/;

/**
 * The options of a pasted experiments line: what stands before them is left out, be it `python experiments.py`,
 * `CUDA_VISIBLE_DEVICES=0 python3 -u dir/experiments.py`, `npm run lab -- experiments`, or nothing.
 */
export function withoutProgram(words: readonly string[]): string[] {
  const script = words.findIndex((word) => SCRIPT.test(word) || word === 'experiments');
  const program = words.slice(0, Math.max(0, script)).filter((word) => !ASSIGNMENT.test(word));
  const before = program.join(' ');
  const known = PYTHON.test(program[0] ?? '') || /^(npm run lab( --)?)?$/.test(before);
  return script >= 0 && known ? words.slice(script + 1) : [...words];
}
