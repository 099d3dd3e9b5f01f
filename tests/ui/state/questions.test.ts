import { describe, expect, it } from 'vitest';
import { Questions } from '../../../src/ui/state/questions.ts';

const FAULT = { code: 'x', where: 'here', expected: 'a', got: 'b', remedy: 'c.' };

describe('Questions', () => {
  it('gives each answer to its own question, in any order', async () => {
    const questions = new Questions();
    const ids: number[] = [];
    const first = questions.ask('prediction', (id) => ids.push(id));
    const second = questions.ask('exported', (id) => ids.push(id));
    expect(questions.answer({ type: 'exported', id: ids[1]!, files: [] })).toBe(true);
    expect(questions.answer({ type: 'prediction', id: ids[0]!, labels: ['no', 'yes'], answers: [] })).toBe(true);
    expect((await first).labels).toEqual(['no', 'yes']);
    expect((await second).files).toEqual([]);
  });

  it('rejects with the fault that answers it', async () => {
    const questions = new Questions();
    let asked = 0;
    const question = questions.ask('prediction', (id) => { asked = id; });
    questions.answer({ type: 'fault', id: asked, fault: FAULT });
    await expect(question).rejects.toMatchObject(FAULT);
  });

  it('leaves events alone that answer nothing', () => {
    const questions = new Questions();
    expect(questions.answer({ type: 'fault', fault: FAULT })).toBe(false);
    expect(questions.answer({ type: 'exported', id: 9, files: [] })).toBe(false);
  });
});
