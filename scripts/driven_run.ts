/** Training runs in a headless browser: the built app, served on this machine, given one job after another and listened to. */
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { Fault, type FaultReport } from '../src/fault/fault.ts';
import type { Recipe } from '../src/experiment/recipe.ts';
import type { Event } from '../src/worker/protocol.ts';
import { ensureBrowser } from './browser_install.ts';
import { CHROMIUM_FLAGS } from './browser.ts';
import { DIST, ensureBuilt } from './build_app.ts';
import { UsageError } from './command_line/option.ts';
import { openHome } from './headless_home.ts';
import type { LabServer } from './serve.ts';

/** One run of a session. */
export interface DrivenRun {
  readonly recipe: Recipe;
  /** Folders of the session that the run reads, by their use. */
  readonly files: Readonly<Partial<Record<'teacher' | 'data' | 'tokenizer' | 'student', string>>>;
  /** Folder for the trained model, within that of the session; nothing for that folder itself. */
  readonly out?: string;
  /** The id under which an interrupted run is found again and goes on; without one it begins anew. */
  readonly run?: string;
}

export interface DrivenOptions {
  readonly runs: readonly DrivenRun[];
  /** Folders of this machine that the page may read, by name. */
  readonly folders: Readonly<Record<string, string>>;
  /** Folder that the page may write into. */
  readonly out: string;
  readonly port?: number;
  readonly installBrowser?: boolean;
  readonly signal: AbortSignal;
  readonly announce: (line: string) => void;
  readonly listen: (event: Event) => void;
  /** Called before and after each run, with its place in the list. */
  readonly onBegin?: (index: number) => void;
  readonly onDone?: (index: number) => void;
}

/** An interrupt by the person: everything is closed, and the program ends with 130. */
export class Interrupted extends Error {}

/** Milliseconds that a run may take to save itself when it is interrupted. */
const SAVING = 5000;

/**
 * Builds if stale, serves, opens the page, gives it the runs, and hears them out; closes browser and server in every case.
 * Throws a run's own Fault when it failed, `browser-ended` when the browser died, Interrupted on the signal.
 */
export async function drive(options: DrivenOptions): Promise<void> {
  const { folders, out, signal, announce } = options;
  const browser = ensureBrowser({ system: options.installBrowser, announce });
  await ensureBuilt(announce, signal).catch((error: unknown) => {
    stopIf(signal);
    throw error;
  });
  mkdirSync(out, { recursive: true });
  const home = await openHome({ root: DIST, port: options.port, folders, out });
  let context: BrowserContext | undefined;
  try {
    stopIf(signal);
    context = await chromium.launchPersistentContext(home.profile, {
      executablePath: browser.path,
      headless: true,
      args: [...CHROMIUM_FLAGS],
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    });
    const page = context.pages()[0] ?? (await context.newPage());
    await untilAborted(signal, runsIn(page, context, home.server, options), () => saved(page, options));
  } finally {
    await context?.close().catch(() => undefined);
    await home.close();
  }
}

/** UsageError unless the folder is new or empty: no run writes over another one. */
export function checkOutput(out: string): void {
  if (!existsSync(out)) return;
  if (!statSync(out).isDirectory()) throw new UsageError('--output_dir', 'a folder', `"${out}", which is a file`);
  if (readdirSync(out).length > 0) {
    throw new UsageError('--output_dir', 'a new or empty folder', `"${out}", which holds files`, 'Name another folder, or empty this one.');
  }
}

async function runsIn(page: Page, context: BrowserContext, server: LabServer, options: DrivenOptions): Promise<void> {
  let fault: FaultReport | undefined;
  let ended: string | undefined;
  await page.exposeBinding('distillLabEvent', (_source, event: Event) => {
    if (event.type === 'fault') fault ??= event.fault;
    if (event.type === 'state') ended = event.state;
    options.listen(event);
  });
  const died = deathOf(page, context);
  await page.goto(`${server.address}?driven`);
  await Promise.race([died, page.waitForFunction(() => window.distillLab !== undefined, undefined, { timeout: 60_000 })]);
  for (const [index, { recipe, files, out, run }] of options.runs.entries()) {
    options.onBegin?.(index);
    const addresses = Object.fromEntries(Object.entries(files).map(([use, folder]) => [use, server.folder(folder)]));
    const job = { recipe, files: addresses, out: out === undefined ? server.out : `${server.out}${encodeURIComponent(out)}/`, ...(run === undefined ? {} : { run }) };
    await Promise.race([died, page.evaluate((given) => window.distillLab?.run(given), job)]);
    if (fault) throw new Fault(fault);
    if (ended !== 'done') throw endedEarly(`the page to say "${ended ?? 'nothing'}" at the end`);
    options.onDone?.(index);
  }
}

/** Lets a run that can go on later save itself; whatever hinders it, the interrupt goes on. */
async function saved(page: Page, { runs, announce }: DrivenOptions): Promise<void> {
  if (!runs.some(({ run }) => run !== undefined)) return;
  announce('Saving the run, so that the same command continues it …');
  const stopped = page.evaluate(() => window.distillLab?.stop()).then(() => page.waitForTimeout(SAVING));
  await stopped.catch(() => undefined);
}

/** Rejects when the page fails in a way that it cannot tell itself. */
function deathOf(page: Page, context: BrowserContext): Promise<never> {
  const death = new Promise<never>((_resolve, reject) => {
    page.once('crash', () => reject(endedEarly('a crash of the page, often from a lack of memory')));
    page.once('pageerror', (error) => reject(endedEarly(`an error in the page: ${error.message}`)));
    context.once('close', () => reject(endedEarly('the browser to end')));
  });
  death.catch(() => undefined);
  return death;
}

function endedEarly(got: string): Fault {
  return new Fault({
    code: 'browser-ended',
    where: 'browser',
    expected: 'the run to end in the page',
    got,
    remedy: 'Run the command again; with less memory, lower --batch_size or --max_seq_length.',
  });
}

function stopIf(signal: AbortSignal): void {
  if (signal.aborted) throw new Interrupted();
}

/** The work, or Interrupted as soon as the signal comes and `last` is done or the work has ended. */
async function untilAborted(signal: AbortSignal, work: Promise<void>, last: () => Promise<void>): Promise<void> {
  const ended = work.catch(() => undefined);
  const aborted = new Promise<never>((_resolve, reject) => {
    const interrupt = () => void Promise.race([last(), ended]).then(() => reject(new Interrupted()));
    if (signal.aborted) interrupt();
    signal.addEventListener('abort', interrupt, { once: true });
  });
  aborted.catch(() => undefined);
  await Promise.race([work.catch((error: unknown) => (signal.aborted ? aborted : Promise.reject(error))), aborted]);
}
