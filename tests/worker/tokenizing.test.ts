import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Fault, toReport } from '../../src/fault/fault.ts';
import { encodeHere, type Encode, type EncodingHost, type TextSet } from '../../src/lab/encode.ts';
import { KeptTokens } from '../../src/store/tokens.ts';
import { Tokenizer } from '../../src/tokenizer/tokenizer.ts';
import { digestOfFiles, keeping, MADE_BY, tokensKey } from '../../src/worker/kept_encode.ts';
import { encodeBeside, type TokenizerPort } from '../../src/worker/tokenizer_client.ts';
import { TokenizingTask } from '../../src/worker/tokenizing_task.ts';
import type { TokenizerCommand } from '../../src/worker/tokenizer_protocol.ts';
import { smallTokenizer, WORDS } from '../lab/small_session.ts';
import { freshDatabase } from '../store/fixtures.ts';

const tokenizer = smallTokenizer();
const text = (i: number, words: number) => Array.from({ length: words }, (_, j) => WORDS[5 + ((i * 7 + j * 3) % 11)]).join(' ');
const SETS: readonly TextSet[] = [
  { name: 'the training rows', texts: Array.from({ length: 1511 }, (_, i) => ({ text: text(i, 1 + (i % 13)), ...(i % 3 === 0 ? { textPair: text(i + 5, 4) } : {}) })) },
  { name: 'no rows', texts: [] },
  { name: 'the dev rows', texts: Array.from({ length: 503 }, (_, i) => ({ text: text(i, 3), label: 1 })) },
];
const ENCODING = { tokenizer, maxLength: 11 };

interface Heard extends EncodingHost {
  readonly notes: string[];
  readonly rows: string[];
}

function host(gate: () => Promise<void> = async () => undefined): Heard {
  const [notes, rows]: [string[], string[]] = [[], []];
  return { notes, rows, gate, note: (said) => notes.push(said), onRows: (set, done) => rows.push(`${set}: ${done}`) };
}

/** A worker in this thread, whose messages are copied as a real one's are. */
function port(encode: Encode, broken?: string): TokenizerPort & { readonly commands: string[]; ended: boolean } {
  const listeners = new Map<string, (event: never) => void>();
  const deliver = (type: string, event: unknown) => setTimeout(() => (made.ended ? undefined : listeners.get(type)?.(event as never)));
  const task = new TokenizingTask(encode, (event, transfer) => deliver('message', { data: structuredClone(event, { transfer }) }));
  const made = {
    commands: [] as string[],
    ended: false,
    addEventListener: (type: string, listener: (event: never) => void) => void listeners.set(type, listener),
    terminate: () => void (made.ended = true),
    postMessage: (command: TokenizerCommand) => {
      made.commands.push(command.type);
      if (broken !== undefined) deliver('error', { message: broken });
      else task.take(structuredClone(command)).catch((error: unknown) => deliver('message', { data: { type: 'fault', fault: toReport(error) } }));
    },
  };
  return made as unknown as TokenizerPort & { readonly commands: string[]; ended: boolean };
}

afterEach(() => void vi.restoreAllMocks());

describe('token ids', () => {
  it('are the same bits in this thread, beside it, made and kept', async () => {
    const expected = await encodeHere(SETS, ENCODING, host());
    const kept = new KeptTokens(freshDatabase());
    const encode = vi.fn(encodeHere);
    for (const times of [2, 2]) {
      const heard = host();
      const worker = port(keeping(kept, encode));
      expect(await encodeBeside(() => worker)(SETS, ENCODING, heard)).toEqual(expected);
      expect(encode.mock.calls.filter(([sets]) => sets[0]!.texts.length > 0)).toHaveLength(times);
      expect([heard.notes, worker.ended]).toEqual([[], true]);
    }
    expect(expected.map(({ starts }) => starts.length - 1)).toEqual([1511, 0, 503]);
    const { ids, typeIds } = tokenizer.encode(SETS[0]!.texts[3]!.text, SETS[0]!.texts[3]!.textPair, 11);
    const [from, to] = [expected[0]!.starts[3]!, expected[0]!.starts[4]!];
    expect([[...expected[0]!.ids.subarray(from, to)], [...expected[0]!.typeIds.subarray(from, to)]]).toEqual([ids, typeIds]);
  });

  it('are told row by row, of the sets that are made', async () => {
    const heard = host();
    await encodeBeside(() => port(keeping(new KeptTokens(freshDatabase()), encodeHere)))(SETS, ENCODING, heard);
    expect(heard.rows).toEqual(['0: 500', '0: 1000', '0: 1500', '2: 500']);
  });

  it('are made in this thread where no worker can be had, which is said', async () => {
    const expected = await encodeHere(SETS, ENCODING, host());
    const none = () => {
      throw new Error('Worker is not defined');
    };
    for (const [start, why] of [[none, 'Worker is not defined'], [() => port(encodeHere, 'no such script'), 'no such script'], [() => port(encodeHere, ''), 'its script could not be loaded']] as const) {
      const heard = host();
      expect(await encodeBeside(start)(SETS, ENCODING, heard)).toEqual(expected);
      expect(heard.notes).toEqual([`Rows are tokenised in the thread that trains, since a worker of their own cannot be had: ${why}`]);
    }
  });

  it('are not awaited any longer when the gate ends the run, nor when the worker tells a fault', async () => {
    let looks = 0;
    const stopping = host(async () => {
      if (++looks > 1) throw new Error('stopped');
    });
    const slow: Encode = (sets, encoding, waits) => encodeHere(Array<TextSet>(97).fill(sets[0]!), encoding, waits);
    const [worker, broken] = [port(slow), port(async () => {
      throw new Fault({ code: 'a', where: 'b', expected: 'c', got: 'd', remedy: 'E.' });
    })];
    await expect(encodeBeside(() => worker)(SETS, ENCODING, stopping)).rejects.toThrow('stopped');
    await expect(encodeBeside(() => broken)(SETS, ENCODING, host())).rejects.toMatchObject({ code: 'a', where: 'b' });
    expect([worker.ended, broken.ended]).toEqual([true, true]);
  });

  it('wait while the run is paused', async () => {
    let open = () => {};
    const paused = new Promise<void>((resolve) => (open = resolve));
    const worker = port(async (sets, encoding, waits) => {
      await new Promise((resolve) => setTimeout(resolve, 400));
      await waits.gate();
      return encodeHere(sets, encoding, waits);
    });
    const heard = host(() => paused);
    let done = false;
    const tables = encodeBeside(() => worker)(SETS, ENCODING, heard).then(() => (done = true));
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect([worker.commands, heard.rows, done]).toEqual([['encode', 'hold'], [], false]);
    open();
    await tables;
    expect([worker.commands, done]).toEqual([['encode', 'hold', 'go-on'], true]);
  });
});

describe('kept token ids', () => {
  const key = async (set: TextSet, files: ReadonlyMap<string, Uint8Array> = tokenizer.source, maxLength = 11) => tokensKey(set, await digestOfFiles(files), maxLength);
  const pair = (a: string, b?: string): TextSet => ({ name: 'rows', texts: [{ text: a, ...(b === undefined ? {} : { textPair: b }) }] });

  it('are those of these very rows, tokenizer files and length, and of nothing else', async () => {
    const other = new Map([['vocab.txt', new TextEncoder().encode(`${WORDS.join('\n')}\n\n`)]]);
    const renamed = new Map([...tokenizer.source].map(([name, bytes]) => [`${name}2`, bytes]));
    const keys = await Promise.all([
      key(pair('good film')), key(pair('good', 'film')), key(pair('good ', 'film')), key(pair('good film', '')), key(pair('good\nfilm')), key(pair('good"],["film')),
      key({ name: 'rows', texts: [{ text: 'good' }, { text: 'film' }] }), key(pair('\ud800')), key(pair('\ufffd')), key(pair('good film'), other), key(pair('good film'), renamed), key(pair('good film'), tokenizer.source, 13),
    ]);
    expect(new Set(keys).size).toBe(keys.length);
    expect(await key({ name: 'other', texts: [{ text: 'good film' }] })).toBe(keys[0]);
    const again = Tokenizer.fromFiles(tokenizer.source, 'again');
    expect(await key(pair('good film'), again.source)).toBe(keys[0]);
  });

  it('name the tokenizer library in use', () => {
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: Record<string, string> };
    expect(MADE_BY.library).toBe(`@huggingface/tokenizers ${dependencies['@huggingface/tokenizers']}`);
  });

  it('that are damaged are made again, and a full disk costs no run', async () => {
    const kept = new KeptTokens(freshDatabase());
    const expected = await encodeHere(SETS, ENCODING, host());
    vi.spyOn(kept, 'get').mockResolvedValueOnce({ damaged: true });
    const heard = host();
    expect(await keeping(kept, encodeHere)(SETS, ENCODING, heard)).toEqual(expected);
    expect(heard.notes).toEqual(['The kept token ids of the training rows were damaged in the browser’s storage; they are made again.']);
    const full = new KeptTokens(freshDatabase());
    vi.spyOn(full, 'put').mockRejectedValue(new Fault({ code: 'storage-full', where: 'the browser’s storage', expected: 'room', got: 'none', remedy: 'Delete runs.' }));
    const told = host();
    expect(await keeping(full, encodeHere)(SETS, ENCODING, told)).toEqual(expected);
    expect(told.notes).toEqual(['Token ids are not kept for later runs: the browser’s storage: expected room, got none. Delete runs.']);
  });
});
