import type { TaskGenerator } from '../types.ts';
import { mnli } from './mnli.ts';
import { mrpc } from './mrpc.ts';
import { qnli } from './qnli.ts';
import { qqp } from './qqp.ts';
import { rte } from './rte.ts';

/** The generators of mini-GLUE's tasks on pairs of texts. */
export const PAIR_GENERATORS: readonly TaskGenerator[] = [mrpc, qqp, rte, qnli, mnli];
