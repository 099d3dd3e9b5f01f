import type { Arm } from '../../experiment/run.ts';
import type { Recipe } from '../../experiment/recipe.ts';

/** How the page presents one of the compared models. */
export interface ArmInfo {
  readonly title: string;
  /** For narrow places such as the stepper. */
  readonly short: string;
  readonly about: string;
  /** CSS custom property of its colour, and the dash that tells it apart without colour. */
  readonly colour: string;
  readonly dash: readonly number[];
}

export const ARM_INFO: Readonly<Record<Arm, ArmInfo>> = {
  teacher: {
    title: 'Teacher', short: 'Teacher', colour: '--arm-teacher', dash: [],
    about: 'The large model that the student learns from.',
  },
  distilled: {
    title: 'Student, distilled', short: 'Distilled', colour: '--arm-distilled', dash: [],
    about: 'Starts from layers of the teacher and learns from its answers.',
  },
  finetuned: {
    title: 'Student, finetuned', short: 'Finetuned', colour: '--arm-finetuned', dash: [8, 3],
    about: 'The same start, batches and steps, but learns from the labels alone.',
  },
  initialised: {
    title: 'Student, only initialised', short: 'Initialised', colour: '--arm-initialised', dash: [2, 3],
    about: 'Layers of the teacher put together, before any training.',
  },
  random: {
    title: 'Student, random start', short: 'Random', colour: '--arm-random', dash: [10, 3, 2, 3],
    about: 'The same steps from random weights, without a teacher.',
  },
  majority: {
    title: 'Majority class', short: 'Majority', colour: '--arm-majority', dash: [1, 4],
    about: 'Always answers with the most frequent label.',
  },
  pretrained: {
    title: 'Pretrained model', short: 'Pretrained', colour: '--arm-teacher', dash: [],
    about: 'Learns to fill in masked words of a corpus.',
  },
  frequencies: {
    title: 'Word frequencies', short: 'Frequencies', colour: '--arm-majority', dash: [1, 4],
    about: 'Knows how common each word is in the training texts, and nothing else.',
  },
};

const PLANNED: Readonly<Record<Recipe['kind'], readonly Arm[]>> = {
  distill: ['teacher', 'distilled', 'finetuned', 'initialised', 'random', 'majority'],
  'distill-text': ['teacher', 'initialised', 'distilled', 'pretrained', 'frequencies'],
  finetune: ['initialised', 'finetuned', 'majority'],
  pretrain: ['pretrained', 'frequencies'],
};
/** The models that are left out where a recipe wants no baselines. */
const BASELINES: Readonly<Partial<Record<Recipe['kind'], readonly Arm[]>>> = { distill: ['finetuned', 'initialised', 'random', 'majority'], 'distill-text': ['pretrained'] };

/** The models that a recipe will train or score, in the order of the table. */
export function plannedArms({ kind, baselines }: Recipe): readonly Arm[] {
  const planned = PLANNED[kind];
  return baselines ? planned : planned.filter((arm) => !BASELINES[kind]?.includes(arm));
}
