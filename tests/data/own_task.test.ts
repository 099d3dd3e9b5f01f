import { describe, expect, it } from 'vitest';
import { readGlueFolder } from '../../src/data/glue.ts';
import { ownTask } from '../../src/data/own_task.ts';
import { filesFolder } from '../../src/hub/folder.ts';

const found = (text: string, name = 'train.csv', columns = {}) => ownTask(new Blob([text]), name, { columns });
const rows = (header: string, ...lines: string[]) => [header, ...lines, ''].join('\n');

describe('the task of a person’s own tables', () => {
  it.each([
    ['idx,label,sentence2,sentence1', 'sentence1', 'sentence2'],
    ['question,label,answer,note', 'question', 'answer'],
    ['label,review', 'review', undefined],
  ])('reads of %s the texts %s and %s', async (header, text, textPair) => {
    const cells = header.split(',').map((name) => name === 'label' ? '' : 'x');
    const task = await found(rows(header, ...['no', 'yes', 'maybe'].map((word) => cells.map((cell) => cell || word).join(','))));
    expect([task.name, task.text, task.textPair, task.label]).toEqual(['custom', text, textPair, 'label']);
    expect([task.labels, task.metrics]).toEqual([['maybe', 'no', 'yes'], ['accuracy']]);
  });

  it('takes the columns that a person names', async () => {
    const text = rows('id,a,b,gold', '1,x,y,u', '2,x,y,v');
    expect(await found(text, 'train.csv', { sentence1: 'b', label: 'gold' })).toEqual({ name: 'custom', text: 'b', label: 'gold', labels: ['u', 'v'], metrics: ['accuracy'] });
    expect(await found(text, 'train.csv', { sentence1: 'b', sentence2: 'a', label: 'gold' })).toMatchObject({ text: 'b', textPair: 'a' });
  });

  it.each([
    [['10', '9', '-1', '9'], ['-1', '9', '10'], 'accuracy'],
    [['10', '9', 'b'], ['10', '9', 'b'], 'accuracy'],
    [['1', '0.5', '3e-2'], [], 'pearson'],
    [['1.0', '2.0'], [], 'pearson'],
  ])('has of the labels %j the classes %j', async (words, labels, metric) => {
    const task = await found(rows('text,label', ...words.map((word) => `x,${word}`)));
    expect([task.labels, task.metrics[0]]).toEqual([labels, metric]);
  });

  it('is found in JSON too, whatever the order of its keys', async () => {
    const text = JSON.stringify([{ label: 7, premise: 'a', hypothesis: 'b' }, { label: 3, premise: 'c', hypothesis: 'd' }]);
    expect(await found(text, 'train.json')).toMatchObject({ text: 'premise', textPair: 'hypothesis', labels: ['3', '7'] });
  });

  it('is an error without a label, a text, or two classes', async () => {
    await expect(found(rows('text,gold', 'x,1'))).rejects.toMatchObject({ code: 'MissingColumn', expected: expect.stringContaining('"label"') });
    await expect(found(rows('label', '1', '2'))).rejects.toMatchObject({ code: 'MissingColumn' });
    await expect(found(rows('text,label', 'x,1', 'y,1'))).rejects.toMatchObject({ code: 'UnknownLabel', where: 'train.csv, column "label"', got: '"1"' });
    await expect(found(rows('text,label', ...Array.from({ length: 1009 }, (_, i) => `x,word ${i}`)))).rejects.toMatchObject({ got: 'more than 1000' });
  });

  it('reads its files, and refuses labels that the training rows do not have', async () => {
    const train = rows('text,label', ...Array.from({ length: 13 }, (_, i) => `row ${i},${i % 2 ? 5 : 2}`));
    const task = await found(train);
    const folder = (dev: string) => filesFolder('own', [{ name: 'a.csv', blob: new Blob([train]) }, { name: 'b.csv', blob: new Blob([dev]) }]);
    const read = (dev: string) => readGlueFolder(task, folder(dev), { seed: 0, train_file: 'a.csv', validation_file: 'b.csv' });
    const { dev, train: left, tuning } = await read(rows('text,label', 'x,5', 'y,2'));
    expect(dev.map(({ label }) => label)).toEqual([1, 0]);
    expect(left.length + tuning.length).toBe(13);
    await expect(read(rows('text,label', 'x,1'))).rejects.toMatchObject({ code: 'UnknownLabel', where: 'own/b.csv, row 2, column "label"', expected: 'one of 2, 5' });
  });
});
