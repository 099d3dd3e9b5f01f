import { openTable } from '../../src/formats/open_table.ts';
import { isBroken, type TableOptions } from '../../src/formats/table.ts';

/** A blob whose stream has parts of so many bytes, so that rows and characters break between them. */
export function inParts(text: string | Uint8Array, size: number): Blob {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const blob = new Blob([bytes.slice()]);
  const stream = () => new ReadableStream({
    start(controller) {
      for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
      controller.close();
    },
  });
  return Object.assign(blob, { stream });
}

/** The rows as `[line, ...values]`, a broken one as `[line, what came]`. */
export async function read(content: string | Uint8Array | Blob, wanted = ['b', 'a'], options: TableOptions = {}, name = 'x.tsv'): Promise<(string | number)[][]> {
  const blob = content instanceof Blob ? content : inParts(content, 3);
  const table = await openTable(blob, name, options);
  const rows: (string | number)[][] = [];
  for await (const batch of table.batches(wanted)) {
    for (const row of batch) rows.push(isBroken(row) ? [row.line, row.fault.got] : [row.line, ...row.values]);
  }
  return rows;
}
