import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findBrowser, isProgram, type Machine } from '../../scripts/browser.ts';
import { ensureBrowser, starts, type Install } from '../../scripts/browser_install.ts';

let home: string;
let machine: Machine;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'browser-test-'));
  machine = {
    platform: 'aix',
    env: { PATH: [join(home, 'bin'), join(home, 'sbin')].join(delimiter) },
    home,
    playwrightPath: join(home, 'playwright', 'chrome'),
    cache: join(home, 'cache'),
  };
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function program(path: string, status = 0): string {
  const full = join(home, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, `#!/bin/sh\nexit ${status}\n`);
  chmodSync(full, 0o755);
  return full;
}

describe('findBrowser', () => {
  it('finds nothing on an empty machine', () => {
    expect(findBrowser(machine)).toBeUndefined();
  });

  it('takes CHROME_PATH, then PATH in its order, then the caches', () => {
    const inCache = program('cache/147.0.0/chromium');
    expect(findBrowser(machine)).toEqual({ path: inCache, source: "this project's cache" });
    const playwright = program('playwright/chrome');
    expect(findBrowser(machine)).toEqual({ path: playwright, source: "Playwright's cache" });
    const second = program('sbin/chromium');
    expect(findBrowser(machine)).toEqual({ path: second, source: 'PATH' });
    const first = program('bin/google-chrome');
    expect(findBrowser(machine)).toEqual({ path: first, source: 'PATH' });
    const named = program('own/chrome');
    expect(findBrowser({ ...machine, env: { ...machine.env, CHROME_PATH: named } })).toEqual({ path: named, source: 'CHROME_PATH' });
  });

  it('knows the usual places of a Mac', () => {
    const path = program('Applications/Chromium.app/Contents/MacOS/Chromium');
    expect(findBrowser({ ...machine, platform: 'darwin', env: {} })?.path).toBe(path);
  });

  it('does not pass over a wrong CHROME_PATH', () => {
    program('bin/chromium');
    const env = { ...machine.env, CHROME_PATH: join(home, 'none') };
    expect(() => findBrowser({ ...machine, env })).toThrow(/CHROME_PATH: expected .* Correct CHROME_PATH/);
  });

  it('passes over folders, plain files and stubs that do not start', () => {
    mkdirSync(join(home, 'bin/chromium'), { recursive: true });
    writeFileSync(join(home, 'bin/chromium-browser'), '');
    program('bin/google-chrome', 1);
    const good = program('sbin/chromium');
    expect(findBrowser(machine, starts)?.path).toBe(good);
    expect(findBrowser(machine)?.path).toBe(join(home, 'bin/google-chrome'));
    expect(isProgram(join(home, 'bin/chromium-browser'))).toBe(false);
  });
});

describe('ensureBrowser', () => {
  const install = (name: string, run: () => void, system = false): Install => ({ name, size: '7 MB', system, possible: () => true, run });

  it('installs nothing where a browser is', () => {
    const path = program('bin/chromium');
    expect(ensureBrowser({ machine, installs: [install('never', () => expect.unreachable())] }).path).toBe(path);
  });

  it('announces name and size, passes over failures, and stops at the first browser that starts', () => {
    const lines: string[] = [];
    const installs = [
      install('offline', () => { throw new Error('no network'); }),
      install('broken', () => void program('cache/1/chromium', 1)),
      install('good', () => void program('cache/2/chromium')),
      install('never', () => expect.unreachable()),
    ];
    expect(ensureBrowser({ machine, installs, announce: (line) => lines.push(line) }).path).toBe(join(home, 'cache/2/chromium'));
    expect(lines[0]).toBe('No Chromium found: installing offline (7 MB).');
    expect(lines[1]).toBe('offline: no network');
    expect(lines[3]).toContain('does not start');
  });

  it('uses system packages only when asked to', () => {
    const installs = [install('apt', () => void program('bin/chromium'), true)];
    expect(() => ensureBrowser({ machine, installs })).toThrow(/Install Chrome or Chromium, or set CHROME_PATH/);
    expect(ensureBrowser({ machine, installs, system: true }).path).toBe(join(home, 'bin/chromium'));
  });
});
