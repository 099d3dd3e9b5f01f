import { beforeAll, describe, expect, it } from 'vitest';
import { taskNamed } from '../../src/data/tasks.ts';
import type { Recipe } from '../../src/experiment/recipe.ts';
import { exportFiles } from '../../src/lab/export.ts';
import { majorityScores, scoresFromLogits } from '../../src/lab/scores.ts';
import type { Session } from '../../src/lab/session.ts';
import { randomWeights } from '../../src/model/weights.ts';
import type { EncodedExample } from '../../src/train/batches.ts';
import { open } from '../tensor/backends.ts';
import { faultOf, RECIPE } from './fault_cases.ts';
import { modelFiles, textFile } from './given_files.ts';
import { smallRecipe, smallSession } from './small_session.ts';
import { interrupted, traced } from './traced_run.ts';

const TASK = taskNamed('STS-B');
const whole = smallSession();
/** How many of the words of a row are word 5 or word 6, as a score from 0 to 5. */
const scored = (rows: readonly EncodedExample[]) => rows.map((row) => ({ ...row, label: Math.min(5, 1.25 * Array.from(row.ids).filter((id) => id === 5 || id === 6).length), depth: undefined }));
const { data } = whole;
const SESSION: Session = {
  ...whole,
  task: TASK,
  start: randomWeights({ ...whole.start.config, labels: ['LABEL_0'], finetuning_task: TASK.name }, ['classification'], 3),
  data: { train: scored(data.train), tuning: scored(data.tuning), dev: scored(data.dev) },
  teacherRows: scored(whole.teacherRows),
};
const term = (name: string, parameters = {}) => ({ name, weight: 1, parameters });
const recipe: Recipe = { ...smallRecipe(), task: 'sts-b', stages: [{ name: 'distillation', objectives: [term('kd', { kd_weight: 0.5 }), term('att_kl')], training: {}, start: 'last' }] };

describe('a task of scores', () => {
  beforeAll(() => open('wasm'));

  it('trains teacher, student and baselines, and is scored by correlations', async () => {
    const { state, events, losses } = await traced({ recipe: { ...recipe, training: { ...recipe.training, num_train_epochs: 6, learning_rate: 1e-2 } }, session: SESSION });
    expect(state.rows.map(({ arm }) => arm)).toEqual(['teacher', 'distilled', 'finetuned', 'initialised', 'random', 'majority']);
    for (const { scores } of state.rows) expect(Object.keys(scores.metrics)).toEqual(['pearson', 'spearmanr']);
    const teacher = events.flatMap((event) => (event.type === 'step' && event.report.arm === 'teacher' ? [event.report.loss] : []));
    expect(Math.min(...teacher.slice(-5))).toBeLessThan(teacher[0]!);
    expect(state.rows.at(-1)!.scores.metrics).toEqual({ pearson: 0, spearmanr: 0 });
    const config: unknown = JSON.parse(new TextDecoder().decode(exportFiles(recipe, state, SESSION.tokenizer).find(({ name }) => name === 'config.json')!.bytes));
    expect(config).toMatchObject({ id2label: { 0: 'LABEL_0' }, finetuning_task: 'sts-b' });
    expect(losses.length).toBeGreaterThan(20);
  });

  it('gives the same bits when it is stopped', async () => {
    const alone = { ...recipe, baselines: false };
    const uninterrupted = await traced({ recipe: alone, session: SESSION });
    expect(await interrupted({ recipe: alone, session: SESSION, visits: 19 })).toEqual({ losses: uninterrupted.losses, rows: uninterrupted.rows });
  });

  it('has mean squares as its losses, and the mean score as the answer of the majority', () => {
    const rows = [1, 2, 4].map((label): EncodedExample => ({ ids: [2, 3], typeIds: [0, 0], label }));
    expect(scoresFromLogits(TASK, Float32Array.of(2, 2, 3), rows)).toMatchObject({ loss: 2 / 3, metrics: { pearson: expect.closeTo(15 / Math.sqrt(252), 6) as number } });
    expect(majorityScores(TASK, rows, rows).loss).toBeCloseTo(14 / 9, 12);
  });

  it('refuses objectives that tell classes apart, scores that are none, and a teacher of classes', async () => {
    const table = (score: string) => `sentence1\tsentence2\tscore\n${Array.from({ length: 12 }, (_, i) => `a good film\ta bad film\t${i === 5 ? score : i % 5}`).join('\n')}\n`;
    const files = (score: string) => ['train.tsv', 'dev.tsv'].map((name) => textFile(name, table(score)));
    const regression = { config: { labels: ['LABEL_0'], finetuning_task: 'stsb' } };
    const at = (changes: Partial<Recipe>, given = { teacher: modelFiles(regression), data: files('3.2') }) => faultOf(given, { ...RECIPE, task: 'sts-b', ...changes });
    expect(await at({ stages: [{ ...recipe.stages[0]!, objectives: [term('crd')] }] })).toMatchObject({ code: 'objective-misfit', got: 'crd, which needs classes, not scores' });
    expect(await at({}, { teacher: modelFiles(regression), data: files('7.5') })).toMatchObject({ code: 'UnknownLabel', expected: 'a number from 0 to 5' });
    expect(await at({}, { teacher: modelFiles(), data: files('3.2') })).toMatchObject({ code: 'UnknownLabel' });
  });
});
