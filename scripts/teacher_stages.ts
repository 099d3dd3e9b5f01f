/** How the bundled models are made, as the command lines of the lab that make them. */
import { taskNamed } from '../src/data/tasks.ts';
import { TEACHER_ROWS } from '../src/experiment/presets.ts';

export interface Stage {
  /** Folder below the working folder. */
  readonly name: string;
  /** Arguments of `npm run lab --`, given the working folder. */
  readonly args: (work: string) => readonly string[];
}

/** Tasks whose teacher is bundled. */
export const BUNDLED_TASKS: readonly string[] = ['sst-2', 'cola', 'rte', 'mnli', 'mrpc', 'qqp', 'qnli'];

const SEED = 1;
const DOCUMENTS = 30_000;

interface Growth {
  readonly from: string;
  readonly layers: string;
}

function pretraining(name: string, { from, layers }: Partial<Growth>, batch_size: number, max_steps: number, learning_rate: number): Stage {
  const model = (work: string) => (from === undefined ? 'scratch:1x64' : `${work}/${from}`);
  const growth = layers === undefined ? [] : ['--init', layers];
  const shared = ['--documents', String(DOCUMENTS), '--data_seed', String(SEED), '--seed', String(SEED), '--batch_size', String(batch_size), '--eval_steps', '500'];
  return { name, args: (work) => ['pretrain', '--model', model(work), ...growth, '--max_steps', String(max_steps), '--learning_rate', String(learning_rate), ...shared] };
}

/**
 * A deep narrow post-LN encoder does not leave the unigram plateau when it is trained from random weights; a shallow one
 * does. So the words are learned with one layer, which is cheap, and layers are repeated from there (Gong et al. 2019,
 * "Efficient Training of BERT by Progressively Stacking").
 */
export const PRETRAINING: readonly Stage[] = [
  pretraining('base-1', {}, 64, 6000, 4e-3),
  pretraining('base-3', { from: 'base-1', layers: '0,0,0' }, 64, 1500, 2e-3),
  pretraining('base-6', { from: 'base-3', layers: '0,0,1,1,2,2' }, 32, 500, 1e-3),
  pretraining('base-12', { from: 'base-6', layers: '0,0,1,1,2,2,3,3,4,4,5,5' }, 32, 1500, 1.2e-3),
];

/** Rounds of finetuning: epochs and learning rate. Pairs of texts stay longer at chance. */
const ROUNDS: readonly (readonly [epochs: number, learning_rate: number])[] = [[3, 5e-4], [4, 3e-4]];
const ROUNDS_OF_PAIRS: typeof ROUNDS = [[4, 5e-4], [4, 3e-4]];
/** Tasks that are still learning after these. */
const MORE_ROUNDS: Readonly<Record<string, typeof ROUNDS>> = { qqp: [[4, 3e-4]] };

/** Finetuning of the base model on one task, round after round, on more rows than any student gets; the last is bundled. */
export function finetuningStages(task: string): Stage[] {
  const rounds = taskNamed(task).textPair === undefined ? ROUNDS : ROUNDS_OF_PAIRS;
  return [...rounds, ...(MORE_ROUNDS[task] ?? [])].map(([epochs, rate], round) => {
    const seed = String(SEED + round);
    const options = ['--train_rows', String(TEACHER_ROWS), '--data_seed', String(SEED), '--seed', seed, '--epochs', String(epochs), '--learning_rate', String(rate), '--eval_steps', '500'];
    const from = round === 0 ? 'base-12' : nameOf(task, round - 1);
    return { name: nameOf(task, round), args: (work) => ['finetune', '--model', `${work}/${from}`, '--task', task, ...options] };
  });
}

const nameOf = (task: string, round: number): string => `${task}${'-more'.repeat(round)}`;
