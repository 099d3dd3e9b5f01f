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
const LAUNCHER = /^(?:.*\/)?(?:python(?:\d(?:\.\d+)*)?|deepspeed|torchrun|accelerate)$/;

/** Commands whose line may be pasted; the first three are scripts of the reference too. */
const PASTED = ['experiments', 'run_glue', 'run_pretraining', 'pretrain'] as const;
export type PastedCommand = (typeof PASTED)[number];

/** A line without what stands before its options, and the command that this named; undefined where nothing did. */
export interface PastedLine {
  readonly command?: PastedCommand;
  readonly options: string[];
}

/**
 * Parts a pasted line from its program, be it `python experiments.py`, `CUDA_VISIBLE_DEVICES=0 python3 -u dir/run_glue.py`,
 * `npm run lab -- pretrain`, or nothing.
 */
export function pastedLine(words: readonly string[]): PastedLine {
  const script = words.findIndex((word) => commandOf(word) !== undefined);
  const program = words.slice(0, Math.max(0, script)).filter((word) => !ASSIGNMENT.test(word));
  const known = LAUNCHER.test(program[0] ?? '') || /^(npm run lab( --)?)?$/.test(program.join(' '));
  return script >= 0 && known ? { command: commandOf(words[script]!)!, options: words.slice(script + 1) } : { options: [...words] };
}

function commandOf(word: string): PastedCommand | undefined {
  return PASTED.find((name) => word === name || word === `${name}.py` || word.endsWith(`/${name}.py`));
}

/**
 * The words of a command line of the lab, in which the reference's own line may stand as it is: as words, or as one text,
 * alone or behind its command. UsageError for a quote that is not closed.
 */
export function unpasted(words: readonly string[]): readonly string[] {
  const at = commandOf(words[0] ?? '') === undefined ? 0 : 1;
  const line = words[at] ?? '';
  const parted = /\s/.test(line) && !line.endsWith('.json') ? [...words.slice(0, at), ...shellWords(line), ...words.slice(at + 1)] : words;
  const { command, options } = pastedLine(parted);
  if (command === undefined) return parted;
  const inner = pastedLine(options);
  return [command, ...(inner.command === command ? inner.options : options)];
}

/** The options of a pasted line, whatever its program. */
export function withoutProgram(words: readonly string[]): string[] {
  return pastedLine(words).options;
}
