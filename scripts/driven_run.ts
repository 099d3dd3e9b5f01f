/** One training run in a headless browser: the built app, served on this machine, given a job and listened to. */
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { Fault, type FaultReport } from '../src/fault/fault.ts';
import type { Event } from '../src/worker/protocol.ts';
import { ensureBrowser } from './browser_install.ts';
import { CHROMIUM_FLAGS } from './browser.ts';
import { DIST, ensureBuilt } from './build_app.ts';
import { UsageError } from './command_line/option.ts';
import type { Job } from './commands/recipe_from.ts';
import { openHome } from './headless_home.ts';
import type { LabServer } from './serve.ts';

export interface DrivenOptions {
  readonly job: Job;
  /** Folder for the trained model; must be new or empty. */
  readonly out: string;
  readonly port?: number;
  readonly installBrowser?: boolean;
  readonly signal: AbortSignal;
  readonly announce: (line: string) => void;
  readonly listen: (event: Event) => void;
}

/** An interrupt by the person: everything is closed, and the program ends with 130. */
export class Interrupted extends Error {}

/**
 * Builds if stale, serves, opens the page, gives it the job, and hears it out; closes browser and server in every case.
 * Throws the run's own Fault when it failed, `browser-ended` when the browser died, Interrupted on the signal.
 */
export async function drive(options: DrivenOptions): Promise<void> {
  const { job, out, signal, announce } = options;
  const browser = ensureBrowser({ system: options.installBrowser, announce });
  await ensureBuilt(announce, signal).catch((error: unknown) => {
    stopIf(signal);
    throw error;
  });
  mkdirSync(out, { recursive: true });
  const home = await openHome({ root: DIST, port: options.port, folders: { ...job.folders }, out });
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
    await untilAborted(signal, runIn(context, home.server, options));
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

async function runIn(context: BrowserContext, server: LabServer, { job, listen }: DrivenOptions): Promise<void> {
  const page = context.pages()[0] ?? (await context.newPage());
  let fault: FaultReport | undefined;
  let ended: string | undefined;
  await page.exposeBinding('distillLabEvent', (_source, event: Event) => {
    if (event.type === 'fault') fault ??= event.fault;
    if (event.type === 'state') ended = event.state;
    listen(event);
  });
  const died = deathOf(page, context);
  await page.goto(`${server.address}?driven`);
  await Promise.race([died, page.waitForFunction(() => window.distillLab !== undefined, undefined, { timeout: 60_000 })]);
  const files = Object.fromEntries(Object.keys(job.folders).map((name) => [name, server.folder(name)]));
  await Promise.race([died, page.evaluate((given) => window.distillLab?.run(given), { recipe: job.recipe, files, out: server.out })]);
  if (fault) throw new Fault(fault);
  if (ended !== 'done') throw endedEarly(`the page to say "${ended ?? 'nothing'}" at the end`);
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

/** The work, or Interrupted as soon as the signal comes. */
async function untilAborted(signal: AbortSignal, work: Promise<void>): Promise<void> {
  work.catch(() => undefined);
  const aborted = new Promise<never>((_resolve, reject) => {
    if (signal.aborted) reject(new Interrupted());
    signal.addEventListener('abort', () => reject(new Interrupted()), { once: true });
  });
  await Promise.race([work, aborted]);
}
