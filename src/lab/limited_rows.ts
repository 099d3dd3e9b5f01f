import type { TrainingArguments } from '../experiment/recipe.ts';
import type { Session } from './session.ts';

/** A session with no more rows than `max_train_samples` and `max_eval_samples` say: the first ones of each split, as in Hugging Face's `run_glue`. */
export function limitedSession(session: Session, { max_train_samples: most = Infinity, max_eval_samples: mostScored = Infinity }: Pick<TrainingArguments, 'max_train_samples' | 'max_eval_samples'>): Session {
  const { train, tuning, dev, mismatched } = session.data;
  if (most >= train.length && mostScored >= Math.max(tuning.length, dev.length, mismatched?.length ?? 0)) return session;
  return { ...session, data: { train: train.slice(0, most), tuning: tuning.slice(0, mostScored), dev: dev.slice(0, mostScored), ...(mismatched ? { mismatched: mismatched.slice(0, mostScored) } : {}) } };
}
