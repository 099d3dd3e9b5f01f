import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { findBrowser } from '../../scripts/browser.ts';
import { manifestOf, OWN } from './golden_folders.ts';

// Whole runs, which a busy machine makes long.
vi.setConfig({ testTimeout: 240_000 });

const ROOT = resolve(import.meta.dirname, '../..');
const dir = mkdtempSync(join(tmpdir(), 'golden-'));

/** The command as a person runs it: exit code and both outputs. */
function golden(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', join(ROOT, 'scripts/golden.ts'), ...args], { cwd: ROOT });
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
  return new Promise((done) => child.once('close', (code) => done({ code, ...said })));
}

beforeAll(() => {
  const metrics = JSON.parse(readFileSync(join(OWN, 'f_metrics.json'), 'utf8')) as { cases: { name: string; accuracy: number }[] };
  metrics.cases[1]!.accuracy -= 1e-6;
  writeFileSync(join(dir, 'changed.json'), JSON.stringify(metrics));
  const tolerance = '1e-9 relative (Pearson with large offset 1e-8)';
  writeFileSync(join(dir, 'manifest.json'), manifestOf({ f_metrics_changed: { file: 'changed.json', tolerance } }));
});

afterAll(() => rmSync(dir, { recursive: true }));

describe('npm run golden', () => {
  it('ends with the counts and 0 when nothing failed', async () => {
    const { code, out } = await golden('--dir', OWN, '--group', 'c');
    expect(out.trim().split('\n').at(-1)).toBe('29 passed, 0 failed, 0 skipped');
    expect(out).toMatch(/^ok {4}c_clip\/torch_max1 +\S+e-9 of 1\.0e-6 \(4 compared, worst expected\/torch_max1\/total_norm\)$/m);
    expect(code).toBe(0);
  });

  it.skipIf(!findBrowser())(`runs in a browser on WebGPU${findBrowser() ? '' : ' (skipped: no browser)'}`, async () => {
    const { code, out } = await golden('--dir', OWN, '--group', 'b_crd', '--backend', 'webgpu');
    expect(out.split('\n')[0]).toBe('backend webgpu');
    expect(out.trim().split('\n').at(-1)).toBe('3 passed, 0 failed, 0 skipped');
    expect(out).toContain(' of 1.0e-5 ');
    expect(code).toBe(0);
  });

  it('ends with 1 when one failed, and names it', async () => {
    const { code, out, err } = await golden('--dir', dir, '--json');
    expect(code).toBe(1);
    const { ok, cases } = JSON.parse(out) as { ok: boolean; cases: { name: string; status: string; backend: string; why?: string }[] };
    expect(ok).toBe(false);
    expect(cases.filter(({ status }) => status === 'failed')).toMatchObject([{ backend: 'wasm', name: 'binary_perfect', why: '1 of 5 beyond the tolerance: accuracy' }]);
    expect(err).toContain('19 passed, 1 failed, 0 skipped');
  });

  it('ends with 2 and one sentence for a folder that is none', async () => {
    const { code, out, err } = await golden('--dir', join(dir, 'none'));
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  it('ends with 1 and one sentence for a folder without a manifest', async () => {
    const { code, err } = await golden('--dir', ROOT);
    expect(code).toBe(1);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(err).toContain('manifest.json: expected this file');
  });
});
