/** Names of the files that models and tokenizers are made of. */

/** Files that say which tensors are in which part. */
const INDEXES: readonly string[] = ['model.safetensors.index.json', 'pytorch_model.bin.index.json'];

/** What fairseq calls its checkpoints. */
export const FAIRSEQ_FILES: readonly string[] = ['model.pt', 'checkpoint_best.pt', 'checkpoint_last.pt'];

/** Weights, in the order in which `from_pretrained` looks for them, then fairseq's. */
export const WEIGHT_FILES: readonly string[] = ['model.safetensors', INDEXES[0]!, 'pytorch_model.bin', INDEXES[1]!, ...FAIRSEQ_FILES];

/** Files that a tokenizer may be made of. */
export const TOKENIZER_FILES: readonly string[] = ['tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json', 'vocab.txt', 'vocab.json', 'merges.txt'];

/** What fairseq's RoBERTa has in their place. */
export const FAIRSEQ_TOKENIZER_FILES: readonly string[] = ['dict.txt', 'encoder.json', 'vocab.bpe'];

/** Whether a file only says which files hold which tensors. */
export function isIndex(file: string): boolean {
  return INDEXES.includes(file);
}

/** Whether a folder of these file names holds a model. */
export function holdsModel(names: ReadonlySet<string>): boolean {
  const has = (name: string) => names.has(name);
  return FAIRSEQ_FILES.some(has) || (has('config.json') && WEIGHT_FILES.some(has));
}

/** Whether a file of that name in a model's folder is read. */
export function isModelFile(name: string): boolean {
  return name === 'config.json' || TOKENIZER_FILES.includes(name) || FAIRSEQ_TOKENIZER_FILES.includes(name) || WEIGHT_FILES.includes(name) || /^[\w.-]*-\d+(-of-\d+)?\.(safetensors|bin)$/.test(name);
}
