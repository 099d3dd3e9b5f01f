import { describe, expect, it } from 'vitest';
import { arranged, COLUMNS, NAME, nextSorting, totals, type Row } from '../../../src/ui/models/table_rows.ts';

const stats = (min: number, nonFinite = 0) => ({ min, max: min + 7, mean: min + 2, std: 0.5, nonFinite, histogram: [1, 2] });
const row = (name: string, shape: number[], rest: Partial<Row> = {}): Row => ({ name, dtype: 'F32', shape, values: shape.reduce((a, b) => a * b, 1), bytes: 4 * shape.reduce((a, b) => a * b, 1), stats: undefined, ...rest });
const ROWS = [
  row('layer.10.bias', [5], { stats: stats(3) }),
  row('layer.2.weight', [3, 7], { stats: stats(-5, 11) }),
  row('buffer', [2], { dtype: 'F8_E4M3', stats: null }),
  row('Layer.1.bias', [13]),
];
const names = (rows: readonly Row[]) => rows.map(({ name }) => name);
const text = (column: string, of: Row) => [NAME, ...COLUMNS].find(({ name }) => name === column)?.text(of);

describe('the parameter table', () => {
  it('keeps the order of the file until a column is chosen', () => expect(names(arranged(ROWS, '', undefined))).toEqual(names(ROWS)));

  it('counts numbers within names', () => expect(names(arranged(ROWS, '', { column: 'name', descending: false }))).toEqual(['buffer', 'Layer.1.bias', 'layer.2.weight', 'layer.10.bias']));

  it.each([
    ['shape', false, ['buffer', 'layer.10.bias', 'Layer.1.bias', 'layer.2.weight']],
    ['min', true, ['layer.10.bias', 'layer.2.weight', 'buffer', 'Layer.1.bias']],
    ['min', false, ['layer.2.weight', 'layer.10.bias', 'buffer', 'Layer.1.bias']],
    ['nonFinite', true, ['layer.2.weight', 'layer.10.bias', 'buffer', 'Layer.1.bias']],
  ])('sorts by %s (descending: %s), unknown values last', (column, descending, expected) => {
    expect(names(arranged(ROWS, '', { column, descending }))).toEqual(expected);
  });

  it('finds names whatever their case', () => expect(names(arranged(ROWS, ' LAYER.1', undefined))).toEqual(['layer.10.bias', 'Layer.1.bias']));

  it('goes up, down, and back to the order of the file', () => {
    const up = nextSorting('std', { column: 'min', descending: true });
    expect(up).toEqual({ column: 'std', descending: false });
    expect([nextSorting('std', up), nextSorting('std', { column: 'std', descending: true })]).toEqual([{ column: 'std', descending: true }, undefined]);
  });

  it('writes numbers short, and tells what was not looked at from what cannot be', () => {
    const small = row('w', [3], { stats: { ...stats(0), min: -0.000123456, max: 123456, mean: 0.123456 } });
    expect(['min', 'max', 'mean', 'nonFinite'].map((column) => text(column, small))).toEqual(['−1.2e−4', '1.2e+5', '0.123', '0']);
    expect(['min', 'nonFinite'].flatMap((column) => [text(column, ROWS[2]!), text(column, ROWS[3]!)])).toEqual(['–', '…', '–', '…']);
    expect(text('shape', ROWS[1]!)).toBe('[3, 7]');
  });

  it('adds up', () => {
    expect(totals(ROWS)).toBe('4 tensors, 41 values, 164 B (F32, F8_E4M3)');
    expect(totals([])).toBe('0 tensors, 0 values, 0 B');
  });
});
