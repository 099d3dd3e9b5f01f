/** A command of the lab as data, and the text of its help. */
import { flag, readLine, UsageError, type Option, type Options, type Values } from './option.ts';

/** What a command is given beside its options. */
export interface Context {
  /** Lines for a person; standard error when the result is printed as JSON. */
  readonly log: NodeJS.WriteStream;
  /** Aborted when the person interrupts. */
  readonly signal: AbortSignal;
}

/** What a command gives back: the text for a person, and the same as a JSON value. */
export interface Outcome {
  readonly text: string;
  readonly json: unknown;
  /** Set where what was found makes the program end with 1. */
  readonly failed?: boolean;
}

/** A word of the command line that belongs to no option, e.g. the file to read. */
export interface Operand {
  readonly name: string;
  readonly help: string;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** All of them must be given, in this order. */
  readonly operands: readonly Operand[];
  readonly options: Options;
  /** Reads and checks the options (UsageError), and gives back what then does the work. */
  readonly prepare: (args: readonly string[]) => (context: Context) => Promise<Outcome>;
}

/** Options of every command. */
export const COMMON_OPTIONS = {
  json: flag('print the result as one JSON value on standard output, and progress on standard error'),
  help: flag('print this help'),
} as const;

/** A command whose `plan` checks the options before anything is done and returns the work. */
export function command<O extends Options>(spec: {
  readonly name: string;
  readonly summary: string;
  readonly operands?: readonly Operand[];
  readonly options: O;
  readonly plan: (values: Values<O>, words: readonly string[]) => (context: Context) => Promise<Outcome>;
}): Command {
  const { name, summary, operands = [] } = spec;
  const options = { ...spec.options, ...COMMON_OPTIONS };
  const prepare = (args: readonly string[]) => {
    const { values, words } = readLine<O>(options, args, operands.map((operand) => operand.name));
    const missing = operands[words.length];
    if (missing) throw new UsageError('command line', `${missing.name}: ${missing.help}`, 'nothing');
    return spec.plan(values, words);
  };
  return { name, summary, operands, options, prepare };
}

/** The help of one command. */
export function commandHelp({ name, summary, operands, options }: Command): string {
  const words = operands.map((operand) => `${operand.name} `).join('');
  const named = operands.map((operand) => [operand.name, operand.help] as const);
  const rows = Object.entries(options).map(([option, spec]) => [`${spec.short === undefined ? '' : `-${spec.short}, `}--${option}${spec.placeholder ? ` ${spec.placeholder}` : ''}`, explain(spec)] as const);
  return [`npm run lab -- ${name} ${words}[options]`, '', summary, '', ...(named.length > 0 ? [...columns(named), ''] : []), 'Options:', ...columns(rows)].join('\n');
}

/** The help of the lab: its commands. */
export function labHelp(commands: readonly Command[]): string {
  const rows = commands.map(({ name, summary }) => [name, summary] as const);
  return [
    'npm run lab -- <command> [options]', '', 'Commands:', ...columns(rows), '',
    'Each command has --help and --json. It ends with 0 when it is done, 1 when it failed, 2 for a wrong option.',
  ].join('\n');
}

function explain({ help, otherwise }: Option<unknown>): string {
  return otherwise === undefined ? help : `${help} (default: ${otherwise})`;
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.min(34, Math.max(...rows.map(([left]) => left.length)));
  return rows.map(([left, right]) => (left.length > width ? `  ${left}\n  ${' '.repeat(width)}  ${right}` : `  ${left.padEnd(width)}  ${right}`));
}
