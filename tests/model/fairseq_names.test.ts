import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSafetensors, toFloat32, type SafetensorsTensor } from '../../src/formats/safetensors.ts';
import { readTorchFile } from '../../src/formats/torch_file.ts';
import { fromFairseq } from '../../src/model/fairseq_names.ts';

const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(resolve(import.meta.dirname, '../fixtures/torch', name)));
const floats = (tensors: ReadonlyMap<string, SafetensorsTensor>) => new Map([...tensors].map(([name, tensor]) => [name, { shape: tensor.shape, data: toFloat32(tensor, name) }]));
const expected = floats(readSafetensors(fixture('roberta.safetensors'), 'roberta').tensors);

describe('the names of fairseq', () => {
  it.each(['fairseq.pt', 'fairseq_older.pt'])('become those of Hugging Face, %s', (file) => {
    const found = new Map(fromFairseq(floats(readTorchFile(fixture(file), file).tensors)));
    expect(found.get('lm_head.decoder.weight')).toEqual(expected.get('roberta.embeddings.word_embeddings.weight'));
    found.delete('lm_head.decoder.weight');
    expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [name, tensor] of expected) expect([name, found.get(name)]).toEqual([name, tensor]);
  });

  it('leave other names alone, and name one of several heads', () => {
    expect(fromFairseq(expected)).toBeUndefined();
    const one = { shape: [1], data: Float32Array.of(1) };
    const names = ['encoder.sentence_encoder.embed_tokens.weight', 'classification_heads.rte.dense.bias', 'classification_heads.mnli.dense.bias', 'encoder.sentence_encoder.layer_norm.weight'];
    expect([...fromFairseq(new Map(names.map((name) => [name, one])))!.keys()]).toEqual([
      'roberta.embeddings.word_embeddings.weight', 'classifier.dense.bias', 'classification_heads.mnli.dense.bias', 'roberta.layer_norm.weight',
    ]);
  });
});
