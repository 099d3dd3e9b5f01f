/** The app for a person: built if stale, served on this machine until it is interrupted. */
import { DIST, ensureBuilt } from './build_app.ts';
import { integer, flag, readOptions, UsageError } from './command_line/option.ts';
import { interrupts } from './interrupts.ts';
import { serve } from './serve.ts';

const OPTIONS = { port: integer(0, 65_535, 'port', 'a free one'), help: flag('print this help') } as const;

try {
  const { port, help } = readOptions(OPTIONS, process.argv.slice(2));
  if (help) {
    console.log('npm start -- [--port N]\n\nServes the app on this machine and prints its address.');
  } else {
    await ensureBuilt((line) => console.log(line));
    const server = await serve({ root: DIST, port });
    console.log(`Distill Lab: ${server.address}\nPress Ctrl+C to end.`);
    interrupts(130).addEventListener('abort', () => void server.close(), { once: true });
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
