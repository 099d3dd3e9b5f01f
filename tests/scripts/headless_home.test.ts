import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { KEPT_PORT, openHome } from '../../scripts/headless_home.ts';
import { serve } from '../../scripts/serve.ts';

it('keeps one profile on one port, and gives others their own, which are removed', async () => {
  const cache = mkdtempSync(join(tmpdir(), 'home-test-'));
  const holder = await serve({ root: cache, port: KEPT_PORT }).catch(() => undefined);
  const other = await openHome({ root: cache }, cache);
  expect(new URL(other.server.address).port).not.toBe(String(KEPT_PORT));
  expect(existsSync(other.profile)).toBe(true);
  await other.close();
  expect(existsSync(other.profile)).toBe(false);
  if (holder) {
    await holder.close();
    const first = await openHome({ root: cache }, cache);
    expect(first.server.address).toBe(`http://127.0.0.1:${KEPT_PORT}/`);
    await first.close();
    expect(existsSync(first.profile)).toBe(true);
  }
  rmSync(cache, { recursive: true, force: true });
});
