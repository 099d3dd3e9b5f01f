/** How the bundled models are made, as the command lines of the lab that make them. */
import { TEACHER_ROWS } from '../src/experiment/presets.ts';

export interface Stage {
  /** Folder below the working folder. */
  readonly name: string;
  /** Arguments of `npm run lab --`, given the working folder. */
  readonly args: (work: string) => readonly string[];
}

/** Tasks whose teacher is bundled. */
export const BUNDLED_TASKS: readonly string[] = ['sst-2', 'cola', 'rte', 'mnli'];

const SEED = 1;
const DOCUMENTS = 20_000;

function pretraining(name: string, model: (work: string) => string, max_steps: number, learning_rate: number, init?: string): Stage {
  const growth = init === undefined ? [] : ['--init', init];
  const shared = ['--documents', String(DOCUMENTS), '--data_seed', String(SEED), '--seed', String(SEED), '--batch_size', '32', '--eval_steps', '500'];
  return { name, args: (work) => ['pretrain', '--model', model(work), ...growth, '--max_steps', String(max_steps), '--learning_rate', String(learning_rate), ...shared] };
}

/**
 * A deep narrow post-LN encoder does not leave the unigram plateau when it is trained from random weights; a shallow one
 * does. So three layers are trained first and doubled twice (Gong et al. 2019, "Efficient Training of BERT by
 * Progressively Stacking").
 */
export const PRETRAINING: readonly Stage[] = [
  pretraining('base-3', () => 'scratch:3x64', 4000, 2e-3),
  pretraining('base-6', (work) => `${work}/base-3`, 800, 1e-3, '0,0,1,1,2,2'),
  pretraining('base-12', (work) => `${work}/base-6`, 2500, 1.2e-3, '0,0,1,1,2,2,3,3,4,4,5,5'),
];

/** Rounds of finetuning: epochs and learning rate. Single sentences stay longer at chance, so they get a second round. */
const ROUNDS: readonly (readonly [epochs: number, learning_rate: number])[] = [[3, 5e-4], [4, 3e-4]];
const ONE_ROUND: typeof ROUNDS = [[4, 5e-4]];
const ROUNDS_BY_TASK: Readonly<Record<string, typeof ROUNDS>> = { rte: ONE_ROUND, mnli: ONE_ROUND };

/** Finetuning of the base model on one task, round after round, on more rows than any student gets; the last is bundled. */
export function finetuningStages(task: string): Stage[] {
  return (ROUNDS_BY_TASK[task] ?? ROUNDS).map(([epochs, rate], round) => {
    const seed = String(SEED + round);
    const options = ['--train_rows', String(TEACHER_ROWS), '--data_seed', String(SEED), '--seed', seed, '--epochs', String(epochs), '--learning_rate', String(rate), '--eval_steps', '500'];
    const from = round === 0 ? 'base-12' : nameOf(task, round - 1);
    return { name: nameOf(task, round), args: (work) => ['finetune', '--model', `${work}/${from}`, '--task', task, ...options] };
  });
}

const nameOf = (task: string, round: number): string => (round === 0 ? task : `${task}-more`);
