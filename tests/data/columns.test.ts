import { describe, expect, it } from 'vitest';
import { parseColumns } from '../../src/data/column_map.ts';
import { columnsOf } from '../../src/data/columns.ts';
import { taskNamed } from '../../src/data/tasks.ts';

const table = (columns: string) => ({ where: 'x.tsv', format: 'tsv' as const, columns: columns.split('|') });
const found = (task: string, columns: string, given = '') => Object.values(columnsOf(taskNamed(task), table(columns), given === '' ? {} : parseColumns(given)));

describe('the columns of a task', () => {
  it.each([
    ['cola', 'source|label|author_mark|sentence', 'sentence, label'],
    ['sst-2', 'sentence|label', 'sentence, label'],
    ['sst-2', 'sentence|label|idx', 'sentence, label'],
    ['mrpc', 'Quality|#1 ID|#2 ID|#1 String|#2 String', '#1 String, #2 String, Quality'],
    ['mrpc', 'sentence1|sentence2|label|idx', 'sentence1, sentence2, label'],
    ['qqp', 'id|qid1|qid2|question1|question2|is_duplicate', 'question1, question2, is_duplicate'],
    ['qqp', 'question1|question2|label|idx', 'question1, question2, label'],
    ['qqp', 'text_a|text_b|label', 'text_a, text_b, label'],
    ['sts-b', 'index|genre|filename|year|old_index|source1|source2|sentence1|sentence2|score', 'sentence1, sentence2, score'],
    ['sts-b', 'sentence1|sentence2|label|idx', 'sentence1, sentence2, label'],
    ['mnli', 'index|promptID|pairID|genre|sentence1_parse|sentence2_parse|sentence1|sentence2|label1|gold_label', 'sentence1, sentence2, gold_label'],
    ['mnli', 'index|sentence1|sentence2|label1|label2|label3|label4|label5|gold_label', 'sentence1, sentence2, gold_label'],
    ['mnli', 'premise|hypothesis|label|idx', 'premise, hypothesis, label'],
    ['qnli', 'index|question|sentence|label', 'question, sentence, label'],
    ['rte', 'index|sentence1|sentence2|label', 'sentence1, sentence2, label'],
    ['wnli', 'index|sentence1|sentence2|label', 'sentence1, sentence2, label'],
  ])('%s has them in %s', (task, columns, names) => expect(found(task, columns).join(', ')).toBe(names));

  it('are those that a person names, before all others', () => {
    expect(found('rte', 'premise|hypothesis|gold|label', 'sentence1=hypothesis, sentence2=premise,label=gold')).toEqual(['hypothesis', 'premise', 'gold']);
    expect(found('sst-2', 'a,b|label', 'sentence=a\\,b')).toEqual(['a,b', 'label']);
    expect(found('rte', 'q|sentence2|label', 'sentence1=q')).toEqual(['q', 'sentence2', 'label']);
  });

  it('are missing: the names expected and those that came', () => {
    const fault = { code: 'MissingColumn', where: 'x.tsv, row 1', expected: 'the columns "label", "sentence1", "sentence2"', got: 'the columns "a", "label"' };
    expect(() => found('rte', 'a|label')).toThrow(expect.objectContaining(fault));
    expect(() => found('rte', 'sentence1|sentence2|label', 'label=gold')).toThrow(expect.objectContaining({ code: 'MissingColumn', expected: 'the columns "gold"' }));
    expect(() => found('sst-2', 'sentence|b|label', 'sentence2=b')).toThrow(expect.objectContaining({ code: 'no-second-text' }));
    expect(columnsOf(taskNamed('cola'), table('index|sentence'), {}, false)).toEqual({ text: 'sentence' });
  });

  it.each([
    ['sst-2', 'sentence1|sentence2|label'],
    ['cola', 'question|sentence|label'],
    ['sst-2', 'text|text_pair|label'],
  ])('of %s are not one of a pair: %s', (task, columns) => {
    const [first = '', second = ''] = columns.split('|');
    expect(() => found(task, columns)).toThrow(expect.objectContaining({ code: 'no-second-text', where: 'x.tsv', got: `the columns "${first}" and "${second}"` }));
    expect(found(task, columns, `text=${second}`)).toEqual([second, 'label']);
  });

  it('are there once; others may have one name', () => {
    expect(() => found('rte', 'sentence1|sentence2|label|label')).toThrow(expect.objectContaining({ code: 'DuplicateName', where: 'x.tsv, row 1', expected: 'one column "label"', got: '2 of that name' }));
    expect(found('rte', 'idx|idx|sentence1|sentence2|label')).toEqual(['sentence1', 'sentence2', 'label']);
  });

  it('are none in a table of lists alone', () => {
    expect(() => columnsOf(taskNamed('rte'), { where: 'x.parquet', format: 'parquet', columns: [] })).toThrow(expect.objectContaining({ where: 'x.parquet', got: 'no column of one value a row' }));
  });

  it.each(['sentence1', 'x=y', 'label=a,label=b', '', 'label='])('are not understood as %j', (text) => {
    expect(() => parseColumns(text)).toThrow(expect.objectContaining({ code: 'bad-columns' }));
  });
});
