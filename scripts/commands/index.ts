/** Every command of the lab; a new one is a file and a line here. */
import type { Command } from '../command_line/command.ts';
import { convert } from './convert.ts';
import { data } from './data.ts';
import { distill } from './distill.ts';
import { experiments } from './experiments.ts';
import { finetune } from './finetune.ts';
import { generateSamplesCommand } from './generate_samples.ts';
import { inspect } from './inspect.ts';
import { mergeShards } from './merge_shards.ts';
import { objectiveBench } from './objective_bench.ts';
import { predict } from './predict.ts';
import { pretrain } from './pretrain.ts';
import { processData } from './process_data.ts';
import { runGlue } from './run_glue.ts';
import { runPretraining } from './run_pretraining.ts';
import { shardData } from './shard_data.ts';
import { study } from './study.ts';
import { textToGlue } from './text_to_glue.ts';

export const COMMANDS: readonly Command[] = [distill, experiments, finetune, runGlue, pretrain, runPretraining, textToGlue, study, data, inspect, convert, predict, processData, shardData, mergeShards, generateSamplesCommand, objectiveBench];
