import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../scripts/commands/index.ts';
import { OBJECTIVES } from '../../src/distill/objectives/index.ts';
import { PRESETS } from '../../src/experiment/presets.ts';
import { blockAfter, documents, links, paths, prose, read, ROOT, section } from './markdown.ts';

const README = read('README.md');
const OBJECTIVE = 'src/distill/objectives/kd.ts';

/** Options of one command as the command line has them. */
function options(command: string): string[] {
  return Object.keys(COMMANDS.find(({ name }) => name === command)?.options ?? {}).map((name) => `--${name}`);
}

describe('README', () => {
  it('shows the objective as it is', () => {
    expect(blockAfter(README, `](${OBJECTIVE})`)).toBe(read(OBJECTIVE));
  });

  it('says of every concept of the paper where it is', () => {
    const rows = section(README, 'Paper → file').filter((line) => line.startsWith('| ') && !/^\| (In the paper|---)/.test(line));
    expect(rows.length).toBeGreaterThan(15);
    for (const row of rows) expect(links(row).length, row).toBeGreaterThan(0);
    const named = rows.flatMap((row) => links(row).map(({ target }) => target));
    for (const { name } of OBJECTIVES) expect(named).toContain(`src/distill/objectives/${name}.ts`);
  });

  it('lists the options of distill, all of them and no others', () => {
    const listed = section(README, 'The command line').join('\n').match(/--[a-z][\w-]*/g);
    expect([...new Set(listed)].sort()).toEqual(options('distill').sort());
  });

  it('names every preset of the page', () => {
    for (const { title } of PRESETS) expect(section(README, 'The app').join('\n')).toContain(title);
  });
});

describe('every document', () => {
  it('names npm scripts and lab commands that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const text = documents().map(read).join('\n');
    const run = [...text.matchAll(/npm run ([\w-]+)/g)].map(([, name]) => name ?? '');
    const lab = [...text.matchAll(/npm run lab -- ([a-z][a-z_-]*)/g)].map(([, name]) => name ?? '');
    expect(run.length).toBeGreaterThan(3);
    expect(run.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
    expect(lab.filter((name) => !COMMANDS.some((command) => command.name === name))).toEqual([]);
  });
});

describe('docs/architecture.md', () => {
  it('has a row for every layer of src', () => {
    const layers = readdirSync(`${ROOT}/src`, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name);
    const rows = prose(read('docs/architecture.md')).filter((line) => /^\| `/.test(line)).join('\n');
    for (const layer of layers) expect(rows).toContain(`| \`${layer}\` |`);
  });
});

describe('docs/reliability.md', () => {
  it('names a test with every promise', () => {
    const rows = section(read('docs/reliability.md'), 'Promises').filter((line) => /^\| \d/.test(line));
    expect(rows.length).toBeGreaterThan(7);
    for (const row of rows) expect(paths(row).some(({ target }) => target.endsWith('.test.ts')), row).toBe(true);
  });
});
