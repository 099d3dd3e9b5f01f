import { describe, expect, it } from 'vitest';
import { ago, bytes, compactNumber, duration, score, significant, speed, wholeNumber } from '../../../src/ui/state/numbers.ts';

describe('numbers as the page writes them', () => {
  it.each([
    [0.4, 'under 1 s'], [7.6, '8 s'], [59.7, '1 min 00 s'], [80, '1 min 20 s'], [7500, '2 h 05 min'], [-1, '–'], [Infinity, '–'],
  ])('says %f seconds as %s', (seconds, text) => expect(duration(seconds)).toBe(text));

  it.each([[0.9063, '90.6'], [-0.021, '−2.1'], [undefined, '–'], [NaN, '–']])('writes the score %s as %s', (value, text) => {
    expect(score(value)).toBe(text);
  });

  it.each([[0.123456, '0.1235'], [0.00012345, '1.23e−4'], [0, '0.000'], [-3.5, '−3.500']])('writes %f as %s', (value, text) => {
    expect(significant(value)).toBe(text);
  });

  it.each([[7.43, '7.4 steps/s'], [0.25, '4.0 s/step'], [0, '–']])('writes the speed %f as %s', (value, text) => {
    expect(speed(value)).toBe(text);
  });

  it.each([[812, '812 B'], [4_630_000, '4.6 MB'], [18_000, '18 kB'], [2.5e12, '2500 GB']])('writes %i bytes as %s', (n, text) => {
    expect(bytes(n)).toBe(text);
  });

  it('groups and shortens counts', () => {
    expect(wholeNumber(1234567)).toBe('1,234,567');
    expect(compactNumber(741_250)).toBe('741k');
  });

  it('says how long ago', () => {
    const now = Date.UTC(2026, 4, 12, 12);
    expect(ago(now - 5000, now)).toBe('just now');
    expect(ago(now - 5 * 60_000, now)).toBe('5 min ago');
    expect(ago(now - 3 * 3_600_000, now)).toBe('3 h ago');
    expect(ago(Date.UTC(2026, 4, 2, 12), now)).toBe('2 May 2026');
  });
});
