import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../scripts/command_line/option.ts';
import { data } from '../../scripts/commands/data.ts';

const TOKENIZER = resolve(import.meta.dirname, '../../public/tokenizers/mini-glue');
const home = mkdtempSync(join(tmpdir(), 'data-test-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

let folders = 0;
function folder(files: Readonly<Record<string, string | Uint8Array>>): string {
  const path = join(home, `f${folders++}`);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(resolve(path, name, '..'), { recursive: true });
    writeFileSync(join(path, name), content);
  }
  return path;
}

async function run(...args: string[]) {
  const { json, text } = await data.prepare(args)({ log: process.stderr, signal: new AbortController().signal });
  return { json: JSON.parse(JSON.stringify(json)), text };
}

const MRPC = '\ufeffQuality\t#1 ID\t#2 ID\t#1 String\t#2 String\n1\t7\t8\tA "cat sat.\tA cat sat.\n0\t9\t10\tIt rains.\tIt snows today.\n1\t7\t8\tA "cat sat.\tA cat sat.\n';

describe('the command data', () => {
  it('shows splits, columns, labels, lengths and duplicates of a folder', async () => {
    const path = folder({ 'train.tsv.gz': gzipSync(MRPC), 'dev.csv': 'sentence1,sentence2,label\n"It rains.","It snows today.",not_equivalent\n', 'test.tsv': 'index\t#1 ID\t#2 ID\t#1 String\t#2 String\n0\t1\t2\tx\ty\n', 'notes.txt': 'x' });
    const { json, text } = await run(path, '--task', 'MRPC');
    expect(json).toMatchObject({
      ok: true, task: 'mrpc', lengths_in: 'words', notes: [],
      splits: [
        {
          split: 'train', files: ['f0/train.tsv.gz'], format: 'tsv', columns: ['Quality', '#1 ID', '#2 ID', '#1 String', '#2 String'], read: { text: '#1 String', textPair: '#2 String', label: 'Quality' },
          rows: 3, unlabelled: 0, labels: { not_equivalent: 1, equivalent: 2 }, repeated: 1, broken: { count: 0, first: [] },
          lengths: { least: 5, median: 6, p95: 6, largest: 6, mean: 17 / 3, bins: [{ from: 5, to: 5, rows: 1 }, { from: 6, to: 6, rows: 2 }] },
        },
        { split: 'dev', format: 'csv', rows: 1, labels: { not_equivalent: 1, equivalent: 0 } },
        { split: 'test', rows: 1, unlabelled: 1 },
      ],
      shared: [{ of: 'dev', among: 'train', rows: 1 }, { of: 'test', among: 'train', rows: 0 }, { of: 'test', among: 'dev', rows: 0 }],
    });
    expect(json.splits[2].labels).toBeUndefined();
    expect(text).toContain('1 rows of dev occur in train too');
    expect(text).toContain('labels   not_equivalent 1, equivalent 2');
    expect(text).toMatch(/train +tsv +3 +0 +1 +0\n/);
  });

  it('reads one file, counts tokens, and takes a mapping', async () => {
    const path = join(folder({ 'mine.json': '[{"q": "the film is good .", "gold": "positive"}, {"q": "the film", "gold": 0}]' }), 'mine.json');
    const { json, text } = await run(path, '--task', 'sst2', '--columns', 'sentence=q,label=gold', '--tokenizer', TOKENIZER);
    expect(json).toMatchObject({ lengths_in: 'tokens of mini-glue', splits: [{ split: 'rows', format: 'json', rows: 2, labels: { negative: 1, positive: 1 }, lengths: { least: 4, largest: 7 } }] });
    expect(text).toContain('text ← q, label ← gold');
  });

  it('stops at broken rows and counts them, or leaves them out where a person says so', async () => {
    const path = folder({ 'train.tsv': 'sentence\tlabel\ngood\t1\nbad\nfine\tyes\nso so\t0\n' });
    await expect(run(path, '--task', 'sst-2')).rejects.toMatchObject({ code: 'BadRow', where: expect.stringMatching(/train\.tsv, row 3$/), remedy: expect.stringContaining('2 rows are broken (rows 3, 4). To leave broken rows out, say so: “Leave out rows that cannot be read” on the page, --skip_broken_rows on a command line.') });
    const { json, text } = await run(path, '--task', 'sst-2', '--skip_broken_rows');
    expect(json.splits[0]).toMatchObject({ rows: 2, labels: { negative: 1, positive: 1 }, broken: { count: 2, first: [{ row: 3, expected: '2 columns', got: '1' }, { row: 4, got: '"yes"' }] } });
    expect(json.notes).toEqual([expect.stringMatching(/train\.tsv: 2 rows that could not be read are left out \(rows 3, 4\)\.$/)]);
    expect(text).toContain('row 4, column "label": expected one of "negative" or 0, "positive" or 1, got "yes"');
  });

  it('has one error with its place for what is no table of the task', async () => {
    await expect(run(join(home, 'none'), '--task', 'rte')).rejects.toMatchObject({ code: 'MissingFile', got: 'nothing of that name' });
    await expect(run(folder({ 'a.txt': 'x' }), '--task', 'rte')).rejects.toMatchObject({ code: 'MissingFile', got: 'a.txt' });
    await expect(run(folder({ 'train.tsv': 'sentence\tlabel\nx\t1\n' }), '--task', 'rte')).rejects.toMatchObject({ code: 'MissingColumn', where: expect.stringContaining('train.tsv, row 1') });
    await expect(run(folder({ 'train.tsv': 'sentence\tlabel\nx\tno\n' }), '--task', 'sst-2', '--skip_broken_rows')).rejects.toMatchObject({ code: 'EmptyFile', expected: 'rows that can be read' });
    await expect(run(folder({ 'dev.parquet': 'PAR1 and more' }), '--task', 'sst-2')).rejects.toMatchObject({ code: 'BadParquet' });
  });

  it('needs a task, and a mapping that can be understood', () => {
    expect(() => data.prepare([home])).toThrow(UsageError);
    expect(() => data.prepare([home, '--task', 'rte', '--columns', 'premise'])).toThrow(UsageError);
    expect(() => data.prepare(['--task', 'rte'])).toThrow(UsageError);
  });

  it('shows no control characters of a file', async () => {
    const { text } = await run(folder({ 'train.tsv': 'sentence\tlabel\t\u001b[2J\ngood\t1\tx\n' }), '--task', 'sst-2');
    expect(text).not.toContain('\u001b');
  });
});
