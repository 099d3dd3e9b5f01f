import { beforeEach, describe, expect, it } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { page } from 'vitest/browser';
import App from '../../../src/ui/App.svelte';
import { VIEWS, viewOf } from '../../../src/ui/state/place.svelte.ts';
import '../../../src/ui/styles/base.css';
import { FakeLibrary, FakeTrainer } from './fake_lab.ts';

const link = (name: string) => page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name });
const start = () => page.getByRole('button', { name: 'Start distilling' });

beforeEach(() => history.replaceState(null, '', '#/'));

async function open(until?: number): Promise<void> {
  await render(App, { trainer: new FakeTrainer(until), library: new FakeLibrary() });
}

describe('the views', () => {
  it.each(VIEWS)('keep $name in the address', ({ name, hash }) => expect(viewOf(hash)).toBe(name));

  it('take an address that names none for the lab', () => expect(['', '#', '#/objective', '#objectives'].map(viewOf)).toEqual(Array(4).fill('lab')));

  it('change by their links, and back again', async () => {
    await open();
    await expect.element(link('Lab')).toHaveAttribute('aria-current', 'page');
    await link('Objectives').click();
    await expect.element(page.getByRole('heading', { name: 'Objectives' })).toBeVisible();
    await expect.element(link('Objectives')).toHaveAttribute('aria-current', 'page');
    await expect.element(link('Lab')).not.toHaveAttribute('aria-current');
    await expect.element(start()).not.toBeInTheDocument();
    history.back();
    await expect.element(start()).toBeVisible();
  });

  it('lead back to a run in work', async () => {
    await open(5);
    await start().click();
    await link('Objectives').click();
    await expect.element(page.getByText('A run is in progress.')).toBeVisible();
    await page.getByRole('button', { name: /^Show “/ }).click();
    await expect.element(page.getByRole('button', { name: 'Stop and keep' })).toBeVisible();
    expect(location.hash).toBe('#/');
  });
});
