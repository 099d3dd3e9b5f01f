import { describe, expect, it } from 'vitest';
import { formatMapping, layerPairs, MAPPING_NAMES, parseMapping, type LayerMapping } from '../../src/distill/layer_mapping.ts';

const DRAW = { seed: 7, step: 0, draw: 0 };
const text = (mapping: string | LayerMapping, student = 3, teacher = 12, draw = DRAW) =>
  formatMapping({ kind: 'pairs', pairs: layerPairs(typeof mapping === 'string' ? parseMapping(mapping) : mapping, { student, teacher }, draw) });

describe('the pairs of a mapping', () => {
  it.each([
    ['skip', 3, 12, '0:3,1:7,2:11'],
    ['skip', 2, 5, '0:1,1:3'],
    ['skip', 5, 5, '0:0,1:1,2:2,3:3,4:4'],
    ['last', 3, 12, '2:11'],
    ['uniform', 3, 12, '0:3,1:7,2:11'],
    ['uniform', 3, 7, '0:1,1:4,2:6'],
    ['uniform_last', 3, 12, '0:3*0.5,1:7*0.5,2:11,0:9*0.5,1:10*0.5'],
    ['reversed', 3, 12, '2:3,1:7,0:11'],
    ['3,7,11', 3, 12, '0:3,1:7,2:11'],
    ['5', 3, 6, '2:5'],
    ['0:3, 1:7,2:11*0.25', 3, 12, '0:3,1:7,2:11*0.25'],
    ['e:e,2:0', 3, 12, 'e:e,2:0'],
  ])('%s from %d of %d layers', (mapping, student, teacher, pairs) => {
    expect(text(mapping, student, teacher)).toBe(pairs);
  });

  it('are S of the N layers in order for random, by seed, step and draw', () => {
    const at = (seed: number, step: number, draw: number) => layerPairs({ kind: 'random' }, { student: 3, teacher: 12 }, { seed, step, draw }).map(({ teacher }) => teacher);
    const drawn = Array.from({ length: 200 }, (_, step) => at(7, step, 0));
    for (const layers of drawn) {
      expect(new Set(layers).size).toBe(3);
      expect(layers).toEqual([...layers].sort((a, b) => a - b));
    }
    expect(new Set(drawn.flat()).size).toBe(12);
    expect(at(7, 3, 0)).toEqual(drawn[3]);
    expect([at(8, 3, 0), at(7, 3, 1)]).not.toContainEqual(drawn[3]);
  });

  it('stay within each block for random_block', () => {
    for (let step = 0; step < 50; step++) {
      layerPairs({ kind: 'random_block' }, { student: 3, teacher: 7 }, { ...DRAW, step }).forEach(({ student, teacher }, i) => {
        expect(student).toBe(i);
        expect([2 * i, 2 * i + 1]).toContain(teacher);
      });
    }
  });
});

describe('the text of a mapping', () => {
  it.each([...MAPPING_NAMES, '3,7,11', '11', '0:3,1:7,2:11*0.5', 'e:e,0:3'])('%s is read back', (mapping) => {
    expect(formatMapping(parseMapping(mapping))).toBe(mapping);
  });

  it('may have other separators in names', () => {
    expect(parseMapping('uniform+last')).toEqual({ kind: 'uniform_last' });
  });

  it.each(['skipp', '', '0-3', '0:3:4', '1,a', '0:3*', '-1:3'])('%j is a fault', (mapping) => {
    expect(() => parseMapping(mapping)).toThrow(expect.objectContaining({ code: 'bad-layer-mapping' }));
  });
});

describe('a mapping that does not fit', () => {
  it.each([
    ['3,7', 3, 12, /expected one teacher layer, or one for each of the student's 3, got 2 layers/],
    ['3,7,12', 3, 12, /expected student layers 0 to 2 and teacher layers 0 to 11, got the pair 2:12\. Evenly spaced would be 0:3,1:7,2:11\./],
    ['3:0', 3, 12, /got the pair 3:0/],
    ['0:1.5', 3, 12, /got "0:1.5"/],
    ['skip', 7, 3, /a student of at most 3 layers/],
    ['combine', 3, 12, /combine, which only compares all hidden states at once/],
  ])('%s from %d of %d layers is a fault', (mapping, student, teacher, message) => {
    expect(() => text(mapping, student, teacher)).toThrow(message);
  });
});
