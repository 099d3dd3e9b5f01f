import { expect, it } from 'vitest';
import type { Arm, ResultRow } from '../../src/experiment/run.ts';
import { chainRows, chainTable, type ChainResult } from '../../src/experiment/text_to_glue.ts';

const row = (arm: Arm, metrics: Readonly<Record<string, number>>, examples = 100): ResultRow => ({ arm, parameters: 7, seconds: 1, scores: { metrics, byDepth: [], loss: 1, examples } });

const RESULTS: readonly ChainResult[] = [
  { part: { kind: 'pretraining' }, rows: [row('pretrained', { accuracy: 0.11 })] },
  { part: { kind: 'text', model: 'student' }, rows: [row('teacher', { accuracy: 0.5, loss: 2 }), row('initialised', { accuracy: 0.1, loss: 5 }), row('distilled', { accuracy: 0.4, loss: 2.5 })] },
  { part: { kind: 'text', model: 'alone' }, rows: [row('teacher', { accuracy: 0.5, loss: 2 }), row('distilled', { accuracy: 0.3, loss: 3 })] },
  { part: { kind: 'task', task: 'mrpc', model: 'teacher' }, rows: [row('initialised', { f1: 0.2 }), row('finetuned', { f1: 0.9 }), row('majority', { f1: 0.8 })] },
  { part: { kind: 'task', task: 'mrpc', model: 'student' }, rows: [row('finetuned', { f1: 0.87 }), row('majority', { f1: 0.8 })] },
  { part: { kind: 'task', task: 'mrpc', model: 'alone' }, rows: [] },
];

it('the table has held-out words and every metric of every task, by model', () => {
  expect(chainRows(RESULTS)).toEqual([
    { on: 'text', metric: 'accuracy', examples: 100, values: { teacher: 0.5, student: 0.4, alone: 0.3 } },
    { on: 'text', metric: 'loss', examples: 100, values: { teacher: 2, student: 2.5, alone: 3 } },
    { on: 'mrpc', metric: 'f1', examples: 100, values: { teacher: 0.9, student: 0.87, majority: 0.8 } },
  ]);
});

it('an accuracy has its standard error, and what is missing a dash', () => {
  const lines = chainTable(chainRows(RESULTS)).split('\n').map((line) => line.trim().split(/ {2,}/));
  expect(lines[0]).toEqual(['metric', 'teacher', 'student', 'without distillation', 'no model']);
  expect(lines[2]).toEqual(['masked words', 'accuracy', '0.5000 ± 0.0500', '0.4000 ± 0.0490', '0.3000 ± 0.0458', '–']);
  expect(lines[4]).toEqual(['mrpc', 'f1', '0.9000', '0.8700', '–', '0.8000']);
});
