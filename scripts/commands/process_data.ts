/** `process_data`: Wikipedia and books → one article a line, as the reference's program of that name. */
import { existsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { bookText, wikiArticles, type OnText } from '../../src/corpus/article_reader.ts';
import { ARTICLE_END } from '../../src/corpus/articles.ts';
import { FormatError } from '../../src/formats/format_error.ts';
import { command, type Context, type Outcome } from '../command_line/command.ts';
import { choice, short, text, UsageError } from '../command_line/option.ts';
import { filesIn, outputFolder, partsOf, writeWhole, type InputFile, type Output } from '../corpus/files.ts';
import { Meter } from '../corpus/meter.ts';
import { processes, processesNote } from '../corpus/processes.ts';

/** Writes the articles of one file, and gives their number. */
type Format = (parts: AsyncIterable<Uint8Array>, where: string, out: Output, onText: OnText) => Promise<number>;

/** What a kind of text is read from, and how. */
const KINDS: Readonly<Record<'wiki' | 'bookcorpus', { readonly wanted: RegExp; readonly what: string; readonly format: Format }>> = {
  wiki: { wanted: /(?:^|[/_])wiki_\d+[^/]*$|\.xml(?:\.gz|\.bz2)?$/, what: 'files of extracted Wikipedia (wiki_00 …) or dumps (.xml, .xml.gz, .xml.bz2)', format: wiki },
  bookcorpus: { wanted: /\.txt(?:\.gz|\.bz2)?$/, what: 'books as .txt files', format: books },
};

export const processData = command({
  name: 'process_data',
  summary: 'Make one text file with an article or book a line, from Wikipedia or from a folder of books.',
  options: {
    input: short('f', text('PATH', 'a dump of Wikipedia in XML (.gz or .bz2 too), a file or folder of extracted articles (wiki_*), or a folder of books (*.txt)')),
    output_dir: short('o', text('DIR', 'folder for <type>_one_article_per_line.txt')),
    type: choice(['wiki', 'bookcorpus'], 'what the text is'),
    n_processes: processes,
  },
  plan: ({ input, output_dir, type, n_processes }) => {
    if (input === undefined || !existsSync(input)) throw new UsageError('-f', 'a file or folder', input === undefined ? 'nothing' : `"${input}", which does not exist`);
    if (type === undefined) throw new UsageError('--type', 'wiki or bookcorpus', 'nothing');
    const { wanted, what, format } = KINDS[type];
    const files = statSync(input).isDirectory() ? filesIn(input, (name) => wanted.test(name), what, true) : [{ path: input, name: basename(input), bytes: statSync(input).size }];
    const path = join(outputFolder(output_dir, '-o'), `${type}_one_article_per_line.txt`);
    return async (context) => {
      processesNote(n_processes, context);
      return existsSync(path) ? already(path) : run(files, path, format, context);
    };
  },
});

async function run(files: readonly InputFile[], path: string, format: Format, { log, signal }: Context): Promise<Outcome> {
  const meter = new Meter(log, 'Reading articles', files.reduce((sum, { bytes }) => sum + bytes, 0));
  const articles = await writeWhole(path, async (out) => {
    let count = 0;
    for (const file of files) count += await format(partsOf(file.path, signal, meter.read), file.name, out, meter.text);
    if (count === 0) throw new FormatError('EmptyFile', files[0]?.path ?? path, 'files with text', 'no article in them', 'Check the path and --type.');
    return count;
  });
  const { size } = statSync(path);
  return { json: { ok: true, output: path, files: files.length, articles, bytes: size }, text: `${articles} articles of ${files.length} files, ${(size / 1e6).toFixed(1)} MB, in ${path}\n${meter.end()}` };
}

function already(path: string): Outcome {
  return { json: { ok: true, output: path, made: false }, text: `${path} is there already; delete it to make it anew.` };
}

async function wiki(parts: AsyncIterable<Uint8Array>, where: string, out: Output, onText: OnText): Promise<number> {
  let count = 0;
  for await (const article of wikiArticles(parts, where, onText)) {
    await out.write(article + ARTICLE_END);
    count++;
  }
  return count;
}

async function books(parts: AsyncIterable<Uint8Array>, where: string, out: Output, onText: OnText): Promise<number> {
  let any = false;
  for await (const line of bookText(parts, where, onText)) {
    await out.write(line);
    any = true;
  }
  if (any) await out.write(ARTICLE_END);
  return Number(any);
}
