import type { TrainingArguments } from '../experiment/recipe.ts';
import type { Arm } from '../experiment/run.ts';
import { dispose, upload, type Weights } from '../model/weights.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { logitsOf } from '../train/evaluate.ts';

export interface Answer {
  readonly arm: Arm;
  readonly logits: readonly number[];
}

/** Logits of one text (or pair) by each of the given models, cut and run as these training arguments say. */
export async function answer(models: readonly { readonly arm: Arm; readonly weights: Weights }[], tokenizer: Tokenizer, { max_seq_length: maxLength, execution = 'auto' }: Pick<TrainingArguments, 'max_seq_length' | 'execution'>, text: string, textPair?: string): Promise<Answer[]> {
  const { ids, typeIds } = tokenizer.encode(text, textPair, maxLength);
  const example = { ids, typeIds, label: 0 };
  const answers: Answer[] = [];
  for (const { arm, weights } of models) {
    const parameters = upload(weights, false);
    try {
      const logits = await logitsOf({ config: weights.config, parameters, execution }, [example], { padId: tokenizer.special.pad, maxLength });
      answers.push({ arm, logits: Array.from(logits) });
    } finally {
      dispose(parameters);
    }
  }
  return answers;
}
