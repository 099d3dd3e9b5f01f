import { describe, expect, it } from 'vitest';
import { taskNamed } from '../../src/data/tasks.ts';
import { filteredRows, outputOrder, predictionRows, scoresOfRows, sortedRows, type AskedExample } from '../../src/experiment/predictions.ts';
import { predictionsTable, submissionFile, submissionName } from '../../src/experiment/predictions_files.ts';

const RTE = taskNamed('rte');
const STS = taskNamed('sts-b');
const z = (p: number) => [Math.log(p), Math.log(1 - p)];

/** Row 0: both right; 1: only the teacher; 2: only the student; 3: both wrong. */
const EXAMPLES: AskedExample[] = [
  { text: 'a', textPair: 'Word', label: 0 },
  { text: 'b\tc', textPair: 'x', label: 0 },
  { text: 'd', textPair: 'y', label: 1 },
  { text: 'e', textPair: 'word', label: 1 },
];
const MODELS = [{ name: 'teacher', logits: [0.75, 0.75, 0.75, 0.625].flatMap(z) }, { name: 'student', logits: [0.625, 0.25, 0.375, 0.875].flatMap(z) }];
const ROWS = predictionRows(RTE, EXAMPLES, MODELS);
const indices = (rows: readonly { readonly index: number }[]) => rows.map(({ index }) => index);

describe('rows of predictions', () => {
  it('have answers, probabilities, losses and their distance', () => {
    const { answers: [teacher, student], disagreement } = ROWS[1]!;
    expect([teacher!.value, student!.value]).toEqual([0, 1]);
    expect(student!.probabilities[1]).toBeCloseTo(0.75, 12);
    expect(student!.loss).toBeCloseTo(Math.log(4), 12);
    expect(disagreement).toBeCloseTo(0.5, 12);
  });

  it('are sorted by distance, by loss, or as they came', () => {
    expect(indices(sortedRows(ROWS, 'disagreement'))).toEqual([1, 2, 3, 0]);
    expect(indices(sortedRows(ROWS, 'loss'))).toEqual([3, 1, 0, 2]);
    expect(indices(sortedRows([...ROWS].reverse(), 'index'))).toEqual([0, 1, 2, 3]);
    expect(indices(sortedRows(predictionRows(RTE, EXAMPLES, MODELS.slice(0, 1)), 'disagreement'))).toEqual([2, 3, 0, 1]);
  });

  it('are filtered by who is right, and by a word', () => {
    expect((['all', 'differ', 'wrong', 'lost', 'won'] as const).map((filter) => indices(filteredRows(ROWS, filter)))).toEqual([[0, 1, 2, 3], [1, 2], [1, 3], [1], [2]]);
    expect(indices(filteredRows(ROWS, 'all', ' WORD'))).toEqual([0, 3]);
  });

  it('give the scores of a model, those without a label left out', () => {
    const scores = scoresOfRows(RTE, [...ROWS, ...predictionRows(RTE, [{ text: 'hidden' }], MODELS)], 1);
    expect(scores).toMatchObject({ metrics: { accuracy: 0.5 }, examples: 4 });
    expect(scores.loss).toBeCloseTo((Math.log(8 / 5) + Math.log(4) + Math.log(8 / 5) + Math.log(8)) / 4, 12);
  });

  it('of a regression have scores and squared errors', () => {
    const [row] = predictionRows(STS, [{ text: 'a', textPair: 'b', label: 3 }], [{ name: 'teacher', logits: [3.5] }, { name: 'student', logits: [1] }]);
    expect(row).toMatchObject({ disagreement: 2.5, answers: [{ value: 3.5, loss: 0.25, probabilities: [] }, { value: 1, loss: 4 }] });
  });
});

describe('files of predictions', () => {
  it('have everything in a table, without tabs in texts', () => {
    const [header, first, second] = predictionsTable(RTE, ROWS, ['teacher', 'student']).split('\n');
    expect(header!.split('\t')).toEqual(['index', 'text', 'text_pair', 'label', 'teacher', 'teacher p(entailment)', 'teacher p(not_entailment)', 'teacher loss', 'student', 'student p(entailment)', 'student p(not_entailment)', 'student loss', 'disagreement']);
    expect(first).toBe('0\ta\tWord\tentailment\tentailment\t0.750000\t0.250000\t0.287682\tentailment\t0.625000\t0.375000\t0.470004\t0.125000');
    expect(second!.split('\t').slice(0, 4)).toEqual(['1', 'b c', 'x', 'entailment']);
  });

  it('are named and labelled as GLUE takes them', () => {
    const name = (task: string, mismatched = false) => submissionName(taskNamed(task), mismatched);
    expect(['cola', 'sst2', 'mrpc', 'stsb', 'qqp', 'mnli', 'qnli', 'rte'].map((task) => name(task))).toEqual(['CoLA.tsv', 'SST-2.tsv', 'MRPC.tsv', 'STS-B.tsv', 'QQP.tsv', 'MNLI-m.tsv', 'QNLI.tsv', 'RTE.tsv']);
    expect(name('mnli', true)).toBe('MNLI-mm.tsv');
    const file = (task: string, ...values: number[]) => submissionFile(taskNamed(task), values.map((value) => ({ value })));
    expect(file('mrpc', 1, 0)).toBe('index\tprediction\n0\t1\n1\t0\n');
    expect(file('mnli', 2, 0)).toBe('index\tprediction\n0\tcontradiction\n1\tentailment\n');
    expect(file('stsb', 5.25, -1, 2.34567)).toBe('index\tprediction\n0\t5.000\n1\t0.000\n2\t2.346\n');
  });
});

it('a model of another task is refused', () => {
  expect(outputOrder(taskNamed('mnli'), { labels: ['CONTRADICTION', 'neutral', 'entailment'] }, 'model')).toEqual([2, 1, 0]);
  expect(() => outputOrder(RTE, { labels: ['positive', 'negative'] }, 'model')).toThrow('model: expected a model for rte (entailment, not_entailment), got one for the labels positive, negative');
  expect(() => outputOrder(RTE, { labels: ['entailment', 'not_entailment'], finetuning_task: 'qnli' }, 'model')).toThrow('got one for qnli (entailment, not_entailment). Name the task that it was finetuned on, or finetune it first.');
});
