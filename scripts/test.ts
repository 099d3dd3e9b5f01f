/** Every check and every test: types, lint, then vitest; ends with one line that counts. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBrowser } from './browser_install.ts';
import { ensureBuilt, ROOT } from './build_app.ts';

const MODULES = join(ROOT, 'node_modules');

/** Checks before the tests, by name: a program of a package and its arguments. */
const CHECKS: readonly (readonly [name: string, program: string, args: readonly string[]])[] = [
  ['type check', 'svelte-check/bin/svelte-check', ['--fail-on-warnings', '--output', 'human']],
  ['lint', 'eslint/bin/eslint.js', ['--max-warnings', '0', '.']],
];

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function main(args: readonly string[]): Promise<number> {
  const browser = ensureBrowser({ system: args.includes('--install-browser'), announce: (line) => console.log(line) });
  console.log(`Browser: ${browser.path} (${browser.source})`);
  const failedChecks = CHECKS.filter(([name, program, options]) => !check(name, program, options));
  await ensureBuilt((line) => console.log(line));
  const { passed, failed, skipped } = tests(browser.path, args.filter((arg) => arg !== '--install-browser'));
  const allFailed = failed + failedChecks.length;
  const skips = skipped > 0 ? `, ${skipped} skipped` : '';
  console.log(`${passed + CHECKS.length - failedChecks.length} passed, ${allFailed} failed${skips}`);
  return allFailed === 0 ? 0 : 1;
}

function check(name: string, program: string, args: readonly string[]): boolean {
  const began = performance.now();
  const { status } = spawnSync(process.execPath, [join(MODULES, program), ...args], { cwd: ROOT, stdio: 'inherit' });
  console.log(`${status === 0 ? 'passed' : 'FAILED'}: ${name} (${((performance.now() - began) / 1000).toFixed(0)} s)`);
  return status === 0;
}

/** Runs vitest with its own report on the terminal, and counts from its JSON report; a run without one has failed. */
function tests(browser: string, args: readonly string[]): { passed: number; failed: number; skipped: number } {
  const folder = mkdtempSync(join(tmpdir(), 'distill-lab-tests-'));
  const report = join(folder, 'report.json');
  try {
    const options = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args];
    const { status } = spawnSync(process.execPath, [join(MODULES, 'vitest', 'vitest.mjs'), ...options], {
      cwd: ROOT,
      stdio: 'inherit',
      env: { ...process.env, CHROME_PATH: browser },
    });
    const counted = count(JSON.parse(readFileSync(report, 'utf8')));
    return status === 0 || counted.failed > 0 ? counted : { ...counted, failed: 1 };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function count(report: unknown): { passed: number; failed: number; skipped: number } {
  const number = (name: string): number => {
    const value = typeof report === 'object' && report !== null ? new Map<string, unknown>(Object.entries(report)).get(name) : undefined;
    return typeof value === 'number' ? value : 0;
  };
  return {
    passed: number('numPassedTests'),
    failed: number('numFailedTests') + (number('numFailedTests') === 0 ? number('numFailedTestSuites') : 0),
    skipped: number('numPendingTests') + number('numTodoTests'),
  };
}
