import { describe, expect, it } from 'vitest';
import { question, type Asked } from '../../../../src/data/mini_glue/pairs/ask.ts';
import { clause, numeral, phraseText, PLAIN, sentence, type Form } from '../../../../src/data/mini_glue/pairs/realise.ts';
import { event, noun } from './helpers.ts';

const met = event('anna', 'thank', 'tom', { place: noun('garden'), time: 'on monday' });
const passive: Form = { ...PLAIN, passive: true };

describe('clauses', () => {
  it('says an event in either voice, with any adjunct first', () => {
    expect(clause(met)).toBe('Anna thanked Tom in the garden on Monday');
    expect(clause(met, passive)).toBe('Tom was thanked by Anna in the garden on Monday');
    expect(clause(met, { ...PLAIN, front: 'time' })).toBe('on Monday, Anna thanked Tom in the garden');
    expect(clause(met, { ...passive, cleft: true })).toBe('it was Tom who was thanked by Anna in the garden on Monday');
  });

  it('says what did not happen', () => {
    const not = { ...met, holds: false };
    expect(clause(not)).toBe('Anna did not thank Tom in the garden on Monday');
    expect(clause(not, passive)).toBe('Tom was not thanked by Anna in the garden on Monday');
  });

  it('inflects noun phrases', () => {
    expect(phraseText({ head: noun('wolf'), determiner: 'three' })).toBe('three wolves');
    expect(phraseText({ head: noun('violin'), determiner: 'at least one' })).toBe('at least one violin');
    expect(phraseText({ head: noun('violin'), determiner: 'not all of the' })).toBe('not all of the violins');
    expect(sentence('an owl sang')).toBe('An owl sang.');
    expect(numeral(12)).toBe('twelve');
    expect(() => numeral(13)).toThrow(RangeError);
  });
});

describe('questions', () => {
  const ask = (asked: Asked, form: Form = PLAIN, embedded = false) => question(met, asked, { form, long: false, embedded });

  it('asks for each role, adjunct and for the whole', () => {
    expect(ask('agent')).toBe('who thanked Tom in the garden on Monday');
    expect(ask('agent', passive)).toBe('by whom was Tom thanked in the garden on Monday');
    expect(ask('patient')).toBe('who did Anna thank in the garden on Monday');
    expect(ask('place', passive)).toBe('where was Tom thanked by Anna on Monday');
    expect(ask('time')).toBe('when did Anna thank Tom in the garden');
    expect(ask('polar')).toBe('did Anna thank Tom in the garden on Monday');
    expect(question(met, 'agent', { form: passive, long: true, embedded: false })).toBe('by which person was Tom thanked in the garden on Monday');
  });

  it('keeps the order of statements in embedded questions', () => {
    expect(ask('time', PLAIN, true)).toBe('when Anna thanked Tom in the garden');
    expect(ask('polar', passive, true)).toBe('whether Tom was thanked by Anna in the garden on Monday');
  });
});
