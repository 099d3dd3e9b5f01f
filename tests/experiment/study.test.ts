import { describe, expect, it } from 'vitest';
import { studentName, studentsOf, studyCells, trialsOf, usualInits, type StudyCell, type StudyStudent } from '../../src/experiment/study.ts';
import { STUDY_OPTIONS } from '../../src/experiment/study_options.ts';
import { studyDrawing } from '../../src/experiment/study_drawing.ts';
import { studyDifferences, studyRows, studyTable } from '../../src/experiment/study_report.ts';

const VALUES = { methods: ['kd', 'att_kl'], budgets: [7, 11], layers_of: ['finetuned', 'pretrained'], learning_rates: [0.1, 0.2, 0.3], seeds: [1, 2], teacher_seeds: [3, 4, 5] } as const;
const INITS = [[0, 1], 'random'] as const;

describe('the plan of a study', () => {
  it('has a cell for every budget, model, method and beginning, and one alone for random weights', () => {
    const cells = studyCells(VALUES, INITS);
    expect(cells).toHaveLength(2 * 2 * (2 + 1));
    expect(cells.filter(({ init }) => init === 'random').every(({ layersOf }) => layersOf === 'finetuned')).toBe(true);
    expect(cells[0]).toEqual({ steps: 7, layersOf: 'finetuned', method: 'kd', init: [0, 1] });
  });

  it('tries every rate with one seed, then runs every seed for every teacher at one', () => {
    const [cell] = studyCells(VALUES, INITS);
    expect(trialsOf(cell!, VALUES).map(({ learningRate, teacherSeed, seed }) => [learningRate, teacherSeed, seed])).toEqual([[0.1, 3, 1], [0.2, 3, 1], [0.3, 3, 1]]);
    expect(studentsOf(cell!, 0.2, VALUES).map(({ teacherSeed, seed }) => [teacherSeed, seed])).toEqual([[3, 1], [3, 2], [4, 1], [4, 2], [5, 1], [5, 2]]);
  });

  it('names every student differently', () => {
    const students = studyCells(VALUES, INITS).flatMap((cell) => [...trialsOf(cell, VALUES), ...studentsOf(cell, 0.7, VALUES)]);
    expect(new Set(students.map(studentName)).size).toBe(students.length);
  });

  it('takes the lowest layers, evenly spaced ones and the highest, each once', () => {
    expect(usualInits(12, 3, [3, 7, 11])).toEqual([[0, 1, 2], [3, 7, 11], [9, 10, 11]]);
    expect(usualInits(3, 3, [0, 1, 2])).toEqual([[0, 1, 2]]);
  });

  it('reads lists as the options that they repeat', () => {
    expect(STUDY_OPTIONS.inits.read('0,1,2/3,4,5/random', '--inits')).toEqual([[0, 1, 2], [3, 4, 5], 'random']);
    expect(() => STUDY_OPTIONS.inits.read('0,1,2/high', '--inits')).toThrow(/layer numbers/);
    expect(() => STUDY_OPTIONS.learning_rates.read('0.1,0.1', '--learning_rates')).toThrow(/every value once/);
    expect(() => STUDY_OPTIONS.layers_of.read('teacher', '--layers_of')).toThrow(/finetuned, pretrained/);
  });
});

describe('the table of a study', () => {
  const cellOf = (method: string, init: StudyCell['init']): StudyCell => ({ steps: 7, layersOf: 'finetuned', method, init });
  const [low, high] = [cellOf('kd', [0, 1]), cellOf('kd', [4, 5])];
  const score = (cell: StudyCell, teacherSeed: number, seed: number, dev: number) => ({ student: { cell, learningRate: 0.2, teacherSeed, seed } satisfies StudyStudent, dev });
  const scores = [score(low, 1, 1, 0.8), score(low, 1, 2, 0.9), score(low, 2, 1, 0.6), score(low, 2, 2, 0.7), score(high, 1, 1, 0.7), score(high, 1, 2, 0.9), score(high, 2, 1, 0.5)];

  it('parts the deviation of students from that of teachers', () => {
    const [row] = studyRows([low, high], scores);
    expect(row).toMatchObject({ students: 4, learningRate: 0.2 });
    expect(row!.mean).toBeCloseTo(0.75, 12);
    expect(row!.studentDeviation).toBeCloseTo(Math.sqrt(0.005), 12);
    expect(row!.teacherDeviation).toBeCloseTo(Math.sqrt(0.02), 12);
  });

  it('compares runs of the same teacher and seed alone', () => {
    const [difference, ...others] = studyDifferences([low, high], scores);
    expect(others).toEqual([]);
    expect(difference).toMatchObject({ cell: low, against: high, pairs: 3 });
    expect(difference!.mean).toBeCloseTo(0.2 / 3, 12);
    expect(difference!.standardError).toBeCloseTo(Math.sqrt(0.01 / 3) / Math.sqrt(3), 12);
  });

  it('is drawn with a dot for each cell, higher where it is better', () => {
    const drawing = studyDrawing('rte: a < b', 'accuracy', studyRows([low, high], scores));
    const heights = [...drawing.matchAll(/cy="([\d.]+)" r="5" fill="#\w+"><title>kd from ([\d,]+)/g)].map(([, y, init]) => [init, Number(y)] as const);
    expect(heights.map(([init]) => init)).toEqual(['0,1', '4,5']);
    expect(heights[0]![1]).toBeLessThan(heights[1]![1]);
    expect(drawing).toContain('rte: a &lt; b');
    expect(drawing.match(/stroke-width="2"/g)).toHaveLength(2);
  });

  it('says nothing where one run has no deviation', () => {
    const one = [score(low, 1, 1, 0.8)];
    expect(studyRows([low, high], one)).toEqual([{ cell: low, learningRate: 0.2, students: 1, mean: 0.8 }]);
    expect(studyDifferences([low, high], one)).toEqual([]);
    expect(studyTable('accuracy', studyRows([low], one), [])).toMatch(/kd +0,1 +finetuned +7 +0\.2 +1 +0\.8000 +– +–/);
  });
});
