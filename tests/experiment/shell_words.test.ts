import { describe, expect, it } from 'vitest';
import { shellWords, unpasted, withoutProgram } from '../../src/experiment/shell_words.ts';

describe('a pasted line', () => {
  it.each<[string, string[]]>([
    ['  --task mnli\t-s  two_stage ', ['--task', 'mnli', '-s', 'two_stage']],
    ['--init "3,7,11" --group \'a group\' x\\ y', ['--init', '3,7,11', '--group', 'a group', 'x y']],
    ['--task mnli \\\n  --seeds "1,\\"2"', ['--task', 'mnli', '--seeds', '1,"2']],
    ['--a="b c"d ""', ['--a=b cd', '']],
    ['', []],
  ])('%j is words', (line, words) => {
    expect(shellWords(line)).toEqual(words);
  });

  it('must close its quotes', () => {
    expect(() => shellWords('--group "a b')).toThrow('Close the quote.');
  });

  it.each([
    'python experiments.py --task mnli',
    'python3.10 -u task_specific_distillation/experiments.py --task mnli',
    'CUDA_VISIBLE_DEVICES=0 python ./experiments.py --task mnli',
    'npm run lab -- experiments --task mnli',
    'experiments --task mnli',
    'experiments.py --task mnli',
    '--task mnli',
  ])('%j loses its program', (line) => {
    expect(withoutProgram(shellWords(line))).toEqual(['--task', 'mnli']);
  });

  it('keeps the value "experiments" of an option', () => {
    expect(withoutProgram(['--task', 'mnli', '--group', 'experiments'])).toEqual(['--task', 'mnli', '--group', 'experiments']);
  });
});

describe('a command line of the lab', () => {
  it.each<[string[], string[]]>([
    [['run_glue', '--task_name', 'rte'], ['run_glue', '--task_name', 'rte']],
    [['python', 'run_glue.py', '--task_name', 'rte', '--json'], ['run_glue', '--task_name', 'rte', '--json']],
    [['python run_glue.py --output_dir "a b"'], ['run_glue', '--output_dir', 'a b']],
    [['run_glue', 'python dir/run_glue.py --task_name rte', '--json'], ['run_glue', '--task_name', 'rte', '--json']],
    [['run_glue', '--task_name rte --do_eval'], ['run_glue', '--task_name', 'rte', '--do_eval']],
    [['run_glue', 'my options.json'], ['run_glue', 'my options.json']],
    [['experiments', 'python experiments.py -s two_stage'], ['experiments', '-s', 'two_stage']],
    [['predict', '--text', "it's good"], ['predict', '--text', "it's good"]],
    [[], []],
  ])('%j may hold a pasted one', (words, plain) => expect(unpasted(words)).toEqual(plain));
});
