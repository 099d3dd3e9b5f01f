import { describe, expect, it } from 'vitest';
import { layersOfConfig, recognise } from '../../../src/ui/state/own_files.ts';

const files = (...names: string[]) => names.map((name) => ({ name, blob: new Blob([name]) }));

describe('recognise', () => {
  it('finds a GLUE folder, a model and a tokenizer among dropped folders', () => {
    const found = recognise(files(
      'SST-2/train.tsv', 'SST-2/dev.tsv', 'SST-2/test.tsv',
      'bert/config.json', 'bert/model.safetensors', 'bert/vocab.txt', 'bert/flax_model.msgpack',
      'tok/tokenizer.json', 'tok/README.md',
    ));
    expect(found.map(({ use, folder, found: names }) => [use, folder, names])).toEqual([
      ['data', 'SST-2', 'train.tsv, dev.tsv'],
      ['teacher', 'bert', 'config.json, model.safetensors, vocab.txt'],
      ['tokenizer', 'tok', 'tokenizer.json'],
    ]);
  });

  it('takes loose and compressed files', () => {
    expect(recognise(files('train.tsv.gz', 'dev_matched.tsv'))).toMatchObject([{ use: 'data', folder: 'task data' }]);
  });

  it('recognises nothing in a folder without what a use needs', () => {
    expect(recognise(files('a/train.tsv', 'b/config.json', 'c/vocab.json'))).toEqual([]);
  });
});

describe('layersOfConfig', () => {
  it.each([['{"num_hidden_layers":7}', 7], ['{"num_hidden_layers":"7"}', undefined], ['{"num_hidden_layers":0}', undefined], ['[7]', undefined], ['{', undefined]])(
    'reads %s as %s', (text, layers) => expect(layersOfConfig(text)).toBe(layers),
  );
});
