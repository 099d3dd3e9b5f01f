/** Every command of the lab; a new one is a file and a line here. */
import type { Command } from '../command_line/command.ts';
import { convert } from './convert.ts';
import { distill } from './distill.ts';
import { experiments } from './experiments.ts';
import { finetune } from './finetune.ts';
import { inspect } from './inspect.ts';
import { objectiveBench } from './objective_bench.ts';
import { predict } from './predict.ts';
import { pretrain } from './pretrain.ts';
import { runGlue } from './run_glue.ts';

export const COMMANDS: readonly Command[] = [distill, experiments, finetune, runGlue, pretrain, inspect, convert, predict, objectiveBench];
