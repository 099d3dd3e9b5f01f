/** What shaders share whose four threads of a quad read together, for adapters on which a load costs more than the sums it is for. */
import type { AdapterTraits } from '../backends/adapter.ts';

/** Whether the threads of quads read together on an adapter. */
export const inQuads = ({ software, lanes }: AdapterTraits): boolean => software && lanes % 4 === 0;

/** Function that gives thread t of a quad the value of thread t ^ s, for each s; all four threads must call it. */
export const SWAPS = ['', 'quadSwapX', 'quadSwapY', 'quadSwapDiagonal'] as const;

/** Parameter of a shader's main function whose last two bits are a thread's number in its quad. */
export const QUAD_LANE = '@builtin(subgroup_invocation_id) lane: u32';
