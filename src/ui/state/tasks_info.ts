import type { TaskSpec } from '../../data/task.ts';

/** How the page explains a task, with sentences to try. */
export interface TaskInfo {
  readonly title: string;
  readonly asks: string;
  /** Labels of the text boxes: one for single sentences, two for pairs. */
  readonly boxes: readonly [string] | readonly [string, string];
  readonly examples: readonly (readonly [string] | readonly [string, string])[];
}

export const TASK_INFO: Readonly<Record<string, TaskInfo>> = {
  'sst-2': {
    title: 'SST-2, sentiment', asks: 'Is the sentence positive or negative?', boxes: ['Sentence'],
    examples: [['The story is charming.'], ['The film is not very good.'], ['The actors are brilliant, but the plot is dull.']],
  },
  cola: {
    title: 'CoLA, grammar', asks: 'Is the sentence well formed?', boxes: ['Sentence'],
    examples: [['The dogs in the garden are asleep.'], ['The dogs in the garden is asleep.'], ['The teacher the book read.']],
  },
  mrpc: {
    title: 'MRPC, paraphrase', asks: 'Do both sentences say the same?', boxes: ['First sentence', 'Second sentence'],
    examples: [['The doctor helped the farmer.', 'The farmer was helped by the doctor.'], ['The doctor helped the farmer.', 'The farmer helped the doctor.']],
  },
  qqp: {
    title: 'QQP, same question', asks: 'Do both questions ask the same?', boxes: ['First question', 'Second question'],
    examples: [['Who helped the farmer?', 'By whom was the farmer helped?'], ['Who helped the farmer?', 'Whom did the farmer help?']],
  },
  rte: {
    title: 'RTE, entailment', asks: 'Does the second sentence follow from the first?', boxes: ['Premise', 'Hypothesis'],
    examples: [['All dogs in the village sleep.', 'Some dogs sleep.'], ['Some dogs sleep.', 'All dogs sleep.'], ['The doctor bought a red car.', 'The doctor bought a car.']],
  },
  qnli: {
    title: 'QNLI, answerable', asks: 'Does the sentence answer the question?', boxes: ['Question', 'Sentence'],
    examples: [['Who bought the car?', 'The doctor bought the car.'], ['Who bought the car?', 'The car is red.']],
  },
  mnli: {
    title: 'MNLI, inference', asks: 'Does the second sentence follow, contradict, or neither?', boxes: ['Premise', 'Hypothesis'],
    examples: [['No dog sleeps.', 'Some dogs sleep.'], ['The doctor bought a red car.', 'The doctor bought a car.'], ['The doctor bought a car.', 'The doctor bought a red car.']],
  },
  'sts-b': {
    title: 'STS-B, similarity', asks: 'How alike are both sentences, from 0 to 5? For a folder of your own.', boxes: ['First sentence', 'Second sentence'],
    examples: [['A man is playing a guitar.', 'A person plays the guitar.'], ['A dog runs in the park.', 'A child is eating an apple.']],
  },
  wnli: {
    title: 'WNLI, pronouns', asks: 'Does the pronoun mean what the second sentence puts in its place? For a folder of your own.', boxes: ['Sentence', 'With the pronoun filled in'],
    examples: [['The cup fell off the table because it was wet.', 'The table was wet.']],
  },
};

/** The explanation of a task; one that is not in the table is explained by its name, and by what it reads. */
export function taskInfo(task: string, own?: TaskSpec): TaskInfo {
  return TASK_INFO[task] ?? { title: task, asks: '', boxes: own?.textPair === undefined ? ['Text'] : ['First text', 'Second text'], examples: [] };
}
