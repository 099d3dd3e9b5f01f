/** Gets a Chromium where there is none: first in user space, system packages only when the person asked for it. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Fault } from '../src/fault/fault.ts';
import { findBrowser, isProgram, thisMachine, type FoundBrowser, type Machine } from './browser.ts';

/** One way to get a browser. */
export interface Install {
  readonly name: string;
  /** What is downloaded, announced before it is. */
  readonly size: string;
  /** Changes the system, so it needs the person's word. */
  readonly system: boolean;
  readonly possible: (machine: Machine) => boolean;
  /** Throws when it fails; the browser is then looked for as always. */
  readonly run: (machine: Machine) => void;
}

export interface EnsureOptions {
  /** Allows system packages (`--install-browser`). */
  readonly system?: boolean;
  readonly announce?: (line: string) => void;
  readonly machine?: Machine;
  readonly installs?: readonly Install[];
  readonly works?: (path: string) => boolean;
}

/** Version of the npm package that carries a Chromium with its own libraries for Linux on x64. */
const PACKED = '@sparticuz/chromium';
const PACKED_VERSION = '147.0.0';

export const INSTALLS: readonly Install[] = [
  {
    name: 'the system package chromium',
    size: 'about 100 MB with its libraries',
    system: true,
    possible: ({ platform }) => platform === 'linux' && process.getuid?.() === 0 && isProgram('/usr/bin/apt-get'),
    run: () => {
      execute('apt-get', ['update']);
      execute('apt-get', ['-y', '--no-install-recommends', 'install', 'chromium']);
    },
  },
  {
    name: "Playwright's Chromium",
    size: 'about 180 MB',
    system: false,
    possible: () => true,
    run: () => execute(process.execPath, [playwrightCommand(), 'install', '--no-shell', 'chromium']),
  },
  {
    name: `the npm package ${PACKED}`,
    size: 'about 70 MB',
    system: false,
    possible: ({ platform }) => platform === 'linux' && process.arch === 'x64',
    run: ({ cache }) => unpackPacked(cache),
  },
];

/**
 * The browser of this machine, installed if there is none; each download is announced with its size.
 * Fault `no-browser`, with what to do, when none can be had.
 */
export function ensureBrowser(options: EnsureOptions = {}): FoundBrowser {
  const { system = false, announce = () => {}, machine = thisMachine(), installs = INSTALLS, works = starts } = options;
  const found = findBrowser(machine, works);
  if (found) return found;
  const failures: string[] = [];
  for (const install of installs) {
    if ((install.system && !system) || !install.possible(machine)) continue;
    announce(`No Chromium found: installing ${install.name} (${install.size}).`);
    try {
      install.run(machine);
      const browser = findBrowser(machine, works);
      if (browser) return browser;
      failures.push(`${install.name}: installed, but does not start (a library is missing)`);
    } catch (error) {
      failures.push(`${install.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
    announce(failures.at(-1) ?? '');
  }
  throw new Fault({
    code: 'no-browser',
    where: 'browser',
    expected: 'Chromium or Chrome on this machine, or a way to download one',
    got: failures.length > 0 ? failures.join('; ') : 'neither',
    remedy: 'Install Chrome or Chromium, or set CHROME_PATH to its program, and run the command again.',
  });
}

/** Whether the program starts, with all its libraries. Chrome on Windows has no `--version`, so there its presence counts. */
export function starts(path: string): boolean {
  if (!isProgram(path)) return false;
  if (process.platform === 'win32') return true;
  return spawnSync(path, ['--version'], { timeout: 30_000, stdio: 'ignore' }).status === 0;
}

/** Downloads the package into a scratch folder, lets it unpack itself, and leaves one program that knows its libraries. */
function unpackPacked(cache: string): void {
  const home = join(cache, PACKED_VERSION);
  const scratch = mkdtempSync(join(tmpdir(), 'distill-lab-browser-'));
  try {
    const packed = `${PACKED}@${PACKED_VERSION}`;
    execute(process.platform === 'win32' ? 'npm.cmd' : 'npm', ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', scratch, packed]);
    const files = join(scratch, 'files');
    mkdirSync(files);
    const unpack = `import c from '${PACKED}'; await c.executablePath();`;
    // Under this variable the package also unpacks the libraries that a bare system lacks.
    const env = { ...process.env, TMPDIR: files, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' };
    execute(process.execPath, ['--input-type=module', '-e', unpack], scratch, env);
    rmSync(home, { recursive: true, force: true });
    mkdirSync(dirname(home), { recursive: true });
    moveFolder(files, join(home, 'files'));
    const program = join(home, 'chromium');
    writeFileSync(program, WRAPPER);
    chmodSync(program, 0o755);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const WRAPPER = `#!/bin/sh
here=$(dirname "$0")/files
export LD_LIBRARY_PATH="$here/al2023/lib:$here\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
exec "$here/chromium" "$@"
`;

function moveFolder(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  try {
    renameSync(from, to);
  } catch {
    execute('cp', ['-a', from, to]);
  }
}

function playwrightCommand(): string {
  return join(import.meta.dirname, '..', 'node_modules', 'playwright-core', 'cli.js');
}

/** Runs a program to its end; throws with the line of its output that names the error when it fails. */
function execute(program: string, args: readonly string[], cwd?: string, env?: NodeJS.ProcessEnv): void {
  const result = spawnSync(program, args, { cwd, env: env ?? process.env, encoding: 'utf8', maxBuffer: 64 << 20 });
  if (result.error) throw result.error;
  if (result.status === 0) return;
  const lines = `${result.stdout}\n${result.stderr}`.trim().split('\n');
  const said = lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? '';
  throw new Error(`${program} ended with ${result.status ?? result.signal}: ${said}`);
}

/** Prints the path of a browser, after installing one if needed. */
function main(args: readonly string[]): void {
  try {
    const system = args.includes('--install-browser');
    console.log(ensureBrowser({ system, announce: (line) => console.error(line) }).path);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

if (process.argv[1] === import.meta.filename) main(process.argv.slice(2));
