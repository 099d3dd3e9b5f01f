/** `generate_samples`: shards of text → samples of masked language modelling, as the reference's program of that name. */
import { command } from '../command_line/command.ts';
import { flag, integer, real, short, text, UsageError } from '../command_line/option.ts';
import { filesIn, inputFolder, outputFolder } from '../corpus/files.ts';
import { processes, processesNote } from '../corpus/processes.ts';
import { generateSamples } from '../corpus/samples.ts';
import { openTokenizer } from '../corpus/tokenizer.ts';

/** The reference's numbers; the share of short documents is one that it does not let a person set. */
const USUAL = { dup_factor: 1, seed: 555, do_lower_case: 1, masked_lm_prob: 0.15, short_seq_prob: 0.1, max_seq_length: 512, max_predictions_per_seq: 20 } as const;

export const generateSamplesCommand = command({
  name: 'generate_samples',
  summary: 'Make training samples of shards: token ids with words masked.',
  options: {
    dir: text('DIR', 'folder with shards of text (*.txt); those with "train" in their name become training samples, the others test samples'),
    output_dir: short('o', text('DIR', 'folder for the samples, train_shard_0.samples …')),
    dup_factor: integer(1, 1000, 'times that each shard is made into samples, masked anew', String(USUAL.dup_factor)),
    seed: integer(0, 2 ** 31 - 1, 'seed of the first shard; each further one has the next', String(USUAL.seed)),
    vocab_file: text('FILE', 'vocab.txt of a BERT, or vocab.json of a RoBERTa beside merges.txt', 'the tokenizer of --model_name'),
    do_lower_case: integer(0, 1, 'whether vocab.txt has small letters only', String(USUAL.do_lower_case)),
    masked_lm_prob: real(0, 1, 'share of the tokens that are predicted', String(USUAL.masked_lm_prob)),
    max_seq_length: integer(5, 16_384, 'most tokens of a sample', String(USUAL.max_seq_length)),
    model_name: text('MODEL', 'a model whose tokenizer is meant: a folder, a bundled model, or a name of the Hub; with --vocab_file only "roberta" in it counts'),
    max_predictions_per_seq: integer(1, 16_384, 'most words to predict in a sample', String(USUAL.max_predictions_per_seq)),
    n_processes: processes,
    next_sentence: flag('make pairs of texts, half of which do not follow each other'),
    whole_words: flag('mask whole words instead of single tokens'),
    short_seq_prob: real(0, 1, 'share of the documents that are cut into shorter samples', String(USUAL.short_seq_prob)),
  },
  plan: (values) => {
    const { model_name } = values;
    if (model_name === undefined) throw new UsageError('--model_name', 'the name of a model, e.g. bert-base-uncased', 'nothing');
    const files = filesIn(inputFolder(values.dir, '--dir'), (name) => /\.txt$/.test(name), 'shards (*.txt)');
    const out = outputFolder(values.output_dir, '-o');
    const { dup_factor, seed, do_lower_case, ...numbers } = { ...USUAL, ...values };
    const { masked_lm_prob, short_seq_prob, max_seq_length, max_predictions_per_seq } = numbers;
    const settings = { masked_lm_prob, short_seq_prob, max_seq_length, max_predictions_per_seq, next_sentence: values.next_sentence ?? false, whole_words: values.whole_words ?? false };
    return async (context) => {
      processesNote(values.n_processes, context);
      const tokenizer = await openTokenizer({ name: model_name, vocab: values.vocab_file, lowerCase: do_lower_case === 1 }, context);
      if (settings.next_sentence && tokenizer.layout === 'roberta') throw new UsageError('--next_sentence', 'a BERT', `"${model_name}", a RoBERTa`, 'RoBERTa has no next-sentence pairs: leave the option out.');
      return generateSamples(files, out, { tokenizer, settings, seed, duplicates: dup_factor }, context);
    };
  },
});
