import { describe, expect, it } from 'vitest';
import { readConfig, writeConfig } from '../../src/formats/config_json.ts';
import type { ModelConfig } from '../../src/model/config.ts';

const bytes = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const read = (value: unknown) => readConfig(bytes(value), 'config.json');

const CONFIG: ModelConfig = {
  model_type: 'roberta', vocab_size: 211, hidden_size: 35, num_hidden_layers: 3, num_attention_heads: 5, intermediate_size: 71,
  hidden_act: 'gelu_new', hidden_dropout_prob: 0.2, attention_probs_dropout_prob: 0.3, max_position_embeddings: 67,
  type_vocab_size: 1, initializer_range: 0.05, layer_norm_eps: 1e-5, pad_token_id: 1, labels: ['no', 'yes', 'perhaps'], finetuning_task: 'mnli',
};

describe('config.json', () => {
  it('takes the defaults of BERT and of RoBERTa', () => {
    expect(read({ model_type: 'bert' })).toEqual({
      model_type: 'bert', vocab_size: 30522, hidden_size: 768, num_hidden_layers: 12, num_attention_heads: 12, intermediate_size: 3072,
      hidden_act: 'gelu', hidden_dropout_prob: 0.1, attention_probs_dropout_prob: 0.1, max_position_embeddings: 512,
      type_vocab_size: 2, initializer_range: 0.02, layer_norm_eps: 1e-12, pad_token_id: 0, labels: ['LABEL_0', 'LABEL_1'],
    });
    expect(read({ architectures: ['RobertaForMaskedLM'], num_labels: 3 })).toMatchObject({
      model_type: 'roberta', vocab_size: 50265, pad_token_id: 1, labels: ['LABEL_0', 'LABEL_1', 'LABEL_2'],
    });
  });

  it('comes back as it was written', () => {
    expect(read(writeConfig(CONFIG, 'RobertaForSequenceClassification'))).toEqual(CONFIG);
    const written = JSON.parse(writeConfig(CONFIG, 'RobertaForSequenceClassification'));
    expect(written.architectures).toEqual(['RobertaForSequenceClassification']);
    expect(written.label2id).toEqual({ no: 0, yes: 1, perhaps: 2 });
    expect(Object.keys(written)).toEqual([...Object.keys(written)].sort());
  });

  it('lists every bad field in one error', () => {
    const hostile = { model_type: 'gpt2', hidden_size: 1e9, num_hidden_layers: 1e6, num_attention_heads: '4', vocab_size: -1, hidden_act: 'swish', id2label: [], hidden_dropout_prob: 1 };
    const names = Object.keys(hostile);
    const message = (() => {
      try {
        read(hostile);
        return '';
      } catch (error) {
        return String(error);
      }
    })();
    expect(names.filter((name) => !message.includes(name))).toEqual([]);
    expect(message).toContain('hidden_size: 1000000000');
  });

  it.each([
    [{ hidden_size: 33, num_attention_heads: 5 }, /divisor of hidden_size \(33\)/],
    [{ num_hidden_layers: 0 }, /num_hidden_layers: an integer from 1 to 48/],
    [{ num_hidden_layers: 2.5 }, /num_hidden_layers/],
    [{ pad_token_id: 7, vocab_size: 7 }, /pad_token_id: an integer from 0 to 6/],
    [{ position_embedding_type: 'relative_key' }, /position_embedding_type: "absolute"/],
    [{ id2label: { 0: 'a', 2: 'b' } }, /id2label/],
    [{ id2label: { 0: 'a', 1: 'b' }, num_labels: 3 }, /num_labels: 2, as id2label has/],
    [{ layer_norm_eps: 'NaN' }, /layer_norm_eps/],
  ])('refuses %j', (fields, message) => expect(() => read({ model_type: 'bert', ...fields })).toThrow(message));

  it('refuses what is no JSON object', () => {
    for (const text of ['', '[]', '3', '{', 'null', '['.repeat(100_000)]) {
      expect(() => read(text)).toThrow(expect.objectContaining({ code: 'NotJson', where: 'config.json' }));
    }
    expect(() => read('<!doctype html><html></html>')).toThrow(expect.objectContaining({ code: 'UnsupportedFormat' }));
    expect(() => readConfig(Uint8Array.of(0x7b, 0x0a, 0xff), 'config.json')).toThrow(expect.objectContaining({ code: 'NotUtf8', where: 'config.json, line 2' }));
    expect(() => readConfig(new Uint8Array(2 ** 20 + 1), 'config.json')).toThrow(expect.objectContaining({ code: 'TooLarge' }));
  });

  it('is not fooled by prototypes', () => {
    expect(read('{"model_type":"bert","__proto__":{"hidden_size":24}}').hidden_size).toBe(768);
  });
});
