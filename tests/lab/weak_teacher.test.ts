import { describe, expect, it } from 'vitest';
import { taskNamed } from '../../src/data/tasks.ts';
import type { Scores } from '../../src/experiment/run.ts';
import { weakTeacher } from '../../src/lab/scores.ts';

const scores = (metrics: Scores['metrics']): Scores => ({ metrics, byDepth: [], loss: 0.69, examples: 2000 });

describe('a teacher that is hardly better than the majority class', () => {
  it('is told of with both numbers', () => {
    const text = weakTeacher(taskNamed('qnli'), scores({ accuracy: 0.512 }), scores({ accuracy: 0.499 }));
    expect(text).toContain('accuracy is 0.512, where the majority class has 0.499');
    expect(text).toContain('qnli');
  });

  it('is measured in the task’s first metric', () => {
    const [teacher, majority] = [scores({ matthews_correlation: 0.02, accuracy: 0.7 }), scores({ matthews_correlation: 0, accuracy: 0.5 })];
    expect(weakTeacher(taskNamed('cola'), teacher, majority)).toContain('matthews_correlation is 0.020');
  });

  it('is no other teacher', () => {
    expect(weakTeacher(taskNamed('qnli'), scores({ accuracy: 0.56 }), scores({ accuracy: 0.499 }))).toBeUndefined();
  });
});
