import { COLA } from './acceptability/cola.ts';
import { PAIR_GENERATORS } from './pairs/index.ts';
import { SST2 } from './sentiment/sst2.ts';
import type { TaskGenerator } from './types.ts';

/** The generators of the seven tasks. */
export const GENERATORS: readonly TaskGenerator[] = [SST2, COLA, ...PAIR_GENERATORS];
