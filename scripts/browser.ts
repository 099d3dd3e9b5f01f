/** Where Chromium is on this machine; `scripts/browser_install.ts` gets one where there is none. */
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';
import { Fault } from '../src/fault/fault.ts';

/** A Chromium that can be started, and where it was found, as words for a person. */
export interface FoundBrowser {
  readonly path: string;
  readonly source: string;
}

/** What the search looks at; tests give a machine of their own. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** Playwright's own Chromium, whether it exists or not. */
  readonly playwrightPath: string;
  /** Folder that holds browsers which this project downloaded. */
  readonly cache: string;
}

/** Flags for a Chromium without a person: no sandbox (containers, root), no traffic of its own, WebGPU on. */
export const CHROMIUM_FLAGS: readonly string[] = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--enable-unsafe-webgpu',
];

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

const USUAL_PLACES: Partial<Record<NodeJS.Platform, (machine: Machine) => string[]>> = {
  darwin: ({ home }) =>
    ['', home].flatMap((root) => [
      `${root}/Applications/Google Chrome.app/Contents/MacOS/Google Chrome`,
      `${root}/Applications/Chromium.app/Contents/MacOS/Chromium`,
      `${root}/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge`,
    ]),
  win32: ({ env }) =>
    [env['PROGRAMFILES'], env['PROGRAMFILES(X86)'], env['LOCALAPPDATA']]
      .filter((root) => root !== undefined)
      .flatMap((root) => [`${root}\\Google\\Chrome\\Application\\chrome.exe`, `${root}\\Microsoft\\Edge\\Application\\msedge.exe`]),
  linux: () => ['/usr/lib/chromium/chromium', '/opt/google/chrome/chrome', '/snap/bin/chromium'],
};

/** This machine. Downloads lie in the person's own cache, since `npm ci` empties node_modules. */
export function thisMachine(): Machine {
  const cache = join(userCache(), 'browser');
  return { platform: process.platform, env: process.env, home: homedir(), playwrightPath: playwrightPath(), cache };
}

/** The person's cache folder for what this project keeps between runs. */
export function userCache(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'distill-lab');
}

/**
 * The first Chromium of: CHROME_PATH, PATH, the system's usual places, Playwright's cache, this project's cache.
 * `works` says whether a file there is one; some systems put a stub of that name on PATH.
 * Fault `no-browser` when CHROME_PATH is set but names none: another browser is never taken silently.
 */
export function findBrowser(machine: Machine = thisMachine(), works = isProgram): FoundBrowser | undefined {
  const named = machine.env['CHROME_PATH'];
  if (named) {
    if (works(named)) return { path: named, source: 'CHROME_PATH' };
    throw new Fault({
      code: 'no-browser',
      where: 'CHROME_PATH',
      expected: 'the path of a Chromium or Chrome program',
      got: `"${named}", which cannot be started`,
      remedy: 'Correct CHROME_PATH, or unset it so that a browser is looked for.',
    });
  }
  for (const [source, paths] of candidates(machine)) {
    const path = paths.find((candidate) => isProgram(candidate) && works(candidate));
    if (path) return { path, source };
  }
  return undefined;
}

function candidates(machine: Machine): [source: string, paths: string[]][] {
  const suffix = machine.platform === 'win32' ? '.exe' : '';
  const folders = (machine.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  return [
    ['PATH', folders.flatMap((folder) => NAMES.map((name) => join(folder, name + suffix)))],
    ["the system's usual places", USUAL_PLACES[machine.platform]?.(machine) ?? []],
    ["Playwright's cache", [machine.playwrightPath]],
    ["this project's cache", cachedPrograms(machine.cache)],
  ];
}

/** Programs that `browser_install.ts` unpacked; the newest version first. */
function cachedPrograms(cache: string): string[] {
  if (!existsSync(cache)) return [];
  return readdirSync(cache).sort().reverse().map((version) => join(cache, version, 'chromium'));
}

function playwrightPath(): string {
  try {
    return chromium.executablePath();
  } catch {
    return '';
  }
}

/** Whether the path is a file that may be executed. */
export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
