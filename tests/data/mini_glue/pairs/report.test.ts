import { describe, expect, it } from 'vitest';
import { fills } from '../../../../src/data/mini_glue/pairs/answer.ts';
import { SWAPS } from '../../../../src/data/mini_glue/pairs/edits.ts';
import { PLAIN } from '../../../../src/data/mini_glue/pairs/realise.ts';
import { DIMENSIONS, orders, reportText, type Link, type Report } from '../../../../src/data/mini_glue/pairs/report.ts';
import { Generator } from '../../../../src/random/generator.ts';
import { event, noun } from './helpers.ts';

const LINKS: readonly Link[] = ['and', 'before', 'after', 'because', 'although'];
const report = (link: Link): Report => ({
  main: event('anna', 'thank', 'tom', { place: noun('garden') }),
  other: event('eva', 'follow', 'karl', { holds: false }),
  link,
});
const form = { main: PLAIN, other: PLAIN, order: 0 };

describe('reports', () => {
  it('says the same in every order', () => {
    const texts = Array.from({ length: orders(report('before')) }, (_, order) => reportText(report('before'), { ...form, order }));
    expect(texts).toEqual([
      'Anna thanked Tom in the garden before Eva did not follow Karl',
      'Eva did not follow Karl after Anna thanked Tom in the garden',
      'before Eva did not follow Karl, Anna thanked Tom in the garden',
      'after Anna thanked Tom in the garden, Eva did not follow Karl',
    ]);
    expect(reportText(report('because'), { ...form, order: 2 })).toBe('Eva did not follow Karl, so Anna thanked Tom in the garden');
  });

  it('fronts an adjunct in a main clause only', () => {
    const fronted = { ...form, main: { ...PLAIN, front: 'place' as const } };
    expect(reportText(report('before'), fronted)).toBe('in the garden, Anna thanked Tom before Eva did not follow Karl');
    expect(reportText(report('before'), { ...fronted, order: 3 })).toBe('after Anna thanked Tom in the garden, Eva did not follow Karl');
    const rng = new Generator(5, 'grammar');
    expect(DIMENSIONS.front.map((d) => d.change(rng, report('before'), { ...form, order: 1 }))).toEqual([undefined, undefined]);
  });

  it('has swaps that change the text, keep its content words and undo themselves', () => {
    const content = (text: string) => [...text.matchAll(/anna|tom|eva|karl|garden/gi)].map(([w]) => w.toLowerCase()).sort();
    for (const link of LINKS) for (const swap of SWAPS) {
      const start = report(link);
      const swapped = swap.apply(start);
      if (!swapped) continue;
      expect(reportText(swapped, form), swap.name).not.toBe(reportText(start, form));
      expect(content(reportText(swapped, form))).toEqual(content(reportText(start, form)));
      const back = swap.apply(swapped);
      expect(back && reportText(back, form), swap.name).toBe(reportText(start, form));
    }
  });

  it('does not count the order of coordinated clauses as a difference', () => {
    const order = SWAPS.filter((s) => s.name === 'order');
    expect(order.map((s) => s.apply(report('and')))).toEqual([undefined]);
    expect(order.flatMap((s) => s.apply(report('before')) ?? [])).toHaveLength(1);
  });

  it('offers a dimension only where the report has it', () => {
    const rng = new Generator(5, 'grammar');
    expect(DIMENSIONS.dative.map((d) => d.change(rng, report('and'), form))).toEqual([undefined, undefined]);
    expect(DIMENSIONS.front.map((d) => d.change(rng, report('and'), form)?.main.front)).toEqual(['place', undefined]);
  });
});

describe('answers', () => {
  const asked = { event: event('anna', 'thank', 'tom', { place: noun('garden') }), asked: 'agent' as const, shows: () => true };

  it('are events that fill the asked role and have everything that the question names', () => {
    expect(fills(event('eva', 'thank', 'tom', { place: noun('garden') }), asked)).toBe(true);
    expect(fills(event('tom', 'thank', 'anna', { place: noun('garden') }), asked)).toBe(false);
    expect(fills(event('eva', 'follow', 'tom', { place: noun('garden') }), asked)).toBe(false);
    expect(fills(event('eva', 'thank', 'tom', { place: noun('garden'), holds: false }), asked)).toBe(false);
    expect(fills(event('eva', 'thank', 'tom'), asked)).toBe(false);
    expect(fills(event('anna', 'thank', 'tom', { time: 'at noon' }), { ...asked, asked: 'place' })).toBe(false);
  });
});
