/** The tokenizer that samples are made with. */
import { TOKENIZER_FILES } from '../hub/file_names.ts';
import { readTokenizerFiles } from '../hub/model_folder.ts';
import { urlFolder } from '../hub/url_folder.ts';
import type { TextFile } from '../store/types.ts';
import { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { VocabularySource } from './corpus_protocol.ts';

/** A tokenizer, and what a person calls it. */
export interface NamedVocabulary {
  readonly tokenizer: Tokenizer;
  readonly name: string;
}

/** FormatError MissingFile where there are no files of a tokenizer, BadTokenizer for one that lacks a special token such as [MASK]. */
export function openVocabulary(source: VocabularySource, baseUrl: string): Promise<NamedVocabulary> {
  return OPENERS[source.kind](source as never, baseUrl);
}

type Opener<K extends VocabularySource['kind']> = (source: Extract<VocabularySource, { kind: K }>, baseUrl: string) => Promise<NamedVocabulary>;

const OPENERS: { readonly [K in VocabularySource['kind']]: Opener<K> } = {
  async bundled(_, baseUrl) {
    const name = 'the bundled vocabulary';
    return { name, tokenizer: Tokenizer.fromFiles(await readTokenizerFiles(urlFolder(`${baseUrl}tokenizers/mini-glue/`, name)), name) };
  },

  async files({ name, files, lowerCase }) {
    const read = new Map<string, Uint8Array>();
    for (const { name: path, blob } of files) {
      const file = path.slice(path.lastIndexOf('/') + 1);
      // Many vocabularies of BERT have a name before theirs, e.g. bert-base-uncased-vocab.txt.
      const known = TOKENIZER_FILES.includes(file) ? file : /vocab\.txt$/.test(file) ? 'vocab.txt' : undefined;
      if (known !== undefined) read.set(known, new Uint8Array(await blob.arrayBuffer()));
    }
    const isBare = read.has('vocab.txt') && !read.has('tokenizer.json') && !read.has('tokenizer_config.json');
    if (isBare) read.set('tokenizer_config.json', new TextEncoder().encode(JSON.stringify({ do_lower_case: lowerCase })));
    return { name, tokenizer: Tokenizer.fromFiles(read, name) };
  },
};

/** The tokenizer of stored files. */
export function vocabularyOf(files: readonly TextFile[], name: string): Tokenizer {
  return Tokenizer.fromFiles(new Map(files.map((file) => [file.name, new TextEncoder().encode(file.text)])), name);
}
