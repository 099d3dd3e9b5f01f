/** The lab's command line: `npm run lab -- <command> [options]`. */
import { unpasted } from '../src/experiment/shell_words.ts';
import { toReport } from '../src/fault/fault.ts';
import { commandHelp, labHelp, type Command } from './command_line/command.ts';
import { errorText } from './command_line/error_text.ts';
import { didYouMean, UsageError } from './command_line/option.ts';
import { COMMANDS } from './commands/index.ts';
import { Interrupted } from './driven_run.ts';
import { interrupts } from './interrupts.ts';

/** What the program ends with. */
const EXIT = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

process.exitCode = await main(process.argv.slice(2));

async function main(words: readonly string[]): Promise<number> {
  const json = words.includes('--json');
  try {
    const [name, ...args] = unpasted(words);
    if (name === undefined || name === '--help' || name === 'help') {
      console.log(labHelp(COMMANDS));
      return EXIT.done;
    }
    return await runCommand(commandNamed(name), args, json);
  } catch (error) {
    if (error instanceof Interrupted) {
      console.error('Interrupted.');
      return EXIT.interrupted;
    }
    if (json) console.log(JSON.stringify({ ok: false, error: toReport(error) }));
    console.error(errorText(error));
    return error instanceof UsageError ? EXIT.usage : EXIT.failed;
  }
}

async function runCommand(command: Command, args: readonly string[], json: boolean): Promise<number> {
  if (args.includes('--help')) {
    console.log(commandHelp(command));
    return EXIT.done;
  }
  const work = command.prepare(args);
  const { text, json: value, failed } = await work({ log: json ? process.stderr : process.stdout, signal: interrupts(EXIT.interrupted) });
  console.log(json ? JSON.stringify(value) : text);
  return failed ? EXIT.failed : EXIT.done;
}

function commandNamed(name: string): Command {
  const command = COMMANDS.find((known) => known.name === name);
  if (command) return command;
  const names = COMMANDS.map((known) => known.name);
  throw new UsageError('command line', `a command (${names.join(', ')})`, `"${name}"`, didYouMean(name, names));
}
