import { beforeAll, describe, expect, it } from 'vitest';
import type { Recipe } from '../../src/experiment/recipe.ts';
import type { ResultRow } from '../../src/experiment/run.ts';
import { prepare } from '../../src/lab/prepare.ts';
import { metricsOfTable } from '../../src/ui/state/metric_info.ts';
import { open } from '../tensor/backends.ts';
import { dataFiles, modelFiles, sentences, shelfOf } from './given_files.ts';
import { smallRecipe, smallSession } from './small_session.ts';
import { traced } from './traced_run.ts';

const whole = smallSession();
/** The last rows of the tuning split stand for rows from elsewhere. */
const SESSION = { ...whole, teacherUntrained: false, data: { ...whole.data, mismatched: whole.data.tuning.slice(0, 11) } };
const RECIPE: Recipe = { ...smallRecipe(), training: { ...smallRecipe().training, max_steps: 3, eval_steps: 0 } };

const FROM_FOLDER: Recipe = { ...RECIPE, kind: 'finetune', teacher: { kind: 'folder', name: 'my-teacher' }, data: { kind: 'folder', name: 'my-data' } };
const given = (files: Readonly<Record<string, string>>) => shelfOf({ teacher: modelFiles(), data: dataFiles(files) });

const rowsOf = ({ rows }: { readonly rows: string }) => JSON.parse(rows) as ResultRow[];

describe('mismatched rows', () => {
  beforeAll(() => open('wasm'));

  it('are scored beside the dev rows, of every model, and change nothing else', async () => {
    const both = await traced({ recipe: RECIPE, session: SESSION });
    const alone = await traced({ recipe: RECIPE, session: { ...SESSION, data: whole.data } });
    expect(both.losses).toEqual(alone.losses);
    const swapped = rowsOf(await traced({ recipe: RECIPE, session: { ...SESSION, data: { ...whole.data, dev: SESSION.data.mismatched } } }));
    expect(rowsOf(both)).toEqual(rowsOf(alone).map((row, i) => ({ ...row, scores: { ...row.scores, metrics: { ...row.scores.metrics, accuracy_mm: swapped[i]!.scores.metrics.accuracy } } })));
    expect(rowsOf(both).map(({ arm }) => arm)).toContain('majority');
    const told = both.events.flatMap((event) => (event.type === 'evaluation' ? [event.scores.metrics] : []));
    expect(told.every((metrics) => Object.keys(metrics).join() === 'accuracy')).toBe(true);
    expect(metricsOfTable(RECIPE, rowsOf(both)).map(({ title }) => title)).toEqual(['Accuracy', 'Accuracy, mismatched']);
    expect(metricsOfTable(RECIPE, rowsOf(alone)).map(({ title }) => title)).toEqual(['Accuracy']);
  });

  it('are no more than max_eval_samples says', async () => {
    const { mismatched } = (await prepare({ ...FROM_FOLDER, training: { ...RECIPE.training, max_eval_samples: 7 } }, given({ 'dev_mismatched.tsv': sentences(17, 3) }), async () => undefined)).data;
    expect(mismatched).toHaveLength(7);
  });

  it('come from the folder of the data', async () => {
    const { data } = await prepare(FROM_FOLDER, given({ 'dev_mismatched.tsv': sentences(17, 3) }), async () => undefined);
    expect(data.mismatched).toHaveLength(17);
    expect((await prepare(FROM_FOLDER, given({}), async () => undefined)).data).not.toHaveProperty('mismatched');
  });
});
