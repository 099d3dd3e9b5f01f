import { expect, it } from 'vitest';
import { headsFor, studentWidths, widthNotes } from '../../src/experiment/student_shape.ts';

const TEACHER = { hidden_size: 60, num_attention_heads: 12, intermediate_size: 240 };
const INIT = { kind: 'random' } as const;
const terms = (...names: string[]) => names.map((name) => ({ name }));

it('lets heads and inner width follow the width', () => {
  expect(studentWidths({ num_hidden_layers: 2, init: INIT }, TEACHER)).toEqual(TEACHER);
  expect(studentWidths({ num_hidden_layers: 2, hidden_size: 35, init: INIT }, TEACHER)).toEqual({ hidden_size: 35, num_attention_heads: 7, intermediate_size: 140 });
  expect(studentWidths({ num_hidden_layers: 2, hidden_size: 35, num_attention_heads: 5, init: INIT }, TEACHER).num_attention_heads).toBe(5);
  expect([headsFor(64), headsFor(15), headsFor(50)]).toEqual([4, 1, 2]);
});

it('says which of averaged heads, relation heads and projections is used, for the objectives that it concerns', () => {
  const all = terms('kd', 'att_kl', 'minilm', 'hidden_mse', 'pkd');
  expect(widthNotes(all, TEACHER, TEACHER)).toEqual([]);
  expect(widthNotes(all, { hidden_size: 60, num_attention_heads: 5 }, TEACHER)).toEqual([
    'The student has 5 heads and its teacher 12: for att_kl and minilm, attention is averaged over groups of neighbouring heads, since a head of one has no counterpart in the other.',
    'The student has 5 heads and its teacher 12: for minilm, queries, keys or values are cut anew into equally many relation heads, which any two widths with a common divisor have.',
  ]);
  expect(widthNotes(all, { hidden_size: 36, num_attention_heads: 12 }, TEACHER)).toEqual(['The student’s vectors have 36 entries and its teacher’s 60: for hidden_mse and pkd, they pass a projection that is trained with the student.']);
  expect(widthNotes(terms('kd', 'crd'), { hidden_size: 36, num_attention_heads: 5 }, TEACHER)).toEqual([]);
});
