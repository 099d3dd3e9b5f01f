import { expect, it } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { page } from 'vitest/browser';
import type { TokensEntry } from '../../../src/store/tokens.ts';
import KeptTokensPanel from '../../../src/ui/library/KeptTokensPanel.svelte';

const entry = (key: string, name: string, rows: number, bytes: number): TokensEntry => ({ key, name, rows, bytes, usedAt: Date.now() - 7 * 60_000 });

/** A library of these tables, and what was deleted. */
function library(...entries: TokensEntry[]) {
  let left = entries;
  const deleted: (string | undefined)[] = [];
  return {
    deleted,
    keep: (more: TokensEntry) => void (left = [...left, more]),
    list: async () => left,
    delete: async (key?: string) => {
      deleted.push(key);
      left = left.filter((table) => key !== undefined && table.key !== key);
    },
  };
}

const guard = (task: () => Promise<void>) => task();

it('lists kept token ids with their size, and deletes one or all', async () => {
  const kept = library(entry('a', 'the training rows', 65_349, 3_100_000), entry('b', 'the dev rows', 872, 57_000), entry('c', 'the tuning rows', 2000, 91_000));
  await render(KeptTokensPanel, { moment: 0, guard, library: kept });
  await page.getByText('Token ids, 3.2 MB').click();
  await expect.element(page.getByRole('list')).toHaveTextContent(/the training rows\s*65,349 rows · 3\.1 MB · used 7 min ago/);
  await page.getByRole('button', { name: 'Delete the token ids of the dev rows, 872 rows' }).click();
  await expect.element(page.getByText('Token ids, 3.2 MB')).toBeVisible();
  expect(page.getByRole('listitem').elements()).toHaveLength(2);
  await page.getByRole('button', { name: 'Delete all token ids' }).click();
  await expect.element(page.getByText(/Token ids/)).not.toBeInTheDocument();
  expect(kept.deleted).toEqual(['b', undefined]);
});

it('shows nothing where none are kept, and looks again when it is told', async () => {
  const kept = library();
  const { rerender } = await render(KeptTokensPanel, { moment: 0, guard, library: kept });
  await expect.element(page.getByText(/Token ids/)).not.toBeInTheDocument();
  kept.keep(entry('a', 'the training rows', 39, 1013));
  await rerender({ moment: 1 });
  await expect.element(page.getByText('Token ids, 1.0 kB')).toBeVisible();
});
